import { afterAll, beforeAll, expect, test } from 'vitest'
import { openCaseServer, type CaseServer } from '../../support/case-server.ts'
import { openedCase } from '../../support/case-story.ts'

/** River's steps 8, 16 and 22 (domain.md 8) through the case API: what comes out, and how it stands in FHIR. */
let server: CaseServer
let caseId: string
let need: string
let plan: string
let activity: string
const goals: string[] = []

beforeAll(async () => {
  server = await openCaseServer('2026-10-15T13:00:00Z')
  caseId = await openedCase(server, 'river')
}, 120_000)

afterAll(async () => {
  await server.close()
})

interface Event {
  readonly type: string
  readonly noun: string
  readonly nounId: string
  readonly changes: { readonly value?: string }
}

/** The events of a command that has to succeed. */
const command = async (name: string, body: object, headers = {}): Promise<readonly Event[]> => {
  const reply = await server.command(caseId, name, body, headers)
  expect(`${name} ${reply.status} ${reply.status === 200 ? '' : reply.text}`).toBe(`${name} 200 `)
  return reply.json.events as readonly Event[]
}

const born = (events: readonly Event[], type: string): string =>
  events.find(event => event.type === type)?.nounId ?? `no ${type}`

const resource = async (reference: string) => (await server.call({ path: `/fhir/${reference}` })).json

const scale = ['bedridden', 'with help', 'with a frame', 'with a stick', 'alone']
const weights = [3, 3, 2, 2]
const service = {
  kind: 'service',
  text: 'Physical therapy',
  code: { system: 'http://snomed.info/sct', code: '91251008', display: 'Physical therapy' },
  setting: 'rehabilitation',
  owner: 'Practitioner/noor',
  performer: 'Practitioner/pt',
  perWeek: 3,
  days: ['mon', 'tue', 'thu'],
  timeOfDay: '09:00',
  durationMinutes: 45,
}

test('a plan of four scaled goals is drawn up, with T = 28.4 at the outset', async () => {
  need = born(
    await command('IdentifyNeed', { text: 'Cannot walk alone', domain: 'function' }),
    'NeedIdentified',
  )
  await command('ConfirmNeed', { need })
  plan = born(await command('DraftPlan', { title: 'Back on the bicycle', needs: [need] }), 'PlanDrafted')
  for (const [i, weight] of weights.entries()) {
    const events = await command('SetGoal', { text: `Goal ${i + 1}`, weight, scale, needs: [need], plan })
    goals.push(born(events, 'GoalSet'))
  }
  const scores: Event[] = []
  for (const [i, level] of [-2, -1, -2, -1].entries()) {
    const payload = { goal: goals[i], level, rater: 'practitioner', baseline: true }
    scores.push(...(await command('ScoreGoal', payload)))
    await command('AcceptGoal', { goal: goals[i], by: 'Patient/river', decision: 'agree' })
  }
  const t = scores.filter(({ type }) => type === 'GoalAttainmentScored')
  expect(t.map(({ changes }) => changes.value)).toEqual(['28.4'])
})

test('it comes into force only whole and agreed', async () => {
  const early = await server.command(caseId, 'ActivatePlan', { plan })
  expect(early.status).toBe(409)
  expect(early.json.legal).toContain('ObtainAgreement')
  await command('ObtainAgreement', { plan, party: 'patient', by: 'Patient/river', decision: 'agreed' })
  const bare = await server.command(caseId, 'ActivatePlan', { plan })
  expect(bare.status).toBe(422)
  expect(bare.json).toMatchObject({ code: 'rule-broken', rule: 'I3' })
  await command('ReturnPlan', { plan, reason: 'activities are missing' })
  activity = born(await command('AddActivity', { ...service, goals, needs: [need], plan }), 'ActivityAdded')
  await command('ObtainAgreement', { plan, party: 'patient', by: 'Patient/river', decision: 'agreed' })
  const events = await command('ActivatePlan', { plan })
  expect(events.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['PlanActivated', 'GoalStarted', 'CaseActivated']),
  )
})

test('it stands in FHIR as CarePlan, Goal and ServiceRequest', async () => {
  expect(await resource(`CarePlan/${plan}`)).toMatchObject({
    status: 'active',
    intent: 'plan',
    title: 'Back on the bicycle',
    goal: goals.map(id => ({ reference: `Goal/${id}` })),
    activity: [{ reference: { reference: `ServiceRequest/${activity}` } }],
    addresses: [{ reference: `Condition/${need}` }],
  })
  expect(await resource(`Goal/${goals[0]}`)).toMatchObject({
    lifecycleStatus: 'active',
    achievementStatus: { coding: [{ code: 'in-progress' }] },
    description: { text: 'Goal 1' },
    startDate: '2026-10-15',
  })
  expect(await resource(`ServiceRequest/${activity}`)).toMatchObject({
    status: 'draft',
    requester: { reference: 'Practitioner/noor' },
    performer: [{ reference: 'Practitioner/pt' }],
    reasonReference: [{ reference: `Condition/${need}` }],
    occurrenceTiming: {
      repeat: { frequency: 3, period: 1, periodUnit: 'wk', dayOfWeek: ['mon', 'tue', 'thu'], duration: 45 },
    },
  })
})

