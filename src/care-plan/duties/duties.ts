import { addBusinessDays, businessDaysBefore, type Calendar } from '../../lib/business-days.ts'
import { addDays, dateInWords } from '../../lib/calendar-date.ts'
import { endOfDay, localDate, startMsOf, zonedTextOf } from '../../lib/fhir-time.ts'
import { careFacts, type CareFact } from './care-facts.ts'
import type { CaseFile } from '../case/case-file.ts'
import {
  rulesOn,
  type Circumstances,
  type DueIn,
  type DutyRule,
  type DutySettings,
  type RuleId,
  type TriggerKind,
} from './duty-rules.ts'
import { dutyWords, ruleWords } from './duty-words.ts'
import { fulfilmentOf, type Evidence } from './fulfilment.ts'
import type { CaseRules } from '../case/case-rules.ts'
import type { Anchor } from './series.ts'

/** Something that calls for duties of a case. */
export interface Trigger extends Circumstances {
  readonly kind: TriggerKind
  /** Movement id, or words that are unique within the case (`death`, `flag:f1`). */
  readonly id: string
  /** Number in a series that the trigger begins; 0 when left out. */
  readonly n?: number
  readonly caseId: string
  /** Effective time: dateTime with time and offset. */
  readonly at: string
  readonly atMs: number
  readonly recorded: string
  readonly recordedMs: number
  /** When it was first recorded, where its time was mended later. */
  readonly knownMs?: number
  readonly encounter?: string
  /** IANA zone of the stay that it is about; absent = that of the service. */
  readonly timeZone?: string
  /** meta.source of the message that said it. */
  readonly message?: string
  /** What it was, in the words of who reported it. */
  readonly about?: string
  /** It mends the history of a stay (ZBE-5, PV1-51): nobody is alerted by it. */
  readonly isSilent?: true
  /** Visits that messages told of and that follow up on it, in order of time. */
  readonly visits?: readonly CareFact[]
  /** What came after and makes its duties pointless. */
  readonly overtaken?: Overtaken
  /** Ends of pauses, in order of time: what is still open then is due counted from there. */
  readonly resumed?: readonly Anchor[]
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
  /** When it happened: what met the duty before stands. */
  readonly atMs?: number
}

/** Why a duty that nobody started is not to be done after all. */
export type VoidReason =
  | 'trigger cancelled'
  | 'patient admitted again'
  | 'patient deceased'
  | 'case ended'
  | 'case on hold'
  | 'model switched'
  | 'plan replaced'
  | 'stay ended'
  | 'stay begun'
  | 'patient on leave'
  | 'patient back'
  | 'changed again'

/** A duty: what has to be done about a case, why and by when. Its key (case, rule, trigger, n) never changes. */
export interface Duty {
  readonly caseId: string
  readonly rule: RuleId
  /** Code of its Task. */
  readonly code: string
  readonly trigger: Trigger
  readonly dueIn: DueIn
  /** Plain words: what, by which rule, until when. Made when asked for: by a Task that is born or moves, not by each that stands. */
  readonly words: string
  /** dateTime with the facility's offset. */
  readonly due: string
  readonly isTransition: boolean
  readonly isUrgent: boolean
  /** Its rule says whether it is urgent. */
  readonly isUrgencyRuled: boolean
  /** It was due before anybody could know of it. */
  readonly isBornOverdue: boolean
  /** Undefined = to be done. */
  readonly voided?: Overtaken | undefined
  /** The fact that meets it, in time or late. */
  readonly met?: CareFact | undefined
  /** When it goes to the supervisor if it is still open; undefined = never. */
  readonly escalateAt?: string | undefined
  /** The same as hours after it is due, for a duty that was put off. */
  readonly escalateAfterHours?: number | undefined
}

export interface DutyContext {
  readonly rules: CaseRules
  readonly calendar: Calendar
  readonly timeZone: string
  /** What people did, by case id: what duties are met by. None = nothing is met. */
  readonly files?: ReadonlyMap<string, CaseFile>
}

