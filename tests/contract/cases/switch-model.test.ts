import { afterAll, beforeAll, expect, test } from 'vitest'
import { openCaseServer, type CaseServer } from '../../support/case-server.ts'
import { openedCase } from '../../support/case-story.ts'

/** River's steps 5, 18 and 20 (domain.md 8) through the case API: a model is chosen, switched after a preview, and back. */
let server: CaseServer
let caseId: string
let plan: string
const nounIds: Record<string, string> = {}

interface Event {
  readonly type: string
  readonly nounId: string
}

const command = async (name: string, body: object): Promise<readonly Event[]> => {
  const reply = await server.command(caseId, name, body)
  expect(`${name} ${reply.status} ${reply.status === 200 ? '' : reply.text}`).toBe(`${name} 200 `)
  const events = reply.json.events as readonly Event[]
  for (const { type, nounId } of events) nounIds[type] = nounId
  return events
}

const view = async (path: string) => (await server.call({ path: `/cases/${caseId}${path}` })).json

const duties = async (rule: string) =>
  ((await view('/obligations')).obligations as readonly { rule: string; state: string; due: string }[])
    .filter(one => one.rule === rule)
    .map(({ state, due }) => `${state} ${due.slice(0, 10)}`)

beforeAll(async () => {
  server = await openCaseServer('2026-10-13T13:00:00Z')
  caseId = await openedCase(server, 'river')
  await command('SelectModel', { model: 'clinical', reason: 'a combination of therapies' })
  server.clock.nowMs = Date.parse('2026-10-15T13:00:00Z')
  await command('IdentifyNeed', { text: 'Cannot walk alone', domain: 'function' })
  const need = nounIds['NeedIdentified']
  await command('ConfirmNeed', { need })
  await command('DraftPlan', { title: 'Back on the bicycle', needs: [need] })
  plan = nounIds['PlanDrafted'] ?? ''
  await command('SetGoal', { text: 'Walk alone', needs: [need], plan })
  const goals = [nounIds['GoalSet']]
  await command('AcceptGoal', { goal: goals[0], by: 'Patient/river', decision: 'agree' })
  await command('AddActivity', {
    ...{
      kind: 'service',
      text: 'Physical therapy',
      setting: 'clinic',
      owner: 'Practitioner/noor',
      perWeek: 3,
    },
    ...{ goals, needs: [need], plan },
  })
  await command('ObtainAgreement', { plan, party: 'patient', by: 'Patient/river', decision: 'agreed' })
  await command('ActivatePlan', { plan })
}, 120_000)

afterAll(() => server.close())

test('a preview tells hours, load and duties, and writes nothing', async () => {
  server.clock.nowMs = Date.parse('2026-12-14T14:00:00Z')
  await command('RecordContact', { kind: 'phone', minutes: 20 })
  const version = (await view('')).version
  const preview = await view('/switch-preview?model=intensive')
  expect(preview).toMatchObject({
    command: 'SwitchModel',
    from: { id: 'clinical', version: '1.0.0' },
    to: { id: 'intensive', version: '1.0.0' },
    contactsPerWeek: { before: 1, after: 4 },
    minutesPerContact: 20,
    hoursPerWeek: { before: 0.33, after: 2 },
    capacity: { manager: 'Practitioner/noor', before: 0.03, after: 0.08, isOver: false },
  })
  expect(preview.duties.raised.length).toBeGreaterThan(0)
  expect(preview.duties.gone.length).toBeGreaterThan(0)
  expect((await view('')).version).toBe(version)
})

test('a preview is refused as the command would be', async () => {
  const refused = async (query: string) => {
    const { status, json } = await server.call({ path: `/cases/${caseId}/switch-preview?${query}` })
    return [status, json.code]
  }
  expect(await refused('model=none')).toEqual([404, 'model-unknown'])
  expect(await refused('model=clinical')).toEqual([422, 'case-condition'])
  expect(await refused('model=Clinical')).toEqual([400, 'request-malformed'])
})

test('the switch replaces the plan by its next major version and computes the duties anew', async () => {
  const events = await command('SwitchModel', { model: 'intensive', reason: 'new headaches, low mood' })
  expect(events.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['ModelSwitched', 'PlanDrafted', 'PlanSuperseded', 'PlanActivated']),
  )
  const next = nounIds['PlanActivated'] ?? ''
  const old = (await server.call({ path: `/fhir/CarePlan/${plan}` })).json
  const current = (await server.call({ path: `/fhir/CarePlan/${next}` })).json
  expect([old.status, current.status]).toEqual(['completed', 'active'])
  expect(current.replaces).toEqual([{ reference: `CarePlan/${plan}` }])
  expect(current.instantiatesCanonical[0]).toMatch(/\/PlanDefinition\/intensive\|1\.0\.0$/)
  const seen = await view('')
  expect(seen.model).toMatchObject({ id: 'intensive', since: '2026-12-14T09:00:00-05:00' })
  expect(seen.models).toHaveLength(2)
  expect(seen.plan).toMatchObject({ id: next, state: 'active' })
  expect(await duties('plan-review')).toContain('due 2026-12-28')
})

test('fidelity is counted from the switch', async () => {
  server.clock.nowMs = Date.parse('2026-12-28T14:00:00Z')
  for (const kind of ['home', 'home', 'phone', 'accompanied'])
    await command('RecordContact', { kind, minutes: 60 })
  const fidelity = await view('/fidelity')
  expect(fidelity).toMatchObject({ model: { id: 'intensive' }, since: '2026-12-14T09:00:00-05:00' })
  const measure = (name: string) =>
    fidelity.measures.find((one: { readonly measure: string }) => one.measure === name)
  expect(measure('minutes-per-week')).toMatchObject({ expected: 120, met: true, denominator: 2 })
  // The contact of 12-14 09:00 is of the second in which the model began.
  expect(measure('contacts-per-week')).toMatchObject({ expected: 4, met: false, actual: 2.5 })
  expect(measure('community-share')).toMatchObject({ numerator: 3, denominator: 5, met: true })
  const before = await view('/fidelity?at=2026-12-13T12:00:00Z')
  expect(before.model.id).toBe('clinical')
})

test('the load of the manager follows the model', async () => {
  const load = async () =>
    (await server.call({ path: '/caseload?manager=Practitioner/noor' })).json.managers[0]
  expect(await load()).toMatchObject({ cases: 1, load: 0.08, models: [{ model: 'intensive', cases: 1 }] })
  server.clock.nowMs = Date.parse('2027-01-19T14:00:00Z')
  await command('SwitchModel', { model: 'clinical', reason: 'four stable weeks' })
  expect(await load()).toMatchObject({ cases: 1, load: 0.03, withoutModel: 0, isOver: false })
  const seen = await view('/plan')
  expect(seen.versions).toHaveLength(3)
  const episode = (await server.call({ path: `/fhir/EpisodeOfCare/${caseId}` })).json
  expect(episode.type[1].coding[0].code).toBe('clinical')
  const nobody = await server.call({ path: '/caseload?manager=Practitioner/nobody' })
  expect(nobody.json.managers).toEqual([
    { manager: 'Practitioner/nobody', cases: 0, withoutModel: 0, load: 0, isOver: false, models: [] },
  ])
})
