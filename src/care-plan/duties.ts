import { addBusinessDays, type Calendar } from '../lib/business-days.ts'
import { addDays, dateInWords } from '../lib/calendar-date.ts'
import { endOfDay, localDate, startMsOf, zonedTextOf } from '../lib/fhir-time.ts'
import {
  dutyRules,
  dutyWords,
  ruleWords,
  type DueIn,
  type DutyRule,
  type RuleId,
  type TriggerKind,
} from './duty-rules.ts'
import type { CaseRules } from './case-rules.ts'

/** Something that calls for duties of a case. */
export interface Trigger {
  readonly kind: TriggerKind
  /** Movement id, or a word that is unique within the case (`death`). */
  readonly id: string
  readonly caseId: string
  readonly isHighRisk: boolean
  /** Effective time: dateTime with time and offset. */
  readonly at: string
  readonly atMs: number
  readonly recorded: string
  readonly recordedMs: number
  readonly encounter?: string
  /** meta.source of the message that said it. */
  readonly message?: string
  /** What came after and makes its duties pointless. */
  readonly overtaken?: Overtaken
}

/** A trigger that calls people to look: it has no risk and is as old as what was recorded. */
export const contradiction = (
  found: Pick<Trigger, 'id' | 'caseId' | 'at' | 'atMs' | 'encounter' | 'message'>,
): Trigger => ({
  ...found,
  kind: 'contradiction',
  isHighRisk: false,
  recorded: found.at,
  recordedMs: found.atMs,
})

export interface Overtaken {
  readonly reason: VoidReason
  /** Recorded time of what overtook it. */
  readonly recorded: string
}

/** Why a duty that nobody started is not to be done after all. */
export type VoidReason = 'trigger cancelled' | 'patient admitted again' | 'patient deceased'

/** A duty: what has to be done about a case, why and by when. Its key (case, rule, trigger) never changes. */
export interface Duty {
  readonly caseId: string
  readonly rule: RuleId
  readonly trigger: Trigger
  /** Plain words: what, by which rule, until when. */
  readonly words: string
  /** dateTime with the facility's offset. */
  readonly due: string
  readonly isTransition: boolean
  readonly isUrgent: boolean
  /** It was due before anybody could know of it. */
  readonly isBornOverdue: boolean
  /** Undefined = to be done. */
  readonly voided?: Overtaken | undefined
}

export interface DutyContext {
  readonly rules: CaseRules
  readonly calendar: Calendar
  readonly timeZone: string
}

const HOUR_MS = 3_600_000

/** All duties that the triggers call for, by the rule table: a pure function, `now` is no input. */
export function dutiesOf(triggers: readonly Trigger[], context: DutyContext): readonly Duty[] {
  return triggers.flatMap(trigger =>
    dutyRules
      .filter(rule => rule.on === trigger.kind)
      .filter(rule => rule.id !== 'notify' || !isLate(trigger, context))
      .map(rule => {
        const settings = {
          ...context.rules.transition,
          readmissionDays: context.rules.readmissionDays,
          isHighRisk: trigger.isHighRisk,
        }
        const dueIn = rule.due(settings)
        const due = dueAt(trigger, dueIn, context)
        return {
          caseId: trigger.caseId,
          rule: rule.id,
          trigger,
          words: wordsOf(rule.id, trigger, dueIn, due),
          due,
          isTransition: rule.isTransition ?? false,
          isUrgent: (rule.isUrgent ?? false) && !isLate(trigger, context),
          isBornOverdue: startMsOf(due, context.timeZone) < trigger.recordedMs,
          ...(isVoided(rule, trigger) && { voided: trigger.overtaken }),
        }
      }),
  )
}

/** Being admitted again ends what was to keep the patient out of hospital; a hand-over is still owed. */
const isVoided = (rule: DutyRule, { overtaken }: Trigger): boolean =>
  overtaken?.reason === 'patient admitted again'
    ? rule.isTransition === true || rule.id === 'readmission-watch'
    : overtaken !== undefined

/** Recorded so long after it happened that nothing about it is urgent any more; arrival doesn't matter. */
const isLate = (trigger: Trigger, { rules }: DutyContext): boolean =>
  trigger.recordedMs - trigger.atMs > rules.lateAfterHours * HOUR_MS

/** The instant at which the time is over, written with the facility's offset then. */
function dueAt(
  trigger: { readonly atMs: number },
  dueIn: DueIn,
  { calendar, timeZone }: Pick<DutyContext, 'calendar' | 'timeZone'>,
): string {
  if (dueIn.unit === 'hours') return zonedTextOf(trigger.atMs + dueIn.count * HOUR_MS, timeZone)
  const day = localDate(trigger.atMs, timeZone)
  const last =
    dueIn.unit === 'business-days' ? addBusinessDays(day, dueIn.count, calendar) : addDays(day, dueIn.count)
  return endOfDay(last, timeZone)
}

function wordsOf(rule: RuleId, trigger: Trigger, dueIn: DueIn, due: string): string {
  const time = dueIn.unit === 'hours' ? `${due.slice(11, 16)} on ` : ''
  return `${dutyWords[rule]} Rule: ${ruleWords(trigger.kind, dueIn)}. Due: ${time}${dateInWords(due.slice(0, 10))}.`
}
