import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { triggerEvent } from '../../../src/hl7v2/message-type.ts'
import { readPayload } from '../../../src/hl7v2/payload.ts'
import { readMessage } from '../../../src/hl7v2/read-message.ts'

const folder = join(process.env['CASEWIRE_DATA'] ?? '../shared/data', 'adt-corpus')
if (!existsSync(folder))
  throw new Error(`The public ADT corpus is missing at ${folder}: set CASEWIRE_DATA to the data folder`)
const files = readdirSync(folder).filter(name => name.endsWith('.hl7'))

test('the corpus is all there', () => {
  expect(files.length).toBeGreaterThanOrEqual(160)
})

test.each(files)('%s is one ADT message whose every field can be read', name => {
  const payload = readPayload(readFileSync(join(folder, name)))
  if (!payload.ok) throw new Error(payload.failure.message)
  expect(payload.value).toHaveLength(1)
  expect(payload.value[0]?.failure).toBeUndefined()
  const message = readMessage(payload.value[0]?.text ?? '')
  if (!message.ok) throw new Error(message.failure.message)
  expect(triggerEvent(message.value)).toMatch(/^[A-Z]\d\d$/)
  for (const segment of message.value.segments) {
    for (let field = 1; field <= 60; field += 1) {
      for (const repetition of segment.repetitions(field)) expect(repetition.text()).not.toBe('')
      expect(segment.text(field)).not.toBe('""')
    }
  }
})

test('the JSON envelope of the corpus is read', () => {
  const payload = readPayload(
    readFileSync(join(folder, 'other-shapes', 'microsoft_er7-in-json-envelope_ADT_A01.json')),
  )
  expect(payload.ok && payload.value.length).toBe(1)
})

test('the FHIR message bundles of the corpus are refused by name', () => {
  const payload = readPayload(
    readFileSync(join(folder, 'other-shapes', 'admit-notification-message-bundle-01.json')),
  )
  expect(payload).toMatchObject({ ok: false, failure: { code: 'payload-shape-unsupported' } })
  expect(!payload.ok && payload.failure.message).toContain('a FHIR Bundle')
})
