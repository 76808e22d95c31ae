import { expect } from 'vitest'
import { parseJson } from '../../../src/lib/json.ts'
import type { Resource } from '../../../src/fhir/resource.ts'
import { readCaseFile } from '../../../src/mappers/case/nouns/case-files.ts'
import { nounLenses } from '../../../src/mappers/case/nouns/noun-lenses.ts'
import { foldEvents, plainFile } from '../fold-events.ts'
import { duties, dutyOn, read, tScores, timeline } from './asking.ts'
import type { Deed } from './acts.ts'
import { closed, closedAlone, finished } from './models.ts'
import { OWN_GOAL } from './planning.ts'
import { NOOR } from './people.ts'
import type { Chapter } from './story.ts'
import type { Teller } from './teller.ts'

const CM = 'https://casewire.example/fhir'

const edit = (command: string, body: Deed['body'], refused?: Deed['refused']): Deed => ({
  ...{ at: '2027-04-02T09:00', by: NOOR, command, ...(body && { body }), ...(refused && { refused }) },
})

const byI20 = { status: 422, rule: 'I20' }
const why = { reason: 'Not realistic.' }

/** Every way in which staff might lose what River wants. */
const edits: readonly Deed[] = [
  edit('RetireGoal', { goal: '$G5', ...why }, byI20),
  edit('ReviseGoal', { goal: '$G5', text: 'Ride a tricycle' }, byI20),
  edit('RevisePlan', { plan: '$PLAN4', changes: { removeGoals: ['$G5'] }, ...why }, byI20),
  edit('MarkNounEnteredInError', { noun: 'goal', id: '$G5', ...why }, byI20),
  edit('RankGoal', { goal: '$G5', rank: 5 }),
]

async function keepsTheOwnGoal(teller: Teller): Promise<void> {
  await teller.tell(edits)
  const goal = await read(teller, 'Goal/$G5')
  const { call } = teller.service
  const path = `/fhir/Goal/${goal.id}`
  for (const changed of [{ lifecycleStatus: 'cancelled' }, { description: { text: 'Ride a tricycle' } }]) {
    const reply = await call({ method: 'PUT', path, by: NOOR, body: { ...goal, ...changed } })
    expect([reply.status, reply.text]).toEqual([422, expect.stringContaining('I20')])
  }
  expect((await call({ method: 'DELETE', path, by: NOOR })).status).toBe(422)
  expect(await read(teller, 'Goal/$G5')).toMatchObject({
    lifecycleStatus: 'active',
    description: { text: OWN_GOAL },
  })
  const plan = await read(teller, 'CarePlan/$PLAN4')
  expect(plan.goal).toContainEqual({ reference: `Goal/${goal.id}` })
}

async function isExplained(teller: Teller): Promise<void> {
  const all = await duties(teller)
  expect(all.length).toBeGreaterThan(50)
  for (const { rule, source, says, trigger, arithmetic = '', due = '' } of all) {
    expect([source, says, trigger.says, trigger.id].every(Boolean), rule).toBe(true)
    expect(arithmetic, rule).toContain(due.slice(0, 10))
  }
}

/** What happened in this order, among all that did. */
const course = [
  ...['CaseIdentified', 'CaseScreenedIn', 'RiskStratified', 'AssignmentAccepted', 'ConsentGranted'],
  ...['CaseOpened', 'ModelSelected', 'AssessmentConcluded', 'PlanActivated', 'ContactAttempted'],
  ...['MedicationReconciled', 'TherapyMissed', 'BarrierRaised', 'StrengthLinked', 'RedFlagRaised'],
  ...['RedFlagResolved', 'ModelSwitched', 'TransitionCompleted', 'ModelSwitched', 'ModelSwitched'],
  ...['ClosureProposed', 'CaseClosed'],
]

async function isTold(teller: Teller): Promise<void> {
  const events = await timeline(teller)
  const recorded = events.map(event => event.recorded)
  expect(recorded).toEqual(recorded.toSorted())
  let from = 0
  for (const type of course) {
    const found = events.findIndex((event, i) => i >= from && event.type === type)
    expect(found, `${type} from ${from} on`).toBeGreaterThanOrEqual(from)
    from = found + 1
  }
  for (const { at, actor, recorded: known } of events)
    expect([Date.parse(at) <= Date.parse(known) + 60_000, actor !== ''], at).toEqual([true, true])
  const attempt = events.find(({ type }) => type === 'ContactAttempted')
  expect(attempt).toMatchObject({ actor: NOOR, at: '2026-11-27T15:00:00.000Z' })
}

