import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readMessage } from '../../../../src/hl7v2/read-message.ts'
import { readAdtEvents } from '../../../../src/mappers/adt/events/read-event.ts'
import { er7 } from '../../../support/adt/er7.ts'
import { comparable, memory, settings } from '../../../support/adt/memory.ts'
import { goldens } from '../../../support/golden.ts'

type Rewrite = (field: string) => string

const isValue = (field: string): boolean => field !== '' && field !== '""'

/** A message with every field written another way, MSH and what it deletes left out. */
const rewritten = (text: string, rewrite: Rewrite): string =>
  text
    .split('\r')
    .map(segment => {
      const [name = '', ...fields] = segment.split('|')
      return name === 'MSH' || name === '' ? segment : [name, ...fields.map(rewrite)].join('|')
    })
    .join('\r')

function isOfPatients(text: string): boolean {
  const message = readMessage(text)
  const events = message.ok ? readAdtEvents(message.value, settings) : message
  return events.ok && events.value.every(({ kind }) => kind === 'mapped')
}

/** Of so many stories one is told in every way: all of them take long. */
const EACH = 5

/** Messages of folders that have several, all of standard delimiters. */
const stories = goldens()
  .map(({ name, folder }) => ({ name, text: readFileSync(join(folder, 'messages.hl7'), 'utf8') }))
  .map(({ name, text }) => ({ name, text: text.replaceAll(/\r?\n/g, '\r') }))
  .filter(({ text }) => text.startsWith('MSH|^~\\&|'))
  .map(({ name, text }) => ({ name, messages: text.split(/\r(?=MSH)/) }))
  .filter(({ messages }) => messages.length > 2 && messages.every(isOfPatients))
  .filter((_story, index) => index % EACH === 0)

const endOf = (messages: readonly string[]) => {
  const store = memory()
  for (const message of messages) store.take(message)
  return comparable(store.resources())
}

describe('how a sender writes a field plays no part, nor does another that writes it otherwise', () => {
  test.each<readonly [string, Rewrite]>([
    ['repetition signs at its end', field => (isValue(field) ? `${field}~` : field)],
    ['repetition signs before it', field => (isValue(field) ? `~${field}` : field)],
    ['component signs at its end', field => (isValue(field) ? `${field}^^` : field)],
    ['subcomponent signs at its end', field => (isValue(field) ? `${field}&` : field)],
    ['blanks around it', field => (isValue(field) ? ` ${field} ` : field)],
    ['blanks in empty ones', field => (field === '' ? ' ' : field)],
    ['component signs in empty ones', field => (field === '' ? '^^^' : field)],
  ])('%s', (_how, rewrite) => {
    expect(stories.length).toBeGreaterThan(10)
    for (const { name, messages } of stories) {
      const mixed = messages.map((text, index) => (index % 2 === 1 ? rewritten(text, rewrite) : text))
      expect(endOf(mixed), name).toEqual(endOf(messages))
    }
  })
})

test('a telephone of a contact without a number is none', () => {
  const store = memory()
  const company = 'NK1|2||EMR|1 MILL RD||^WPN^PH|E||||||MILL WORKS'
  store.take(er7({ event: 'A01', id: '1', at: '20261001080000', segments: [company] }))
  const patient = store.resources().find(({ resourceType }) => resourceType === 'Patient')
  expect(patient).toMatchObject({ contact: [{ address: { line: ['1 MILL RD'] } }] })
  expect(patient).not.toHaveProperty('contact.0.telecom')
})