const HOUR_MS = 3_600_000

/** All duties that the triggers call for, by the rule table: a pure function, `now` is no input. */
export function dutiesOf(triggers: readonly Trigger[], context: DutyContext): readonly Duty[] {
  const evidence = evidenceOf(context)
  return triggers.flatMap(trigger => {
    const setting: Setting = {
      context,
      evidence: evidence(trigger.caseId),
      figures: settingsOf(trigger, context),
    }
    return rulesOn(trigger.kind)
      .filter(rule => rule.id !== 'notify' || !isLate(trigger, context))
      .flatMap(rule => dutyOf(rule, trigger, setting))
  })
}

interface Setting {
  readonly context: DutyContext
  readonly evidence: Evidence | undefined
  readonly figures: DutySettings
}

function dutyOf(rule: DutyRule, told: Trigger, { context, evidence, figures }: Setting): readonly Duty[] {
  const dueIn = rule.due(figures)
  if (!dueIn) return []
  const found = fulfilmentOf(rule.id, told, evidence)
  const overtaken = isVoided(rule, told) ? told.overtaken : undefined
  const met = found && !isTooLate(found, overtaken) ? found : undefined
  const trigger = countedFrom(told, met?.atMs ?? overtaken?.atMs)
  const due = dueAt(trigger, dueIn, context)
  const escalateAfterHours = rule.escalateAfterHours ?? trigger.model?.escalateAfterHours
  return [
    {
      caseId: trigger.caseId,
      rule: rule.id,
      code: rule.code ?? rule.id,
      trigger,
      dueIn,
      get words() {
        return wordsOf(rule.id, trigger, dueIn, due)
      },
      due,
      isTransition: rule.isTransition ?? false,
      isUrgent: (rule.isUrgent ?? false) && !isLate(trigger, context),
      isUrgencyRuled: rule.isUrgent ?? false,
      isBornOverdue: startMsOf(due, context.timeZone) < trigger.recordedMs,
      ...(overtaken && !met && { voided: overtaken }),
      ...(met && { met }),
      ...(escalateAfterHours !== undefined && {
        escalateAfterHours,
        escalateAt: escalationOf({ escalateAfterHours, trigger }, due, context),
      }),
    },
  ]
}

/** The trigger with the time that its duty is counted from: the last end of a pause while it was open. */
function countedFrom(trigger: Trigger, endMs = Number.POSITIVE_INFINITY): Trigger {
  const anchor = trigger.resumed?.findLast(({ atMs }) => atMs > trigger.atMs && atMs < endMs)
  return anchor ? { ...trigger, at: anchor.at, atMs: anchor.atMs } : trigger
}

/** When a duty that is due then goes to the supervisor; undefined = never. */
export const escalationOf = (
  { escalateAfterHours, trigger }: Pick<Duty, 'escalateAfterHours' | 'trigger'>,
  due: string,
  context: Pick<DutyContext, 'timeZone'>,
): string | undefined => {
  if (escalateAfterHours === undefined) return undefined
  const zone = zoneOf(trigger, context)
  return zonedTextOf(startMsOf(due, zone) + escalateAfterHours * HOUR_MS, zone)
}

/** Where the days of a duty end: in the zone of the stay that calls for it. */
export const zoneOf = (
  { timeZone }: Pick<Trigger, 'timeZone'>,
  context: Pick<DutyContext, 'timeZone'>,
): string => timeZone ?? context.timeZone

/** The figures that a rule is asked with. */
export const settingsOf = (
  circumstances: Circumstances,
  { rules }: Pick<DutyContext, 'rules'>,
): DutySettings => ({
  ...rules.transition,
  readmissionDays: rules.readmissionDays,
  isHighRisk: circumstances.isHighRisk,
  ...pickDefined(circumstances),
})

