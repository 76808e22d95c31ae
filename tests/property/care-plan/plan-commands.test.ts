import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Value } from 'typebox/value'
import type { CaseFile } from '../../../src/care-plan/case/case-file.ts'
import { commands } from '../../../src/care-plan/commands/commands.ts'
import { evolveAll } from '../../../src/care-plan/machines/domain-event.ts'
import { brokenRule } from '../../../src/care-plan/invariants/invariant.ts'
import { planInvariants } from '../../../src/care-plan/invariants/plan-invariants.ts'
import { legalIn, movesBetween, type Machine } from '../../../src/care-plan/machines/machine.ts'
import {
  achievements,
  activityMachine,
  goalMachine,
  planMachine,
  type Goal,
} from '../../../src/care-plan/nouns/plan.ts'
import { isAgreed } from '../../../src/care-plan/plan/plan-agreement.ts'
import { contextOf } from '../../support/case-file.ts'
import { activeFile, gasScale, plannedFile } from '../../support/plan-file.ts'

const COMMANDS = process.env['CASEWIRE_LONG'] === '1' ? 100_000 : 5_000
const PER_RUN = 50

/** A command over what there is: numbers choose among the nouns of the file when its turn comes. */
interface Step {
  readonly name: string
  readonly actor: string
  readonly pick: readonly number[]
  readonly payload: object
}

const reason = 'because'
const needed = { reason }
const nothing = {}

/** Payloads beside the ids that `pick` chooses; the third says which ids are asked for. */
const recipes: readonly (readonly [string, fc.Arbitrary<object>, readonly string[]])[] = [
  ['DraftPlan', fc.constant(nothing), ['goals', 'activities']],
  ['EditPlan', fc.constant(nothing), ['plan', 'changes.addGoals', 'changes.addActivities']],
  ['EditPlan', fc.constant(nothing), ['plan', 'changes.removeGoals']],
  ['ProposeChange', fc.constant(nothing), ['plan']],
  ['ReturnPlan', fc.constant(needed), ['plan']],
  [
    'ObtainAgreement',
    fc.constantFrom(
      { party: 'patient', by: 'Patient/p1', decision: 'agreed' },
      { party: 'patient', by: 'Patient/p1', decision: 'refused' },
      { party: 'patient', by: 'Patient/p1', decision: 'refused', reason },
      { party: 'guardian', by: 'RelatedPerson/sam', decision: 'agreed' },
      { party: 'provider', by: 'Practitioner/pt', decision: 'agreed' },
    ),
    ['plan'],
  ],
  ['ActivatePlan', fc.constant(nothing), ['plan']],
  ['RevisePlan', fc.constant(needed), ['plan', 'changes.addGoals', 'changes.addActivities']],
  ['RevisePlan', fc.constant(needed), ['plan', 'changes.removeGoals']],
  ['RevisePlan', fc.constant(needed), ['plan', 'changes.removeActivities']],
  ['ReplacePlan', fc.constant(needed), ['plan']],
  ['HoldPlan', fc.constant(needed), ['plan']],
  ['ResumePlan', fc.constant(nothing), ['plan']],
  ['CompletePlan', fc.constant(nothing), ['plan']],
  ['RevokePlan', fc.constant(needed), ['plan']],
  ['SetGoal', fc.constantFrom({ text: 'Walk' }, { text: 'Ride', expressedBy: 'Patient/p1' }), []],
  ['SetGoal', fc.constant({ text: 'Walk', scale: gasScale }), ['plan']],
  ['ReviseGoal', fc.constantFrom({ text: 'Run' }, { reason: 'waits' }, { weight: 2 }), ['goal']],
  [
    'AcceptGoal',
    fc.constantFrom({ by: 'Patient/p1', decision: 'agree' }, { by: 'Practitioner/pt', decision: 'disagree' }),
    ['goal'],
  ],
  ['RejectGoal', fc.constant(needed), ['goal']],
  ['PlanGoal', fc.constant(nothing), ['goal']],
  ['StartGoal', fc.constant(nothing), ['goal']],
  ['RankGoal', fc.record({ rank: fc.integer({ min: 1, max: 9 }) }), ['goal']],
  ['ScaleGoal', fc.constant({ scale: gasScale }), ['goal']],
  [
    'ScoreGoal',
    fc.record({ level: fc.integer({ min: -2, max: 2 }), rater: fc.constantFrom('patient', 'practitioner') }),
    ['goal'],
  ],
  ['HoldGoal', fc.constant(needed), ['goal']],
  ['ResumeGoal', fc.constant(nothing), ['goal']],
  ['UpdateAchievement', fc.record({ achievement: fc.constantFrom(...achievements) }), ['goal']],
  ['AchieveGoal', fc.constant(nothing), ['goal']],
  ['RetireGoal', fc.constant(needed), ['goal']],
  [
    'AddActivity',
    fc.constant({ kind: 'service', text: 'x', setting: 'home', owner: 'Practitioner/noor', needs: ['n1'] }),
    ['goals', 'plan'],
  ],
  [
    'AddActivity',
    fc.constantFrom(
      ...[[], ['n1']].map(needs => ({
        kind: 'self',
        text: 'y',
        setting: 'home',
        owner: 'Patient/p1',
        needs,
      })),
    ),
    ['goals'],
  ],
  ['RequestService', fc.constant(nothing), ['activity']],
  ['ScheduleActivity', fc.constant({ days: ['mon'], timeOfDay: '09:00' }), ['activity']],
  ['StartActivity', fc.constant(nothing), ['activity']],
  ['RecordPerformance', fc.constant(nothing), ['activity']],
  ['RecordMiss', fc.constant({ reason: 'transport' }), ['activity']],
  ['CompleteActivity', fc.constant(nothing), ['activity']],
  ['DeclineActivity', fc.constant(needed), ['activity']],
  ['CancelActivity', fc.constant(needed), ['activity']],
  ['AdaptActivity', fc.constant({ changes: { goals: [] }, reason }), ['activity']],
  ['AdaptActivity', fc.constant({ changes: { needs: ['n1'] }, reason }), ['activity']],
]