test('the linter finds who has no consent, and the command it names mends that', async () => {
  const before = await server.call({ path: `/cases/${caseId}/lint` })
  const finding = before.json.findings.find(
    ({ rule }: { rule: string }) => rule === 'recipient-without-consent',
  )
  expect(finding).toMatchObject({
    element: { noun: 'activity', id: activity },
    mend: { command: 'GrantConsent' },
  })
  await command(finding.mend.command, { ...finding.mend.payload, by: 'Patient/river' })
  const after = await server.call({ path: `/cases/${caseId}/lint` })
  expect(after.json.findings.map(({ rule }: { rule: string }) => rule)).toEqual(['visits-beyond-benefit'])
})

test("a session is missed, the patient's own goal survives, and the T score follows what is rated", async () => {
  await command('ScheduleActivity', { activity })
  expect(born(await command('RecordMiss', { activity, reason: 'transport' }), 'TherapyMissed')).toBe(activity)
  const ride = born(
    await command('SetGoal', { text: 'Ride again by summer', plan }, { 'x-actor': 'Patient/river' }),
    'GoalSet',
  )
  const refused = await server.command(caseId, 'RetireGoal', { goal: ride, reason: 'not realistic' })
  expect(refused.json).toMatchObject({ code: 'rule-broken', rule: 'I20' })
  const ranked = await server.command(caseId, 'RankGoal', { goal: ride, rank: 9 })
  expect(ranked.status).toBe(200)
  const scores: Event[] = []
  server.clock.nowMs = Date.parse('2027-02-23T15:00:00Z')
  for (const [i, level] of [0, -1, 1, 0].entries())
    scores.push(...(await command('ScoreGoal', { goal: goals[i], level, rater: 'practitioner' })))
  expect(scores.findLast(({ type }) => type === 'GoalAttainmentScored')?.changes.value).toBe('48.6')
})

test('revisions of one plan are compared by their numbers', async () => {
  const fresh = await openedCase(server, 'revised')
  const run = async (name: string, body: object): Promise<readonly Event[]> => {
    const reply = await server.command(fresh, name, body)
    expect(`${name} ${reply.status} ${reply.status === 200 ? '' : reply.text}`).toBe(`${name} 200 `)
    return reply.json.events as readonly Event[]
  }
  const why = born(await run('IdentifyNeed', { text: 'Cannot walk' }), 'NeedIdentified')
  await run('ConfirmNeed', { need: why })
  const first = born(await run('DraftPlan', { title: 'First' }), 'PlanDrafted')
  const goal = born(await run('SetGoal', { text: 'Walk', needs: [why], plan: first }), 'GoalSet')
  await run('AcceptGoal', { goal, by: 'Patient/revised', decision: 'agree' })
  const link = { owner: 'Practitioner/noor', goals: [goal], needs: [why], plan: first }
  const session = born(
    await run('AddActivity', { kind: 'service', text: 'PT', setting: 'home', ...link }),
    'ActivityAdded',
  )
  await run('ObtainAgreement', { plan: first, party: 'patient', by: 'Patient/revised', decision: 'agreed' })
  await run('ActivatePlan', { plan: first })
  await run('RevisePlan', { plan: first, changes: { title: 'Second' }, reason: 'reviewed' })
  const diff = (from: string, to: string) =>
    server.call({ path: `/cases/${fresh}/plan/diff?from=${from}&to=${to}` })
  const { json } = await diff(`${first}@1.0`, `${first}@1.1`)
  expect(json.changes).toContainEqual({
    path: 'plan.title',
    change: 'changed',
    before: 'First',
    after: 'Second',
  })
  expect((await diff(`${first}@1.0`, first)).json.changes).toEqual(json.changes)
  expect((await diff(`${first}@1.1`, `${first}@1.9`)).status).toBe(404)

  // The way out: plan, goals, closure, each in its turn.
  const last = await server.command(fresh, 'AchieveGoal', { goal })
  expect([last.status, last.json.rule, last.json.why.includes('CompletePlan')]).toEqual([422, 'I3', true])
  await run('CompletePlan', { plan: first })
  await run('CancelActivity', { activity: session, reason: 'done' })
  await run('AchieveGoal', { goal })
  await run('ProposeClosure', { reason: 'goals-met', outcomes: 'Walks.', communicatedTo: 'Practitioner/pcp' })
  const closed = await server.command(fresh, 'ApproveClosure', {}, { 'x-actor': 'Practitioner/ana' })
  expect([closed.status, closed.json.case?.state]).toEqual([200, 'closed'])
})
