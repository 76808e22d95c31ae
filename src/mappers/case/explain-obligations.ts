import { dutiesOf, escalationOf, type Duty } from '../../care-plan/duties.ts'
import { dueArithmetic, shortDay } from '../../care-plan/due-arithmetic.ts'
import { ruleNamed, sourceOf, type DutyRule } from '../../care-plan/duty-rules.ts'
import { dutyWords, ruleWords, triggerWords } from '../../care-plan/duty-words.ts'
import type { ObligationState } from '../../care-plan/obligation.ts'
import type { Resource } from '../../fhir/resource.ts'
import { caseDuties, type CaseDuties } from './case-duties.ts'
import type { CaseEffectsInput } from './case-effects.ts'
import { isDerived } from './case-record.ts'
import { nounLenses } from './nouns/noun-lenses.ts'
import { dutyNamed, wantedTasks, type NumberedDuty } from './task-effects.ts'

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
  }
  /** How the due time was computed; absent when the trigger is gone. */
  readonly arithmetic?: string
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
  const { snoozedUntil } = stood
  const escalateAt = escalationOf(duty, stood.due ?? duty.due, input)
  const put = snoozedUntil === undefined ? '' : `; put off to ${shortDay(snoozedUntil.slice(0, 10))}`
  return [
    {
      ...{ id, rule: duty.rule },
      says: saysOf(duty),
      source: rule ? sourceOf(rule, trigger.model) : '',
      trigger: {
        kind: trigger.kind,
        id: trigger.id,
        says: triggerWords[trigger.kind],
        at: trigger.at,
        ...(trigger.message !== undefined && { message: trigger.message }),
        ...(trigger.encounter !== undefined && { encounter: `Encounter/${trigger.encounter}` }),
      },
      arithmetic: `${dueArithmetic(duty, input)}${put}`,
      ...(escalateAt !== undefined && { escalateAt }),
      ...stood,
    },
  ]
}

const saysOf = ({ rule, trigger, dueIn }: Duty): string =>
  `${dutyWords[rule]} Rule: ${ruleWords(trigger.kind, dueIn)}.`

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

/** A duty whose trigger is gone: what its Task still says. */
function orphanExplained(task: Resource, { input, known }: Explaining): readonly ObligationExplanation[] {
  const named = dutyNamed(task, known.lenses)
  if (!named) return []
  const rule: DutyRule | undefined = ruleNamed(named.rule)
  const { authored, message, focus } = known.lenses.task.read(task)
  return [
    {
      ...{ id: task.id ?? '', rule: named.rule },
      says: rule ? dutyWords[rule.id] : named.rule,
      source: rule?.source ?? '',
      trigger: {
        kind: 'withdrawn',
        id: named.trigger,
        says: 'what called for it is gone',
        ...(authored !== undefined && { at: authored }),
        ...(message !== undefined && { message }),
        ...(focus !== undefined && { encounter: focus }),
      },
      ...standingOf(task, input),
    },
  ]
}