const step: fc.Arbitrary<Step> = fc
  .tuple(
    fc.constantFrom(...recipes),
    fc.constantFrom(
      'Practitioner/noor',
      'Practitioner/noor',
      'Practitioner/pt',
      'Patient/p1',
      'RelatedPerson/sam',
    ),
    fc.array(fc.nat({ max: 99 }), { minLength: 3, maxLength: 3 }),
  )
  .chain(([[name, payload, asks], actor, pick]) =>
    payload.map(fixed => ({ name, actor, pick, payload: { ...fixed, asks } })),
  )

/** Lists that the fields of a payload are chosen from. */
const sourceOf = (field: string): 'plans' | 'goals' | 'activities' =>
  /plan/i.test(field) ? 'plans' : /goal/i.test(field) ? 'goals' : 'activities'

const machineOf = { plans: planMachine, goals: goalMachine, activities: activityMachine } as const

/** Mostly one for which the command is legal: else most commands would come to nothing. */
function chosen(name: string, field: string, file: CaseFile, pick: number): string {
  const source = sourceOf(field)
  const list = file[source] as unknown as readonly { readonly id: string; readonly state: never }[]
  const legal = list.filter(({ state }) => legalIn(machineOf[source], state).includes(name))
  const from = legal.length > 0 && pick % 10 < 8 ? legal : list
  return from[pick % Math.max(1, from.length)]?.id ?? 'nothing'
}

function payloadOf({ name, payload, pick }: Step, file: CaseFile): object {
  const { asks, ...fixed } = payload as { readonly asks: readonly string[]; readonly changes?: object }
  const filled: Record<string, unknown> = { ...fixed }
  const changes: Record<string, unknown> = { ...fixed.changes }
  asks.forEach((field, i) => {
    const id = chosen(name, field, file, pick[i] ?? 0)
    if (field.startsWith('changes.')) changes[field.slice('changes.'.length)] = [id]
    else filled[field] = field.endsWith('s') ? [id] : id
  })
  return Object.keys(changes).length > 0 ? { ...filled, changes } : filled
}

interface Run {
  readonly file: CaseFile
  readonly done: ReadonlySet<string>
}

