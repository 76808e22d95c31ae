import { expect, test } from 'vitest'
import { inboxIdOf } from '../../../../src/commands/inbox/inbox-id.ts'
import { toldBy } from '../../../../src/commands/cases/told-by.ts'
import type { Fact, InboxEntry, InboxFilter, Store } from '../../../../src/commands/ports/store.ts'
import { mapped, settings } from '../../../support/adt/memory.ts'

const textOf = (n: number): string =>
  [
    `MSH|^~\\&|ADT|VALLEY|CW|CW|20261010183500||ADT^A01^ADT_A01|C${n}|P|2.5.1`,
    'EVN|A01|20261010183500',
    'PID|1||MR9^^^VALLEY^MR||MARSH^ROBIN||19700214|F',
    `PV1|1|I|MED^${n}^A^VALLEY|E|||||||||||||||V${n}^^^VALLEY^VN|||||||||||||||||||||||||20261010183000`,
  ].join('\r')

const COUNT = 450
const received = (n: number): string => new Date(Date.UTC(2026, 9, 10) + n * 1000).toISOString()
const events = Array.from({ length: COUNT }, (_, n) => mapped(textOf(n)))
const patient = events[0]?.patient.id ?? ''
const facts = events.flatMap(({ fact }) => fact ?? []) satisfies readonly Fact[]
const entries = events.map(({ source, controlId, trigger }, n): InboxEntry => ({
  ...{ source, messageId: controlId, trigger, payloadHash: String(n), outcome: 'applied', subject: patient },
  ...{ received: received(n), origin: 'http', raw: Buffer.from(textOf(n)), resources: [] },
}))

/** Newest first, a page at a time, as the store gives them. */
async function find(_tenant: number, { until = '', after, count }: InboxFilter) {
  const found = entries.filter(entry => entry.received <= until).toReversed()
  const from = after === undefined ? 0 : found.findIndex(entry => inboxIdOf(entry) === after) + 1
  return found.slice(from, from + count)
}
const store = {
  inbox: { find },
  load: async () => ({ facts, said: [], resources: [], messages: [] }),
} as unknown as Store

test.each([0, 199, 200, 399, COUNT - 1])(
  'what the first messages up to %i said is told, however many',
  async n => {
    const told = await toldBy({ store, tenant: 1, settings }, patient, received(n))
    expect(told.facts.map(({ id }) => id)).toEqual(facts.slice(0, n + 1).map(({ id }) => id))
    expect(told.said.length).toBe(n + 2)
  },
)

test('before the first message nothing was told', async () => {
  expect(await toldBy({ store, tenant: 1, settings }, patient, '2026-10-01T00:00:00.000Z')).toEqual({
    facts: [],
    said: [],
  })
})
