import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Resource } from '../../src/fhir/resource.ts'
import { readPayload } from '../../src/hl7v2/payload.ts'
import { convertMessage } from '../../src/mappers/adt/convert.ts'
import { sourceSettings } from '../../src/mappers/adt/source.ts'
import { goldenPath } from './golden-path.ts'
import { readable } from './golden-text.ts'

const goldenFolder = join(import.meta.dirname, '../golden')

const settings = sourceSettings({
  tenant: 1,
  canonicalBase: 'https://casewire.example/fhir',
  timeZone: 'America/Los_Angeles',
})

/** One golden case: `tests/golden/<event>/<case>/messages.hl7` and what it must come to. */
export interface Golden {
  /** `A01/inpatient` */
  readonly name: string
  readonly folder: string
  readonly bytes: Buffer
}

export function goldens(): readonly Golden[] {
  return readdirSync(goldenFolder, { recursive: true })
    .map(String)
    .filter(name => name.endsWith('/messages.hl7'))
    .toSorted()
    .map(file => {
      const name = file.slice(0, -'/messages.hl7'.length)
      const folder = join(goldenFolder, name)
      return { name, folder, bytes: readFileSync(join(folder, 'messages.hl7')) }
    })
}

/** `bundle.json`: what `casewire convert` makes of the last message, as if it were the first about its patient. */
export function convertedLast({ bytes }: Golden): Resource {
  const payload = readPayload(bytes)
  const last = payload.ok ? payload.value.at(-1) : undefined
  if (!last) throw new Error('messages.hl7 holds no message')
  return convertMessage(last.text, settings)
}

/** `expected.json`: what stands after all messages went the whole pure way, in order. */
export const expectedText = ({ bytes }: Golden): string => readable(goldenPath(bytes, settings))
