import {
  dutiesOf,
  escalationOf,
  type Duty,
  type Trigger,
  type VoidReason,
} from '../../care-plan/duties/duties.ts'
import { dueArithmetic, shortDay } from '../../care-plan/duties/due-arithmetic.ts'
import { ruleNamed, sourceOf, type DutyRule } from '../../care-plan/duties/duty-rules.ts'
import { dutyWords, ruleWords, triggerWords, voidWords } from '../../care-plan/duties/duty-words.ts'
import type { ObligationState } from '../../care-plan/duties/obligation.ts'
import type { Resource } from '../../fhir/resource.ts'
import { caseDuties, type CaseDuties } from './effects/case-duties.ts'
import type { CaseEffectsInput } from './effects/case-effects.ts'
import { isDerived } from './case-record.ts'
import { nounLenses } from './nouns/noun-lenses.ts'
import { recalledDuty, type RecalledDuty } from './effects/recalled-duty.ts'
import { dutyNamed, wantedTasks, type NamedDuty, type NumberedDuty } from './effects/task-effects.ts'
import type { TaskState } from './lenses/task-lens.ts'
import { withdrawnAt } from './effects/work-done.ts'

export interface ObligationExplanation {
  /** Id of its Task. */
  readonly id: string
  readonly rule: string
  /** What is to be done, and the rule in words. */
  readonly says: string
  /** Clause or source of the rule. */
  readonly source: string
  readonly trigger: {
    readonly kind: string
    readonly id: string
    /** In words: `the discharge`. */
    readonly says: string
    readonly at?: string
    /** meta.source of the message that told it; absent when people did. */
    readonly message?: string
    readonly encounter?: string
    /** What it was, in the words of who reported it. */
    readonly about?: string
    /** When it became known that it doesn't hold any more. */
    readonly withdrawnAt?: string
  }
  /** How the due time was computed; absent when it was by rules that are others now. */
  readonly arithmetic?: string
  /** Why it need not be done after all, and when that became known. */
  readonly voided?: { readonly reason: string; readonly says: string; readonly at?: string }
  readonly due?: string
  readonly state: ObligationState
  readonly status: string
  readonly owner?: string
  readonly statusReason?: string
  readonly outputs: readonly string[]
  readonly snoozedUntil?: string
  readonly escalatedTo?: string
  /** When it goes to the supervisor if it is still open. */
  readonly escalateAt?: string
}

export type ExplainInput = CaseEffectsInput & { readonly caseId: string }

/** Why each duty of a case is there and when it is due (domain.md M1), in order of due time; a pure function. */
export function explainObligations(input: ExplainInput): readonly ObligationExplanation[] {
  const known = caseDuties(input)
  const duties = dutiesOf(known.triggers, known.context).filter(({ caseId }) => caseId === input.caseId)
  const wanted = wantedTasks(duties, known)
  const standing = known.record
    .tasksOf(input.caseId)
    .filter(task => isDerived(task, known.lenses.names) && !wanted.has(task.id ?? ''))
  return [
    ...[...wanted].flatMap(([id, one]) => wantedExplained(id, one, { input, known })),
    ...standing.flatMap(task => orphanExplained(task, { input, known })),
  ].toSorted((a, b) => ((a.due ?? '') < (b.due ?? '') ? -1 : 1))
}

interface Explaining {
  readonly input: ExplainInput
  readonly known: CaseDuties
}

function wantedExplained(
  id: string,
  { duty }: NumberedDuty,
  { input, known }: Explaining,
): readonly ObligationExplanation[] {
  const task = known.record.byId.get(id)
  if (!task && duty.voided) return []
  const { trigger } = duty
  const rule = ruleNamed(duty.rule, trigger.kind)
  const stood = task ? standingOf(task, input) : unraised(duty)
  const escalateAt = escalationOf(duty, stood.due ?? duty.due, input)
  return [
    {
      ...{ id, rule: duty.rule },
      says: saysOf(duty),
      source: rule ? sourceOf(rule, trigger.model) : '',
      trigger: triggerExplained(trigger),
      arithmetic: arithmeticOf(duty, stood, input),
      ...voidedBecause(stood, duty.voided?.recorded),
      ...(escalateAt !== undefined && { escalateAt }),
      ...stood,
    },
  ]
}

