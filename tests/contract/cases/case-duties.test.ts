import { afterAll, beforeAll, expect, test } from 'vitest'
import { openCaseServer, type CaseServer } from '../../support/case-server.ts'
import { describedAnswers, type DescribedAnswers } from '../../support/described-answers.ts'

let server: CaseServer
let described: DescribedAnswers
let caseId: string
let visit: string

const header = (event: string, control: string, at: string): readonly string[] => [
  `MSH|^~\\&|ADT|VALLEY|CW|CW|${at}||ADT^${event}^ADT_${event}|${control}|P|2.5.1`,
  `EVN|${event}|${at}`,
  'PID|1||MR88^^^VALLEY^MR||MARSH^ROBIN||19700214|F',
]
const PV1 = 'PV1|1|I|MED^1^A^VALLEY|E|||||||||||||||V88^^^VALLEY^VN||||||||||||||||'
const adt = (lines: readonly string[]) =>
  server.call({
    method: 'POST',
    path: '/adt',
    body: lines.join('\r'),
    headers: { accept: 'application/json' },
  })

beforeAll(async () => {
  described = await describedAnswers(await openCaseServer('2026-10-10T22:40:00Z'))
  server = described.server
  await adt([...header('A01', 'D1', '20261010183500-0400'), `${PV1}|||||||||20261010183000-0400`])
  const { json } = await server.call({ path: '/cases?state=identified' })
  caseId = json.cases[0].id
  const risk = await server.call({ path: `/cases/${caseId}/risk` })
  visit = risk.json.live[0].encounter
}, 60_000)
afterAll(() => server.close())

interface Duty {
  readonly rule: string
  readonly due: string
  readonly overdue: boolean
}

test('a duty names its rule, source, message and the arithmetic of its due time', async () => {
  const { json } = await server.call({ path: `/cases/${caseId}/obligations` })
  const screen = json.obligations.find(({ rule }: Duty) => rule === 'screen')
  expect(screen).toMatchObject({
    due: '2026-10-13T23:59:59-04:00',
    state: 'due',
    overdue: false,
    trigger: { encounter: `Encounter/${visit}` },
  })
  expect(screen.arithmetic).toContain('Columbus Day skipped')
  expect(screen.trigger.message).toContain('/D1#')
  expect(screen.source.length).toBeGreaterThan(5)
})

test('what is overdue depends on the clock of the view', async () => {
  const { clock } = server
  const known = new Date(clock.nowMs).toISOString()
  clock.nowMs = Date.parse('2026-10-14T12:00:00Z')
  const now = (await server.call({ path: `/cases/${caseId}/obligations` })).json
  expect(now.overdue).toBeGreaterThan(0)
  const then = (await server.call({ path: `/cases/${caseId}/obligations?at=${known}` })).json
  expect([then.overdue, then.obligations.length]).toEqual([0, now.obligations.length])
})

test('a discharge that might happen raises the duties it would, and moves those of one that has', async () => {
  const ask = (body: object) => server.call({ method: 'POST', path: `/cases/${caseId}/what-if`, body })
  const before = (await server.call({ path: `/cases/${caseId}` })).headers['etag']
  const supposed = await ask({ discharge: { encounter: visit, at: '2026-11-25T11:00:00-05:00' } })
  expect(supposed.status).toBe(200)
  const contact = supposed.json.raised.find(({ rule }: Duty) => rule === 'contact')
  expect(contact.due).toBe('2026-11-30T23:59:59-05:00')
  expect((await server.call({ path: `/cases/${caseId}` })).headers['etag']).toBe(before)
  server.clock.nowMs = Date.parse('2026-11-25T16:05:00Z')
  await adt([
    ...header('A03', 'D2', '20261125110500-0500'),
    `${PV1}|01||||||||20261010183000-0400|20261125110000-0500`,
  ])
  const moved = await ask({ discharge: { encounter: visit, at: '2026-11-24T11:00:00-05:00' } })
  expect(moved.json.moved).toContainEqual(
    expect.objectContaining({
      rule: 'contact',
      from: '2026-11-30T23:59:59-05:00',
      to: '2026-11-27T23:59:59-05:00',
    }),
  )
})

test('a supposition about what is not there, or malformed, is refused', async () => {
  const ask = async (body: object) => {
    const { status, json } = await server.call({ method: 'POST', path: `/cases/${caseId}/what-if`, body })
    return [status, json.code, json.location]
  }
  const at = '2026-11-26T11:00:00-05:00'
  expect(await ask({ discharge: { encounter: 'none', at } })).toEqual([
    404,
    'unknown-noun',
    'discharge.encounter',
  ])
  expect(await ask({ model: { id: 'none' } })).toEqual([404, 'model-unknown', 'model'])
  expect(await ask({ discharge: { encounter: visit, at: 'soon' } })).toEqual([
    400,
    'request-malformed',
    'discharge.at',
  ])
  expect(await ask({ facts: [{ resourceType: 'Goal', id: 'g' }] })).toEqual([
    422,
    'resource-invalid',
    'facts.0',
  ])
  expect(await ask({ bogus: 1 })).toEqual([400, 'request-malformed', 'bogus'])
})

test('every answer so far was as /openapi.json describes it', () => {
  expect([...new Set(described.faults)]).toEqual([])
})
