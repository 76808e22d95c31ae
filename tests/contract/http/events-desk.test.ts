import { afterAll, beforeAll, expect, test } from 'vitest'
import { journalOf } from '../../../src/app-events.ts'
import { eventDesk } from '../../../src/commands/journal/republish.ts'
import { readConfig } from '../../../src/config/environment.ts'
import { openCaseServer, type CaseServer } from '../../support/case-server.ts'
import { identifiedCase } from '../../support/case-story.ts'
import { faultsOfRows } from '../../support/event-schemas.ts'

/** Operators and the events of cases, on the embedded store. */
let server: CaseServer
beforeAll(async () => {
  server = await openCaseServer()
}, 60_000)
afterAll(() => server.close())

const TARGET = 'kafka:casewire.events'
const journal = {
  canonicalBase: 'https://casewire.example/fhir',
  source: 'https://cm.example',
  topic: 'casewire.events',
}
const desk = () =>
  eventDesk({ store: server.app.store, tenant: 1, clock: { nowMs: () => server.clock.nowMs }, journal })
const lanes = Array.from({ length: 64 }, (_, n) => n)
const waiting = () => server.app.store.outbox.read(TARGET, lanes, 1_000)

test('without Kafka events are kept, none is sent, and asking for them again says what to set', async () => {
  const id = await identifiedCase(server, 'kept')
  const rows = await server.app.store.caseEvents(1, { caseId: id, count: 100 })
  expect(rows.map(({ type }) => type)).toContain('CaseIdentified')
  expect(faultsOfRows(rows)).toEqual([])
  expect(await waiting()).toEqual([])
  expect((await server.call({ path: '/admin/events' })).json).toEqual({ waiting: 0, dead: [] })
  const again = await server.call({ method: 'POST', path: '/admin/events/republish' })
  expect([again.status, again.json.code]).toEqual([503, 'events-not-sent'])
  expect((await server.call({ method: 'POST', path: '/admin/events/revive' })).json.code).toBe(
    'events-not-sent',
  )
  const wrong = await server.call({ method: 'POST', path: '/admin/events/republish?from=yesterday' })
  expect(wrong.status).toBe(400)
})

test('they are written again in order: all, those of a case, those recorded from an instant on', async () => {
  const id = await identifiedCase(server, 'again')
  server.clock.nowMs += 60_000
  const from = new Date(server.clock.nowMs).toISOString()
  await server.command(id, 'ScreenCase', { acuity: 'high' })
  const all = await server.app.store.caseEvents(1, { count: 1_000 })
  expect(await desk().republish({})).toEqual({ ok: true, value: { events: all.length } })
  const rows = await waiting()
  expect(rows.map(({ payload }) => (payload as { id: string }).id)).toEqual(all.map(event => event.id))
  await server.app.store.outbox.done(rows.map(({ seq }) => seq))

  const later = all.filter(({ caseId, recorded }) => caseId === id && recorded >= from)
  expect(later.length).toBeGreaterThan(0)
  expect(await desk().republish({ caseId: id, from })).toEqual({ ok: true, value: { events: later.length } })
  const [first] = await waiting()
  expect(await desk().status()).toMatchObject({ topic: 'casewire.events', waiting: later.length, dead: [] })

  await server.app.store.outbox.bury(first?.seq ?? 0, 'MESSAGE_TOO_LARGE')
  expect(await desk().status()).toMatchObject({
    waiting: later.length - 1,
    dead: [{ id: later[0]?.id, error: 'MESSAGE_TOO_LARGE' }],
  })
  expect(await desk().revive()).toEqual({ ok: true, value: { events: 1 } })
  expect(await desk().status()).toMatchObject({ waiting: later.length, dead: [] })
})

test('the topic and the source of events follow the configuration, and whether those of protected patients go out', () => {
  const settings = (environment: Record<string, string>) => {
    const config = readConfig(environment)
    if (!config.ok) throw new Error('the configuration must hold')
    return journalOf(config.value)
  }
  const base = 'https://casewire.example/fhir'
  expect(settings({})).toEqual({ canonicalBase: base, source: base })
  const full = { KAFKA_BROKERS: 'k:9092', EVENTS_TOPIC: 'cm.events', PUBLIC_URL: 'https://cm.example/' }
  const named = { canonicalBase: base, source: 'https://cm.example', topic: 'cm.events' }
  expect(settings(full)).toEqual({ ...named, sendsProtected: false })
  expect(settings({ ...full, PROTECTED_EVENTS: 'send' })).toEqual({ ...named, sendsProtected: true })
})
