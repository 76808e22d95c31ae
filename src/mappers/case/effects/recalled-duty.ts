import { daysBetween } from '../../../lib/calendar-date.ts'
import { localDate, startMsOf } from '../../../lib/fhir-time.ts'
import { dueAt, settingsOf, wordsOf, type Duty, type Trigger } from '../../../care-plan/duties/duties.ts'
import { dutyRules, type Circumstances, type DutyRule } from '../../../care-plan/duties/duty-rules.ts'
import { modelAt, modelSpans } from '../../../care-plan/models/model-in-force.ts'
import type { CaseDuties } from './case-duties.ts'
import type { NamedDuty } from './task-effects.ts'
import type { TaskState } from '../lenses/task-lens.ts'

/** A duty whose trigger is gone, as its Task and the rules still have it. */
export type RecalledDuty = Pick<Duty, 'dueIn' | 'due'> & {
  readonly rule: DutyRule
  readonly trigger: Trigger
}

/**
 * Which row of the rule table, with which figures, led to what a Task says: the one that gives its very words, else its
 * due time. Undefined when none does: the organisation's rules or calendar are others now.
 */
export function recalledDuty(
  named: NamedDuty,
  state: TaskState,
  known: Pick<CaseDuties, 'context' | 'facts' | 'triggerInput'>,
): RecalledDuty | undefined {
  const base = triggerIn(named, state, known)
  if (!base) return undefined
  const all = dutyRules
    .filter(({ id }) => id === named.rule)
    .flatMap(rule => circumstancesThen(base, state, known).flatMap(one => candidate(rule, base, one, known)))
  return (
    all.find(({ rule, trigger, dueIn, due }) => wordsOf(rule.id, trigger, dueIn, due) === state.words) ??
    all.find(({ due }) => due === state.due)
  )
}

type Base = Omit<Trigger, 'kind' | keyof Circumstances>

function triggerIn(
  { trigger, caseId }: NamedDuty,
  { authored, message, focus }: TaskState,
  { context: { timeZone }, facts }: Pick<CaseDuties, 'context' | 'facts'>,
): Base | undefined {
  const atMs = authored === undefined ? Number.NaN : startMsOf(authored, timeZone)
  if (authored === undefined || Number.isNaN(atMs)) return undefined
  const own = facts.byId.get(trigger)?.stay.timeZone
  return {
    ...{ id: trigger, caseId, at: authored, atMs, recorded: authored, recordedMs: atMs },
    ...(own !== undefined && { timeZone: own }),
    ...(message !== undefined && { message }),
    ...(focus !== undefined && { encounter: focus.replace(/^Encounter\//, '') }),
  }
}

function candidate(
  rule: DutyRule,
  base: Base,
  circumstances: Circumstances,
  { context }: Pick<CaseDuties, 'context'>,
): readonly RecalledDuty[] {
  const trigger: Trigger = { ...base, ...circumstances, kind: rule.on }
  const dueIn = rule.due(settingsOf(circumstances, context))
  return dueIn ? [{ rule, trigger, dueIn, due: dueAt(trigger, dueIn, context) }] : []
}

const EITHER = [false, true] as const

/** What may have been so then: the rule applied, for its Task was made. */
function circumstancesThen(
  { id, caseId, atMs, timeZone: own }: Base,
  { due }: TaskState,
  { context, facts, triggerInput }: Pick<CaseDuties, 'context' | 'facts' | 'triggerInput'>,
): readonly Circumstances[] {
  const timeZone = own ?? context.timeZone
  const model = modelAt(modelSpans(triggerInput.files.get(caseId), triggerInput.models, timeZone), atMs)
  const movement = facts.byId.get(id)
  const day = due === undefined ? undefined : localDate(startMsOf(due, timeZone), timeZone)
  const applied: Omit<Circumstances, 'isHighRisk'> = {
    ...{ isEngaged: true, isNewborn: true, isMentalHealth: true },
    ...(model && { model }),
    ...(movement && { startsOn: localDate(movement.atMs, timeZone) }),
    ...(day !== undefined && { everyDays: daysBetween(localDate(atMs, timeZone), day) }),
  }
  return EITHER.flatMap(isHighRisk =>
    EITHER.flatMap(isInpatient => [
      { ...applied, isHighRisk, isInpatient },
      ...(day === undefined ? [] : [{ ...applied, isHighRisk, isInpatient, dueOn: day }]),
    ]),
  )
}