const pickDefined = ({
  model,
  isInpatient,
  isEngaged,
  isNewborn,
  isMentalHealth,
  dueOn,
  everyDays,
  startsOn,
  opensWith,
}: Circumstances): Omit<Circumstances, 'isHighRisk'> => ({
  ...(model && { model }),
  ...(isInpatient !== undefined && { isInpatient }),
  ...(isEngaged !== undefined && { isEngaged }),
  ...(isNewborn !== undefined && { isNewborn }),
  ...(isMentalHealth !== undefined && { isMentalHealth }),
  ...(dueOn !== undefined && { dueOn }),
  ...(everyDays !== undefined && { everyDays }),
  ...(startsOn !== undefined && { startsOn }),
  ...(opensWith !== undefined && { opensWith }),
})

/** What was cancelled is void whatever was done; what was overtaken stands when it was met before. */
const isTooLate = ({ atMs }: CareFact, overtaken: Overtaken | undefined): boolean =>
  overtaken !== undefined && (overtaken.atMs === undefined || atMs > overtaken.atMs)

/** Evidence of each case, sorted when it is first asked for. */
export function evidenceOf({
  files,
  timeZone,
}: Pick<DutyContext, 'files' | 'timeZone'>): (caseId: string) => Evidence | undefined {
  const known = new Map<string, Evidence>()
  return caseId => {
    const file = files?.get(caseId)
    if (!file) return undefined
    const evidence = known.get(caseId) ?? { file, facts: careFacts(file, timeZone), timeZone }
    known.set(caseId, evidence)
    return evidence
  }
}

/** Being admitted again ends what was to keep the patient out of hospital; a hand-over is still owed. */
function isVoided(rule: DutyRule, { overtaken }: Trigger): boolean {
  switch (overtaken?.reason) {
    case undefined:
      return false
    case 'patient admitted again':
      return rule.isTransition === true || rule.id === 'readmission-watch'
    case 'patient on leave':
      return rule.id === 'home-visit'
    default:
      return true
  }
}

/** First recorded so long after it happened that nothing about it is urgent any more; arrival doesn't matter. */
const isLate = (
  { isSilent, atMs, recordedMs, knownMs = recordedMs }: Trigger,
  { rules }: DutyContext,
): boolean => isSilent === true || knownMs - atMs > rules.lateAfterHours * HOUR_MS

/** The instant at which the time is over, written with the facility's offset then. */
export function dueAt(
  trigger: Pick<Trigger, 'atMs' | 'timeZone'>,
  dueIn: DueIn,
  context: Pick<DutyContext, 'calendar' | 'timeZone'>,
): string {
  const { calendar } = context
  const timeZone = zoneOf(trigger, context)
  if (dueIn.unit === 'hours') return zonedTextOf(trigger.atMs + dueIn.count * HOUR_MS, timeZone)
  if (dueIn.unit === 'on') return endOfDay(dueIn.date, timeZone)
  if (dueIn.unit === 'before')
    return endOfDay(businessDaysBefore(dueIn.date, dueIn.count, calendar), timeZone)
  const day = localDate(trigger.atMs, timeZone)
  const last =
    dueIn.unit === 'business-days' ? addBusinessDays(day, dueIn.count, calendar) : addDays(day, dueIn.count)
  return endOfDay(last, timeZone)
}

export function wordsOf(
  rule: RuleId,
  trigger: Pick<Trigger, 'kind' | 'about'>,
  dueIn: DueIn,
  due: string,
): string {
  const time = dueIn.unit === 'hours' ? `${due.slice(11, 16)} on ` : ''
  const about = trigger.kind === 'patients-unmerged' ? ` What was done: ${trigger.about ?? ''}.` : ''
  return `${dutyWords[rule]} Rule: ${ruleWords(trigger.kind, dueIn)}. Due: ${time}${dateInWords(due.slice(0, 10))}.${about}`
}
