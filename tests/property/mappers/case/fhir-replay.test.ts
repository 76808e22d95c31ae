import fc from 'fast-check'
import { expect, it } from 'vitest'
import { commands } from '../../../../src/care-plan/commands/commands.ts'
import { evolveAll } from '../../../../src/care-plan/machines/domain-event.ts'
import { brokenRule } from '../../../../src/care-plan/invariants/invariant.ts'
import { invariants } from '../../../../src/care-plan/invariants/invariants.ts'
import type { CaseFile } from '../../../../src/care-plan/case/case-file.ts'
import { writeCaseFile } from '../../../../src/mappers/case/nouns/case-files.ts'
import { nounLenses } from '../../../../src/mappers/case/nouns/noun-lenses.ts'
import type { Resource } from '../../../../src/fhir/resource.ts'
import { fileOf, models, opened } from '../../../support/case-acts.ts'
import { contextOf } from '../../../support/case-file.ts'
import { admitted, managerOf } from '../../../support/case-stories.ts'
import { after, CM, emptyWorld, lawOf, put, written, type World } from '../../../support/case-world.ts'

const COMMANDS = process.env['CASEWIRE_LONG'] === '1' ? 20_000 : 2_000
const PER_RUN = 40
const lenses = nounLenses(CM)
const [NOOR, RIVER] = ['Practitioner/noor', 'RelatedPerson/sam']
const AT = '2026-10-06T10:00:00-04:00'

interface Step {
  readonly name: string
  readonly actor: string
  readonly pick: number
  readonly payload: (ids: Ids) => object
}

interface Ids {
  readonly goal: string
  readonly need: string
  readonly plan: string
  readonly activity: string
  readonly appointment: string
  readonly flag: string
  readonly strength: string
  readonly goals: readonly string[]
  readonly activities: readonly string[]
}

const pickIn = (list: readonly { readonly id: string }[], pick: number): string =>
  list[pick % Math.max(1, list.length)]?.id ?? 'none'

const idsIn = (file: CaseFile, pick: number): Ids => ({
  goal: pickIn(file.goals, pick),
  need: pickIn(file.needs, pick),
  plan: pickIn(file.plans, pick),
  activity: pickIn(file.activities, pick),
  appointment: pickIn(file.appointments, pick),
  flag: pickIn(file.flags, pick),
  strength: pickIn(file.strengths, pick),
  goals: file.goals.map(({ id }) => id),
  activities: file.activities.map(({ id }) => id),
})

const reason = 'because'
/** What people do, each with the nouns there are when its turn comes. */
const recipes: readonly (readonly [string, (ids: Ids) => object])[] = [
  ['IdentifyNeed', () => ({ text: 'Walking', domain: 'function' })],
  ['ConfirmNeed', ({ need }) => ({ need })],
  ['DeferNeed', ({ need }) => ({ need, reason })],
  ['ResolveNeed', ({ need }) => ({ need })],
  ['RecordStrength', () => ({ kind: 'family', text: 'Sister' })],
  ['LinkStrength', ({ strength, goal }) => ({ strength, to: [goal] })],
  ['SetGoal', ({ need }) => ({ text: 'Walk', needs: [need] })],
  ['SetGoal', () => ({ text: 'Ride', expressedBy: RIVER })],
  ['AcceptGoal', ({ goal }) => ({ goal, by: RIVER, decision: 'agree' })],
  ['StartGoal', ({ goal }) => ({ goal })],
  ['HoldGoal', ({ goal }) => ({ goal, reason })],
  ['RetireGoal', ({ goal }) => ({ goal, reason })],
  ['AchieveGoal', ({ goal }) => ({ goal })],
  [
    'AddActivity',
    ({ goal, need }) => ({
      ...{ kind: 'service', text: 'Therapy', setting: 'home', owner: NOOR },
      ...{ goals: [goal], needs: [need] },
    }),
  ],
  ['RequestService', ({ activity }) => ({ activity })],
  ['ScheduleActivity', ({ activity }) => ({ activity, days: ['mon'], timeOfDay: '09:00' })],
  ['RecordPerformance', ({ activity }) => ({ activity })],
  ['RecordMiss', ({ activity }) => ({ activity, reason: 'transport' })],
  ['CancelActivity', ({ activity }) => ({ activity, reason })],
  ['DraftPlan', ({ goals, activities }) => ({ goals, activities })],
  ['ObtainAgreement', ({ plan }) => ({ plan, party: 'guardian', by: RIVER, decision: 'agreed' })],
  ['ActivatePlan', ({ plan }) => ({ plan })],
  ['RevisePlan', ({ plan }) => ({ plan, changes: { title: 'New' }, reason })],
  ['ReplacePlan', ({ plan }) => ({ plan, reason })],
  ['HoldPlan', ({ plan }) => ({ plan, reason })],
  ['ResumePlan', ({ plan }) => ({ plan })],
  ['RecordContact', () => ({ kind: 'phone', minutes: 10, redFlags: [{ code: 'pain' }] })],
  ['RecordAttempt', () => ({ kind: 'phone', outcome: 'no-answer' })],
  ['ResolveRedFlag', ({ flag }) => ({ flag, ledTo: 'ambulatory-visit' })],
  [
    'BookAppointment',
    ({ activity }) => ({ purpose: 'service', activity, start: AT, end: '2026-10-06T11:00:00-04:00' }),
  ],
  ['RecordNoShow', ({ appointment }) => ({ appointment, reason: 'transport' })],
  ['FulfilAppointment', ({ appointment }) => ({ appointment })],
  ['CancelAppointment', ({ appointment }) => ({ appointment, reason })],
]

