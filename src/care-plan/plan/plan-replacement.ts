import type { CaseFile } from '../case/case-file.ts'
import type { CommandContext } from '../commands/command.ts'
import type { DomainEvent } from '../machines/domain-event.ts'
import { openActivityStates, openGoalStates, type Plan } from '../nouns/plan.ts'
import { inForce, superseded } from './plan-activation.ts'

type Replacing = Pick<CommandContext, 'actor' | 'at' | 'newId'>

/** Id and version of the model that holds for a case, as a plan names it. */
export function currentModel({ case: root }: CaseFile): string | undefined {
  const last = root.models.at(-1)
  return last && `${last.model}|${last.version}`
}

/** The number of the next major version of the case's plan. */
export const nextMajor = ({ plans }: CaseFile): number => Math.max(0, ...plans.map(({ major }) => major)) + 1

/** The draft that is to take a plan's place: what is still open of it goes along, agreement is to be obtained anew. */
export function replacementDraft(
  file: CaseFile,
  old: Plan,
  { actor, at, newId }: Replacing,
  model = currentModel(file),
): Plan {
  const {
    agreements: _a,
    start: _s,
    end: _e,
    reason: _r,
    model: _m,
    isPlain: _p,
    revisions: _v,
    ...kept
  } = old
  const goals = openIn(file.goals, openGoalStates)
  const activities = openIn(file.activities, openActivityStates)
  return {
    ...kept,
    id: newId('plan'),
    state: 'draft',
    major: nextMajor(file),
    minor: 0,
    author: actor,
    created: at,
    replaces: old.id,
    goals: old.goals.filter(id => goals.has(id)),
    activities: old.activities.filter(id => activities.has(id)),
    agreements: [],
    ...(model !== undefined && { model }),
  }
}

const openIn = (
  list: readonly { readonly id: string; readonly state: string }[],
  states: readonly string[],
): ReadonlySet<string> => new Set(list.filter(({ state }) => states.includes(state)).map(({ id }) => id))

/**
 * A major replacement in one step (SwitchModel): the case's active plan is superseded by one that holds what is still
 * open of it, under the agreements it had, for what was agreed has not changed. `model` is `intensive|1.0.0`, by default
 * the model of the case. Empty when no plan is active.
 */
export function replacedPlan(
  file: CaseFile,
  reason: string,
  context: Replacing,
  model?: string,
): readonly DomainEvent[] {
  const old = file.plans.find(plan => plan.state === 'active' && inForce(plan))
  if (!old) return []
  const draft = replacementDraft(file, old, context, model)
  const { id } = draft
  return [
    { type: 'PlanDrafted', noun: 'plan', id, changes: draft, reason },
    {
      type: 'PlanAgreed',
      noun: 'plan',
      id,
      changes: { state: 'agreed', agreements: old.agreements },
    },
    superseded(old, context.at, reason),
    { type: 'PlanActivated', noun: 'plan', id, changes: { state: 'active', start: context.at } },
  ]
}
