import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseJson } from '../../src/lib/json.ts'
import type { Resource } from '../../src/fhir/resource.ts'

/** Every resource of some types in the public FHIR data, Bundle entries included; fails loudly when there is no data. */
export function publicResources(...types: readonly string[]): readonly Resource[] {
  const folder = join(process.env['CASEWIRE_DATA'] ?? '../shared/data', 'fhir')
  if (!existsSync(folder))
    throw new Error(`The public FHIR data is missing at ${folder}: set CASEWIRE_DATA to the data folder`)
  const named = new RegExp(`"resourceType"\\s*:\\s*"(${types.join('|')})"`)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(file => join(folder, file))
    // The transaction rules hold one deliberately broken file.
    .filter(file => file.endsWith('.json') && !file.includes('transaction-rules') && statSync(file).isFile())
  return files.flatMap(file => {
    const text = readFileSync(file, 'utf8')
    if (!named.test(text)) return []
    const content = parseJson(text) as Resource
    const entries = (content['entry'] ?? []) as readonly { readonly resource?: Resource }[]
    return [content, ...entries.flatMap(entry => entry.resource ?? [])].filter(({ resourceType }) =>
      types.includes(resourceType),
    )
  })
}