/** As the runner does it: decide, evolve, and refuse what breaks a rule anew. */
function after(run: Run, one: Step, turn: number): Run {
  const { file, done } = run
  const payload = payloadOf(one, file)
  const command = commands.get(one.name)
  if (!command) throw new Error(`there is no command ${one.name}`)
  expect(Value.Check(command.payload, payload), one.name).toBe(true)
  let born = 0
  const context = contextOf({
    actor: one.actor,
    at: `2026-10-13T${String(10 + Math.floor(turn / 60)).padStart(2, '0')}:${String(turn % 60).padStart(2, '0')}:00-04:00`,
    newId: noun => `${noun}-${turn}-${(born += 1)}`,
  })
  const events = command.decide(file, payload as never, context)
  if (!events.ok) {
    if (events.failure.code === 'illegal-transition') expect(events.failure.legal).not.toContain(one.name)
    return run
  }
  const next = evolveAll(file, events.value)
  const broken = brokenRule(planInvariants, { before: file, after: next }, context)
  if (broken) return { file, done: new Set([...done, broken.rule ?? '']) }
  expectLegalMoves(file, next)
  expectRules(file, next, one.actor)
  return { file: next, done: new Set([...done, one.name]) }
}

/** Every state there is was reached along its table. */
function expectLegalMoves(before: CaseFile, next: CaseFile): void {
  const along = <S extends string>(
    machine: Machine<S>,
    was: readonly { readonly id: string; readonly state: S }[],
    is: readonly { readonly id: string; readonly state: S }[],
  ): void => {
    for (const { id, state } of is) {
      const old = was.find(one => one.id === id)
      if (old && old.state !== state) {
        expect(movesBetween(machine, old.state, state)).not.toEqual([])
        expect(legalIn(machine, old.state)).not.toEqual([])
      }
      if (!old) expect(machine.moves.some(move => move.from.length === 0 && move.to === state)).toBe(true)
    }
  }
  along(planMachine, before.plans, next.plans)
  along(goalMachine, before.goals, next.goals)
  along(activityMachine, before.activities, next.activities)
}

/** The rules in words of their own, so that a fault of theirs shows. */
function expectRules(before: CaseFile, next: CaseFile, actor: string): void {
  const active = next.plans.filter(({ state }) => state === 'active')
  expect(active.length, 'I2').toBeLessThanOrEqual(1)
  for (const plan of active) {
    expect(isAgreed(plan), 'I2').toBe(true)
    const goals = next.goals.filter(({ id, state }) => plan.goals.includes(id) && state === 'active')
    expect(goals.length, 'I3').toBeGreaterThan(0)
    const inPlan = next.activities.filter(({ id }) => plan.activities.includes(id))
    const open = inPlan.filter(({ state }) => !['completed', 'declined', 'cancelled'].includes(state))
    for (const goal of goals)
      expect(goal.reason !== undefined || open.some(one => one.goals.includes(goal.id)), 'I3').toBe(true)
    for (const one of open)
      expect(one.owner !== undefined && one.needs.length > 0 && one.goals.length > 0, 'I3').toBe(true)
  }
  if (actor.startsWith('Practitioner/'))
    for (const goal of before.goals.filter(isPatients)) {
      const now = next.goals.find(({ id }) => id === goal.id)
      expect(['proposed', 'planned', 'accepted', 'active', 'on-hold', 'completed'], 'I20').toContain(
        now?.state,
      )
      expect(now?.text, 'I20').toBe(goal.text)
    }
}

const isPatients = ({ expressedBy = '', state }: Goal): boolean =>
  /^(Patient|RelatedPerson)\//.test(expressedBy) && !['cancelled', 'rejected', 'completed'].includes(state)

describe('any sequence of commands on plans, goals and activities', { timeout: 600_000 }, () => {
  it('keeps I2, I3 and I20, moves along the tables only and names what would have been legal', () => {
    const done = new Set<string>()
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.array(step, { minLength: PER_RUN, maxLength: PER_RUN }),
        (isActive, steps) => {
          const start = isActive ? activeFile() : plannedFile()
          const end = steps.reduce<Run>((run, one, turn) => after(run, one, turn), {
            file: start,
            done: new Set(),
          })
          for (const name of end.done) done.add(name)
        },
      ),
      { numRuns: COMMANDS / PER_RUN },
    )
    // A run that never got anywhere, or never met a rule, would prove nothing.
    const names = [...new Set(recipes.map(([name]) => name))]
    expect(names.filter(name => !done.has(name))).toEqual([])
    expect(['I3', 'I20'].filter(rule => !done.has(rule))).toEqual([])
  })
})
