import { expect, test } from 'vitest'
import { defaultCaseRules } from '../../../../src/care-plan/case/case-rules.ts'
import { modelLookup, shippedModels } from '../../../../src/care-plan/models/shipped-models.ts'
import { nothingKnown, openBatch } from '../../../../src/commands/ingest-adt/batch-state.ts'
import { decideMessage } from '../../../../src/commands/ingest-adt/decide-message.ts'
import { interpretAdt } from '../../../../src/commands/ingest-adt/interpret-adt.ts'
import { readRecord } from '../../../../src/commands/ingest-adt/read-record.ts'
import { validateResource } from '../../../../src/fhir/validation/validate-resource.ts'
import { holidayCalendar } from '../../../../src/lib/holiday-calendars.ts'
import { sourceSettings } from '../../../../src/mappers/adt/source.ts'
import { er7, type Er7 } from '../../../support/adt/er7.ts'

/** What consumers of EVENTS_TOPIC are told of messages, read from the outbox of one flush. */
const canonicalBase = 'https://casewire.example/fhir'
const settings = sourceSettings({ tenant: 1, canonicalBase, timeZone: 'UTC', restrictedUnits: ['Detox'] })
const clock = { nowMs: () => Date.parse('2026-12-01T12:00:00Z') }
const silent = (): void => undefined

interface Sent {
  readonly type: string
  readonly time: string
  readonly data: { readonly reason?: string; readonly changes: { readonly statusReason?: string } }
}

function sentBy(messages: readonly Er7[], sendsProtected = false): readonly Sent[] {
  const interpret = interpretAdt({
    ...{ settings, rules: defaultCaseRules, models: modelLookup(shippedModels), clock },
    ...{ calendar: holidayCalendar('us-federal'), validate: validateResource },
  })
  const journal = { canonicalBase, source: canonicalBase, topic: 'events', sendsProtected }
  const at = '2026-12-01T12:00:00.000Z'
  const state = openBatch(
    { tenant: 1, lane: 0, at, actor: 'Device/adt', targets: [], journal },
    nothingKnown(),
  )
  const value = Buffer.from(messages.map(er7).join(''))
  for (const message of readRecord({ value, origin: 'test' }, 0, interpret, settings).messages)
    decideMessage(message, state, silent)
  const { outbox = [] } = state.changes()
  return outbox
    .filter(({ target }) => target === 'kafka:events')
    .map(({ payload }) => payload as unknown as Sent)
}

const admit: Er7 = { event: 'A01', id: '1', at: '20261005120000' }

test('who was told of an admission is told that it was taken back: of the case and of each duty, with the reason', () => {
  const told = sentBy([admit])
  expect(told.map(({ type }) => type)).toContain('casewire.case.identified.v1')
  const all = sentBy([admit, { event: 'A11', id: '2', at: '20261005130000' }])
  const withdrawn = all.slice(told.length)
  const raised = told.filter(({ type }) => type === 'casewire.obligation.raised.v1')
  expect(
    withdrawn.map(({ type, time, data }) => `${type} ${time} ${data.changes.statusReason ?? ''}`),
  ).toEqual([
    'casewire.case.entered-in-error.v1 2026-10-05T13:00:00.000Z ',
    ...raised.map(() => 'casewire.obligation.voided.v1 2026-10-05T13:00:00.000Z trigger cancelled'),
  ])
  expect(raised.length).toBeGreaterThan(2)
})

test('nothing is sent of a case whose patient or stay is protected, unless that is wanted', () => {
  const secret: Er7 = { ...admit, segments: ['PV2||||||||||||||||||||||Y'] }
  const famous: Er7 = { ...admit, pv1: { 16: 'VIP' } }
  const restricted: Er7 = { ...admit, segments: ['ARV|1|A|PHY|PAT'] }
  const open = sentBy([admit]).length
  expect(open).toBeGreaterThan(0)
  const addicted: Er7 = { ...admit, pv1: { 3: 'DETOX^1^A^VALLEY' } }
  for (const one of [secret, famous, restricted, addicted]) {
    expect(sentBy([one])).toEqual([])
    expect(sentBy([one], true)).toHaveLength(open)
  }
})

test('nothing is sent either of what one flush told before it told of the protection', () => {
  const before = sentBy([admit]).length
  const later: Er7 = { event: 'A08', id: '2', at: '20261006120000', pv1: { 16: 'VIP' } }
  const home: Er7 = { event: 'A03', id: '3', at: '20261007120000', pv1: { 16: 'VIP', 36: '01' } }
  const flushedTogether = sentBy([admit, later, home]).length
  expect(flushedTogether).toBe(0)
  expect(before).toBeGreaterThan(0)
})