const step: fc.Arbitrary<Step> = fc
  .record({
    recipe: fc.constantFrom(...recipes),
    actor: fc.constantFrom(NOOR, NOOR, RIVER),
    pick: fc.nat({ max: 50 }),
  })
  .map(({ recipe: [name, payload], ...rest }) => ({ name, payload, ...rest }))

/** Until a plan is active and a visit is booked, so that there is much to be done. */
const prelude = [
  ...['IdentifyNeed', 'ConfirmNeed', 'SetGoal', 'AcceptGoal', 'AddActivity', 'DraftPlan', 'ObtainAgreement'],
  ...['ActivatePlan', 'BookAppointment'],
].map((name): Step => {
  const [, payload = () => ({})] = recipes.find(([one]) => one === name) ?? []
  return { name, actor: NOOR, pick: 0, payload }
})

const base = after(emptyWorld, admitted)
const start = opened(written(base, [managerOf(base, NOOR)]), AT)

/** What a command writes; undefined when it is refused. */
function commanded(world: World, one: Step, n: number): readonly Resource[] | undefined {
  const file = fileOf(world)
  let made = 0
  const context = contextOf({
    actor: one.actor,
    at: AT,
    recorded: AT,
    models,
    newId: () => `new-${n}-${(made += 1)}`,
  })
  const decided = commands.get(one.name)?.decide(file, one.payload(idsIn(file, one.pick)) as never, context)
  if (!decided?.ok) return undefined
  const next = evolveAll(file, decided.value)
  if (brokenRule(invariants, { before: file, after: next }, context)) return undefined
  return writeCaseFile({ before: file, after: next, compartment: world.compartment, lenses })
}

it('what commands write is lawful as FHIR writes of the same people, and ends in the same case', () => {
  const worked = new Set<string>()
  fc.assert(
    fc.property(fc.array(step, { minLength: PER_RUN, maxLength: PER_RUN }), steps => {
      let [told, replayed] = [start, start]
      for (const [n, one] of [...prelude, ...steps].entries()) {
        const resources = commanded(told, one, n)
        if (!resources) continue
        worked.add(one.name)
        told = { compartment: put(told.compartment, resources) }
        const lawful = lawOf(replayed, resources, { actor: one.actor, at: '2026-10-06T14:00:00.000Z' })
        expect(lawful.ok ? 'lawful' : lawful.failure, one.name).toBe('lawful')
        replayed = { compartment: put(replayed.compartment, lawful.ok ? lawful.value : []) }
      }
      expect(fileOf(replayed)).toEqual(fileOf(told))
    }),
    { numRuns: Math.ceil(COMMANDS / PER_RUN) },
  )
  const never = [...new Set(recipes.map(([name]) => name))].filter(name => !worked.has(name))
  expect(never.length, `${never.join(', ')} never worked`).toBeLessThan(4)
})
