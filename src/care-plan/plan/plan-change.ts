import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import { decideCase, endedStates, legalCommands } from '../case/case.ts'
import { listOfNoun, type CaseFile, type ListedNoun } from '../case/case-file.ts'
import type { DomainEvent } from '../machines/domain-event.ts'
import { foundNoun } from '../commands/found-noun.ts'
import { legalMove } from '../machines/legal-move.ts'
import { planMachine, type Plan } from '../nouns/plan.ts'
import { backwards } from '../commands/period-order.ts'

/** What a plan may be changed in. Lists are changed element by element, so that two people's changes don't undo each other. */
export interface PlanChanges {
  readonly title?: string
  readonly start?: string
  readonly end?: string
  readonly addGoals?: readonly string[]
  readonly removeGoals?: readonly string[]
  readonly addActivities?: readonly string[]
  readonly removeActivities?: readonly string[]
  readonly addNeeds?: readonly string[]
  readonly removeNeeds?: readonly string[]
  readonly addStrengths?: readonly string[]
  readonly removeStrengths?: readonly string[]
}

type PlanList = 'goals' | 'activities' | 'needs' | 'strengths'

const lists = [
  { field: 'goals', add: 'addGoals', remove: 'removeGoals', noun: 'goal' },
  { field: 'activities', add: 'addActivities', remove: 'removeActivities', noun: 'activity' },
  { field: 'needs', add: 'addNeeds', remove: 'removeNeeds', noun: 'need' },
  { field: 'strengths', add: 'addStrengths', remove: 'removeStrengths', noun: 'strength' },
] as const satisfies readonly {
  readonly field: PlanList
  readonly noun: ListedNoun
  [name: string]: string
}[]

/** The fields of a plan that the changes give new values; `unknown-noun` for an id that names nothing, `period-backwards`. */
export function changedPlan(file: CaseFile, plan: Plan, changes: PlanChanges): Result<Partial<Plan>> {
  const fields: Record<string, unknown> = {}
  for (const { field, add, remove, noun } of lists) {
    const [added, removed] = [changes[add] ?? [], changes[remove] ?? []]
    if (added.length + removed.length === 0) continue
    const unknown = unknownIn(file, noun, added) ?? absentIn(plan[field], removed)
    if (unknown) return fail(unknown)
    fields[field] = [...new Set([...plan[field].filter(id => !removed.includes(id)), ...added])]
  }
  for (const name of ['title', 'start', 'end'] as const)
    if (changes[name] !== undefined) fields[name] = changes[name]
  const fault = backwards({ ...plan, ...fields })
  return fault ? fail(fault) : ok(fields)
}

/** The failure for the first id that names nothing of its kind in the case. */
export function unknownIn(file: CaseFile, noun: ListedNoun, ids: readonly string[]): Failure | undefined {
  const known = new Set((listOfNoun(file, noun) as readonly { readonly id: string }[]).map(({ id }) => id))
  const missing = ids.find(id => !known.has(id))
  const found = missing === undefined ? undefined : foundNoun(file, noun, missing)
  return found && !found.ok ? found.failure : undefined
}

const absentIn = (list: readonly string[], removed: readonly string[]): Failure | undefined =>
  removed.every(id => list.includes(id))
    ? undefined
    : { kind: 'not-found', code: 'unknown-noun', message: 'The plan does not hold what is to be removed.' }

/** Something that is born into a plan: an edit of a draft, a minor revision of an active plan. */
export function bornIntoPlan(
  file: CaseFile,
  planId: string | undefined,
  field: PlanList,
  id: string,
): Result<readonly DomainEvent[]> {
  if (planId === undefined) return ok([])
  const plan = foundNoun(file, 'plan', planId)
  if (!plan.ok) return plan
  const changes = { [field]: [...plan.value[field], id] }
  if (plan.value.state === 'active') return revised(file, plan.value, changes)
  const move = legalMove(planMachine, plan.value.state, 'EditPlan')
  return move.ok ? ok([{ type: move.value.event, noun: 'plan', id: planId, changes }]) : move
}

/** A minor revision of an active plan of an active case. */
export function revised(
  file: CaseFile,
  plan: Plan,
  changes: Partial<Plan>,
  reason?: string,
): Result<readonly DomainEvent[]> {
  const move = legalMove(planMachine, plan.state, 'RevisePlan')
  if (!move.ok) return move
  const onCase = decideCase(file.case, { kind: 'RevisePlan' })
  if (!onCase.ok) return onCase
  return ok([
    {
      type: move.value.event,
      noun: 'plan',
      id: plan.id,
      changes: { ...changes, minor: plan.minor + 1 },
      ...(reason !== undefined && { reason }),
    },
  ])
}

/** Nothing is planned for a case that has ended: the failure, with what is still legal. */
export const endedCase = ({ case: root }: CaseFile, command: string): Failure | undefined =>
  endedStates.has(root.state)
    ? {
        kind: 'illegal-transition',
        code: 'illegal-transition',
        message: `${command} is not possible while the case is ${root.state}.`,
        legal: legalCommands(root),
      }
    : undefined