async function isClosed(teller: Teller): Promise<void> {
  await teller.tell(finished)
  expect((await tScores(teller)).at(-1)).toBe('57.2')
  await dutyOn(teller, 'closure-review', '2027-06-02')
  await teller.tell([closedAlone, ...closed])
  expect(await read(teller, 'EpisodeOfCare/$CASE')).toMatchObject({ status: 'finished' })
  expect(await read(teller, 'Goal/$G5')).toMatchObject({
    lifecycleStatus: 'completed',
    achievementStatus: { coding: [expect.objectContaining({ code: 'achieved' })] },
  })
  const open = (await duties(teller)).filter(({ state }) => state === 'due')
  expect(open.map(({ rule }) => rule)).toEqual([])
}

const at = (time: string): string => `at=${encodeURIComponent(time)}`

async function wasKnownThen(teller: Teller): Promise<void> {
  const early = await teller.get(`/cases/$CASE?${at('2026-10-16T09:00:00-04:00')}`)
  expect(early).toMatchObject({ state: 'active', plan: { version: '1.0' }, model: { id: 'clinical' } })
  const late = await teller.get(`/cases/$CASE?${at('2026-11-26T09:00:00-05:00')}`)
  expect(late).toMatchObject({ plan: { version: '1.1' }, phases: expect.arrayContaining(['transitioning']) })
  const { obligations } = await teller.get(`/cases/$CASE/obligations?${at('2026-11-26T09:00:00-05:00')}`)
  const contact = (obligations as readonly { rule: string; state: string; due: string }[]).filter(
    ({ rule }) => rule === 'contact',
  )
  expect(contact).toMatchObject([{ state: 'due', due: '2026-11-30T23:59:59-05:00' }])
  const before = await teller.service.call({
    path: `/cases/${teller.kept.get('CASE')}?${at('2026-10-10T17:30:00-04:00')}`,
  })
  expect(before.status).toBe(404)
  const then = await teller.get(`/fhir/CarePlan/$PLAN?_at=${encodeURIComponent('2026-12-01T09:00:00-05:00')}`)
  expect(then).toMatchObject({ status: 'active', meta: expect.anything() })
}

async function differs(teller: Teller): Promise<void> {
  const [from, to] = ['2026-12-11T08:00:00-05:00', '2026-12-14T12:00:00-05:00'].map(encodeURIComponent)
  const { changes } = await teller.get(`/cases/$CASE/diff?from=${from}&to=${to}`)
  const said = (changes as readonly { path: string; before?: unknown; after?: unknown }[]).map(
    ({ path, before, after }) => `${path}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`,
  )
  const kept = (name: string): string => teller.kept.get(name) ?? ''
  expect(said).toEqual(
    expect.arrayContaining([
      `plans[${kept('PLAN')}].state: "active" -> "superseded"`,
      expect.stringContaining(`flags[${kept('FLAG')}]`),
    ]),
  )
}

const types = [
  ...['EpisodeOfCare', 'CarePlan', 'Goal', 'Task', 'Flag', 'Encounter', 'Communication', 'Appointment'],
  ...['ServiceRequest', 'Condition', 'Observation', 'ClinicalImpression', 'QuestionnaireResponse'],
  ...['RiskAssessment', 'Consent', 'CareTeam'],
]

/** What stands of the patient, with the digits that decimals have. */
async function exactly({ service, kept }: Teller, type: string): Promise<readonly Resource[]> {
  const { text } = await service.call({ path: `/fhir/${type}?patient=${kept.get('PATIENT')}&_count=500` })
  const bundle = parseJson(text) as { readonly entry?: readonly { readonly resource: Resource }[] }
  return (bundle.entry ?? []).map(({ resource }) => resource)
}

async function isOnKafka(teller: Teller): Promise<void> {
  await teller.service.published()
  const compartment = (await Promise.all(types.map(type => exactly(teller, type)))).flat()
  const id = teller.kept.get('CASE') ?? ''
  const stored = readCaseFile(id, compartment, nounLenses(CM))
  const folded = foldEvents(teller.service.events).get(id)
  if (!stored || !folded) throw new Error('the case is not there')
  expect(plainFile(folded)).toEqual(plainFile(stored))
}

export const inTheEnd: readonly Chapter[] = [
  { title: 'keeps the own goal through every edit of staff (I20)', tell: keepsTheOwnGoal },
  { title: 'has a reason and a computation for every due date', tell: isExplained },
  { title: '24 has reached the goals: T is 57.2, and the supervisor closes the case', tell: isClosed },
  { title: 'is told in order, with times of fact and of recording', tell: isTold },
  { title: 'is known as it was at two instants, and not before the first', tell: wasKnownThen },
  { title: 'differs between two instants by what happened between them', tell: differs },
  { title: 'is on Kafka: the events fold to the case that is stored', tell: isOnKafka },
]
