import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Resource } from '../../../../src/fhir/resource.ts'
import { readMessage } from '../../../../src/hl7v2/read-message.ts'
import { convertMessage } from '../../../../src/mappers/adt/convert.ts'
import { readValue } from '../../../../src/mappers/alerts/read-value.ts'
import { settings } from '../../../support/adt/memory.ts'

const folder = join(process.env['CASEWIRE_DATA'] ?? '../shared/data', 'adt-corpus')
if (!existsSync(folder)) throw new Error(`The public ADT corpus is missing at ${folder}: set CASEWIRE_DATA`)

/** The text of a payload with one message. */
function textOf(bytes: Buffer): string {
  const payload = readValue(bytes, settings)
  return payload.ok ? (payload.value[0]?.text ?? '') : payload.failure.code
}

/** Before 2.3.1 a number in PID-2 or PID-4 is listed before those of PID-3 and still makes no id. */
function hasOldNumbers(text: string): boolean {
  const message = readMessage(text)
  return message.ok && [2, 4].some(field => message.value.first('PID')?.text(field))
}

const resources = (bundle: Resource, type: string): readonly Resource[] =>
  ((bundle['entry'] ?? []) as readonly { readonly resource: Resource }[])
    .map(({ resource }) => resource)
    .filter(({ resourceType }) => resourceType === type)

const bundles = readdirSync(folder)
  .filter(name => name.endsWith('.hl7'))
  .map(name => ({ name, text: textOf(readFileSync(join(folder, name))) }))
  .filter(({ text }) => !hasOldNumbers(text))
  .map(({ name, text }) => ({ name, bundle: convertMessage(text, settings) }))
  .filter(({ bundle }) => resources(bundle, 'Encounter').length === 1)

test('a Bundle that was made of a message, read as a message again, is about the same person and the same stay', () => {
  expect(bundles.length).toBeGreaterThan(45)
  for (const { name, bundle } of bundles) {
    const again = convertMessage(textOf(Buffer.from(JSON.stringify(bundle))), settings)
    for (const type of ['Patient', 'Encounter']) {
      const [before, after] = [bundle, again].map(each => resources(each, type).map(({ id }) => id))
      expect(after, `${name} ${type}`).toEqual(before)
    }
    const said = (each: Resource, type: string, element: string) => resources(each, type)[0]?.[element]
    for (const element of ['birthDate', 'gender', 'deceasedBoolean'])
      expect(said(again, 'Patient', element), `${name} ${element}`).toEqual(said(bundle, 'Patient', element))
  }
})