const triggerExplained = ({
  kind,
  id,
  at,
  message,
  encounter,
  about,
}: Trigger): ObligationExplanation['trigger'] => ({
  ...{ kind, id, says: triggerWords[kind], at },
  ...(message !== undefined && { message }),
  ...(encounter !== undefined && { encounter: `Encounter/${encounter}` }),
  ...(about !== undefined && { about }),
})

function arithmeticOf(
  duty: Pick<Duty, 'trigger' | 'dueIn' | 'due'>,
  { snoozedUntil }: Stood,
  input: ExplainInput,
): string {
  const put = snoozedUntil === undefined ? '' : `; put off to ${shortDay(snoozedUntil.slice(0, 10))}`
  return `${dueArithmetic(duty, input)}${put}`
}

const saysOf = ({ rule, trigger, dueIn }: Pick<Duty, 'rule' | 'trigger' | 'dueIn'>): string =>
  `${dutyWords[rule]} Rule: ${ruleWords(trigger.kind, dueIn)}.`

function voidedBecause(
  { state, statusReason }: Stood,
  at: string | undefined,
): Pick<ObligationExplanation, 'voided'> {
  if (state !== 'voided') return {}
  const reason = statusReason ?? 'trigger cancelled'
  const says = Object.hasOwn(voidWords, reason) ? voidWords[reason as VoidReason] : `${reason}.`
  return { voided: { reason, says, ...(at !== undefined && { at }) } }
}

type Stood = Pick<
  ObligationExplanation,
  'due' | 'state' | 'status' | 'owner' | 'statusReason' | 'outputs' | 'snoozedUntil' | 'escalatedTo'
>

/** A duty as it will stand once it is raised. */
const unraised = ({ due, met }: Duty): Stood => ({
  due,
  state: met ? 'met' : 'due',
  status: met ? 'completed' : 'requested',
  outputs: met ? [met.output] : [],
})

function standingOf(task: Resource, { canonicalBase }: ExplainInput): Stood {
  const one = nounLenses(canonicalBase).of('obligation').read(task)
  const { state, status, outputs, due, owner, statusReason, snoozedUntil, escalatedTo } = one
  return {
    ...{ state, status, outputs },
    ...(due !== undefined && { due }),
    ...(owner !== undefined && { owner }),
    ...(statusReason !== undefined && { statusReason }),
    ...(snoozedUntil !== undefined && { snoozedUntil }),
    ...(escalatedTo !== undefined && { escalatedTo }),
  }
}

/** A duty whose trigger is gone: what its Task still says, by the rules that it was made by. */
function orphanExplained(task: Resource, { input, known }: Explaining): readonly ObligationExplanation[] {
  const named = dutyNamed(task, known.lenses)
  if (!named) return []
  const state = known.lenses.task.read(task)
  const recalled = recalledDuty(named, state, known)
  const stood = standingOf(task, input)
  const withdrawn = withdrawnAt(named.trigger, known.facts)
  const trigger = recalled ? triggerExplained(recalled.trigger) : triggerGone(named, state)
  return [
    {
      ...{ id: task.id ?? '', rule: named.rule },
      ...saidBy(named, state, recalled),
      trigger: { ...trigger, ...(withdrawn !== undefined && { withdrawnAt: withdrawn }) },
      ...(recalled && { arithmetic: arithmeticOf(recalled, stood, input) }),
      ...voidedBecause(stood, withdrawn ?? state.modified),
      ...stood,
    },
  ]
}

function saidBy(
  { rule: id }: NamedDuty,
  { words }: TaskState,
  recalled: RecalledDuty | undefined,
): Pick<ObligationExplanation, 'says' | 'source'> {
  if (recalled) {
    const { rule, trigger, dueIn } = recalled
    return { says: saysOf({ rule: rule.id, trigger, dueIn }), source: sourceOf(rule, trigger.model) }
  }
  const rule: DutyRule | undefined = ruleNamed(id)
  return { says: words ?? (rule ? dutyWords[rule.id] : id), source: rule?.source ?? '' }
}

const triggerGone = (
  { trigger }: NamedDuty,
  { authored, message, focus }: TaskState,
): ObligationExplanation['trigger'] => ({
  ...{ kind: 'withdrawn', id: trigger, says: 'what called for it is gone' },
  ...(authored !== undefined && { at: authored }),
  ...(message !== undefined && { message }),
  ...(focus !== undefined && { encounter: focus }),
})
