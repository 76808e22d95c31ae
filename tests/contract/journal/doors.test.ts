import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { EventData } from '../../support/fold-events.ts'
import { applyInbound } from '../../../src/commands/apply-inbound.ts'
import { timerRunner } from '../../../src/commands/timers/run-timers.ts'
import type { Resource } from '../../../src/fhir/resource.ts'
import { ok } from '../../../src/lib/result.ts'
import { parseJson } from '../../../src/lib/json.ts'
import { readCaseFiles } from '../../../src/mappers/case/nouns/case-files.ts'
import { withCaseLink } from '../../../src/mappers/case/nouns/case-link.ts'
import { nounLenses } from '../../../src/mappers/case/nouns/noun-lenses.ts'
import { taskDue } from '../../../src/mappers/case/effects/task-due.ts'
import { openCaseServer, type CaseServer } from '../../support/case-server.ts'
import { noMeters as meters } from '../../support/counting-messages.ts'
import { faultsOfRows } from '../../support/event-schemas.ts'
import { foldEvents, plainFile } from '../../support/fold-events.ts'

/** One case through every door, on the embedded store: each leaves events with its own time of fact and actor. */
const canonicalBase = 'https://casewire.example/fhir'
const lenses = nounLenses(canonicalBase)
const journal = { canonicalBase, source: canonicalBase }
let server: CaseServer
beforeAll(async () => {
  server = await openCaseServer('2026-10-05T23:00:00Z')
}, 60_000)
afterAll(() => server.close())

function message(event: string, at: string, end = ''): string {
  const pv1 = ['', '1', 'I', 'MED^1^A^V', ...Array.from({ length: 15 }, () => ''), 'V1^^^V^VN']
  const visit = [...pv1, ...Array.from({ length: 44 - pv1.length }, () => ''), '20261005140000', end]
  if (end) visit[36] = '01'
  return [
    `MSH|^~\\&|A|V|CW|CW|${at}||ADT^${event}|${event}-${at}|P|2.5.1`,
    `EVN|${event}|${at}|||U|${at}`,
    'PID|1||M1^^^V^MR||ROE^JO||19900704|F',
    `PV1|${visit.slice(1).join('|')}`,
  ].join('\r')
}

const events = () => server.app.store.caseEvents(1, { count: 1_000 })
/** Events that came since the last look. */
let seen = 0
async function news() {
  const all = await events()
  const fresh = all.slice(seen)
  seen = all.length
  return fresh
}

test('a message, a command, a FHIR client, a timer and a peer: all leave events, and the fold is what stands', async () => {
  const sent = async (text: string) =>
    server.call({ method: 'POST', path: '/adt', body: text, headers: { 'x-actor': 'Device/engine' } })
  expect((await sent(message('A01', '20261005140000'))).status).toBe(200)
  const [born, ...raised] = await news()
  expect(born).toMatchObject({
    type: 'CaseIdentified',
    at: '2026-10-05T18:00:00.000Z',
    actor: 'Device/engine',
  })
  expect(raised.map(({ type }) => type)).toContain('ObligationRaised')
  const { caseId = '', patient = '' } = born ?? {}

  server.clock.nowMs += 60_000
  await server.command(caseId, 'ScreenCase', {
    acuity: 'high',
    at: '2026-10-05T18:50:00-04:00',
    reason: 'frail',
  })
  const screened = (await news()).find(({ noun }) => noun === 'case')
  expect(screened).toMatchObject({
    ...{ type: 'CaseScreenedIn', at: '2026-10-05T22:50:00.000Z', actor: 'Practitioner/noor' },
    body: { reason: 'frail' },
  })

  server.clock.nowMs += 60_000
  const goal = withCaseLink(
    {
      ...{ resourceType: 'Goal', id: 'walk', lifecycleStatus: 'proposed', description: { text: 'Walk' } },
      subject: { reference: `Patient/${patient}` },
    },
    caseId,
    lenses.names,
  )
  expect((await server.call({ method: 'PUT', path: '/fhir/Goal/walk', body: goal })).status).toBe(201)
  expect((await news()).map(({ type, actor }) => [type, actor])).toContainEqual([
    'GoalSet',
    'Practitioner/noor',
  ])

  server.clock.nowMs += 60_000
  const { store } = server.app
  const stored = await store.read(1, { type: 'Goal', id: 'walk' })
  const theirs = {
    ...(parseJson(stored?.content ?? '{}') as Resource),
    id: 'walk',
    lifecycleStatus: 'accepted',
  }
  const link = {
    ...{
      peer: 'north',
      type: 'Goal',
      id: 'walk',
      remoteId: 'g',
      remoteVersion: '1',
      remoteHash: 'x',
      base: {},
    },
  }
  const applied = await applyInbound(
    { store, nowMs: () => server.clock.nowMs, targets: [], journal, law: ({ changed }) => ok(changed) },
    {
      ...{ tenant: 1, origin: 'peer:north', actor: 'Device/north' },
      changes: [
        {
          key: { type: 'Goal', id: 'walk' },
          patient,
          decide: () => ({ resource: theirs, link, asPeerSays: true }),
        },
      ],
    },
  )
  expect(applied).toEqual({ ok: true, value: 1 })
  expect((await news()).map(({ type, actor }) => [type, actor])).toEqual([['GoalAccepted', 'Device/north']])

  expect((await sent(message('A03', '20261005190000', '20261005190000'))).status).toBe(200)
  await news()
  const due = await store.timers.nextDue()
  server.clock.nowMs = Date.parse(due ?? '') + 3_600_000
  const clock = { nowMs: () => server.clock.nowMs }
  const runner = timerRunner({
    ...{ store, clock, meters, emit: () => undefined },
    workOf: tenant => ({
      ...{ store, tenant, targets: [], journal },
      taskDue: (task, fired) => taskDue(task, { ...fired, canonicalBase }),
    }),
  })
  runner.start()
  await vi.waitFor(async () => expect((await events()).length).toBeGreaterThan(seen), { timeout: 20_000 })
  await runner.stop()
  expect((await news())[0]).toMatchObject({ type: 'ObligationMissed', at: due, actor: 'Device/timer' })

  const all = await events()
  expect(faultsOfRows(all)).toEqual([])
  const folded = foldEvents(all.map(({ body }) => body as unknown as EventData))
  const types = [
    'EpisodeOfCare',
    'CarePlan',
    'Goal',
    'Task',
    'Condition',
    'Encounter',
    'RiskAssessment',
    'Flag',
  ]
  const at = new Date(server.clock.nowMs).toISOString()
  const rows = await store.compartmentAt(1, { patient, types, at })
  const files = readCaseFiles(
    rows.map(({ content }) => parseJson(content) as Resource),
    lenses,
  )
  expect(files).toHaveLength(1)
  expect(folded.get(caseId) && plainFile(folded.get(caseId) as never)).toEqual(files.map(plainFile)[0])
})
