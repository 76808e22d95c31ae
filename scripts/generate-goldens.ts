/** Writes tests/golden/adt/<event>/<case>.bundle.json beside each .hl7: read the difference as data before committing it. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { convertMessage } from '../src/mappers/adt/convert.ts'
import { sourceSettings } from '../src/mappers/adt/source.ts'

const folder = join(import.meta.dirname, '../tests/golden/adt')

export interface Golden {
  /** `A01/inpatient` */
  readonly name: string
  readonly path: string
  /** What the mapping gives now. */
  readonly text: string
}

export function goldens(): readonly Golden[] {
  const settings = sourceSettings({
    tenant: 1,
    canonicalBase: 'https://casewire.example/fhir',
    timeZone: 'America/Los_Angeles',
  })
  const inputs = readdirSync(folder, { recursive: true })
    .map(String)
    .filter(name => name.endsWith('.hl7'))
  return inputs.toSorted().map(name => {
    const bundle = convertMessage(readFileSync(join(folder, name), 'utf8'), settings)
    const path = join(folder, name.replace(/\.hl7$/, '.bundle.json'))
    return { name: name.replace(/\.hl7$/, ''), path, text: `${JSON.stringify(bundle, null, 2)}\n` }
  })
}

if (import.meta.main) for (const { path, text } of goldens()) writeFileSync(path, text)
