import { laterOf, startMsOf, withTime } from '../../../lib/fhir-time.ts'
import type { CaseCourse } from '../../../care-plan/case/case-fold.ts'
import type { CareFact } from '../../../care-plan/duties/care-facts.ts'
import type { Death } from '../../../care-plan/stays/death.ts'
import { isRuleWords, isToldBy } from '../../../care-plan/duties/duty-words.ts'
import {
  contradiction,
  dutiesOf,
  escalationOf,
  type Duty,
  type DutyContext,
  type Overtaken,
  type Trigger,
} from '../../../care-plan/duties/duties.ts'
import { reviewRules } from '../../../care-plan/duties/identity-rules.ts'
import type { StayFacts } from '../../../care-plan/stays/stay-facts.ts'
import type { Resource } from '../../../fhir/resource.ts'
import type { CaseIds, CaseLenses, CaseRecord } from '../case-record.ts'
import { isDerived, isWorkedOn } from '../case-record.ts'
import { textOf } from '../lenses/json-edit.ts'
import { identifierOf, textAt } from '../lenses/slots.ts'
import {
  caseNumberOf,
  isOpenTask,
  missedSlot,
  modifiedAt,
  newTask,
  type TaskState,
} from '../lenses/task-lens.ts'
import { withdrawnAt, workDone } from './work-done.ts'
import { writeTask } from '../lenses/write-task.ts'

export interface TaskInput {
  readonly courses: readonly CaseCourse[]
  readonly triggers: readonly Trigger[]
  readonly facts: StayFacts
  readonly death?: Death | undefined
  readonly record: CaseRecord
  readonly lenses: CaseLenses
  readonly ids: CaseIds
  readonly patient: string
  readonly context: DutyContext
}

const WITHDRAWN = 'trigger cancelled'
export const ESCALATED_NOTE = 'Nobody did this in time; it went to the supervisor.'
const WITHDRAWN_NOTE =
  'What called for this task was withdrawn. Please check whether it still has to be done.'

/**
 * Every Task of every case as it has to be: those that a duty calls for, those whose trigger is gone (voided when nobody
 * began, else kept with a note and a review), those of people (cancelled by death only). Work done stays done.
 */
export function taskEffects(input: TaskInput): readonly Resource[] {
  const wanted = wantedTasks(dutiesOf(input.triggers, input.context), input)
  const standing = input.courses.flatMap(course => input.record.tasksOf(course.id))
  const orphans = standing.filter(task => task.id !== undefined && !wanted.has(task.id))
  const reviews = wantedTasks(dutiesOf(reviewTriggers(orphans, input), input.context), input)
  const reviewed = new Map([...reviews].filter(([id]) => !wanted.has(id)))
  return [
    ...[...wanted, ...reviewed].flatMap(([id, one]) => dutyTask(id, one, input)),
    ...orphans.filter(({ id }) => id !== undefined && !reviewed.has(id)).map(task => orphanTask(task, input)),
  ]
}

/** A duty and the number of the Task that stands for it. */
export interface NumberedDuty {
  readonly duty: Duty
  readonly n: string
}

/** The Tasks of duties by id. What its owner declined is asked of others anew: a duty has no end but its own. */
export function wantedTasks(
  duties: readonly Duty[],
  { ids, record, lenses }: Pick<TaskInput, 'ids' | 'record' | 'lenses'>,
): ReadonlyMap<string, NumberedDuty> {
  return new Map(
    duties.flatMap(duty => {
      const { caseId, rule, trigger } = duty
      const tries: (readonly [string, NumberedDuty])[] = []
      for (let again = 0; again < TRIES_MAX; again += 1) {
        const n = again === 0 ? String(trigger.n ?? 0) : `${trigger.n ?? 0}r${again}`
        const id = ids.task(caseId, rule, trigger.id, n)
        tries.push([id, { duty, n }])
        const task = record.byId.get(id)
        if (!task || lenses.task.read(task).standing.own !== 'rejected') break
      }
      return tries
    }),
  )
}

/** Whoever is asked declines at last: then people have to look at it. */
const TRIES_MAX = 10

/** The Task of a duty; a duty that was overtaken before it was raised gets none. */
function dutyTask(id: string, { duty, n }: NumberedDuty, input: TaskInput): readonly Resource[] {
  const { lenses, record, patient } = input
  const found = record.byId.get(id)
  if (!found && duty.voided) return []
  const task = found ?? newTask({ id, n, duty, patient }, lenses.names)
  const before = lenses.task.read(task)
  if (!isOpenTask(before.standing.own)) return [task]
  const isLeftAlone = duty.voided && isLeftToPeople(duty.voided) && isWorkedOn(task, lenses)
  const state = dutyState(before, duty, { ...input, isUrgencyFree: isUrgencyFree(task, lenses) })
  if (duty.met) return [writeTask(task, metState(state, duty.met, input.context.timeZone), lenses)]
  if (state.isOver && !duty.voided) return [writeTask(task, watchedState(state), lenses)]
  return [writeTask(task, laidOver(state, before, isLeftAlone ? undefined : duty.voided), lenses)]
}

/** What was begun before the patient came is theirs to end. */
const isLeftToPeople = ({ reason }: Overtaken): boolean =>
  reason === 'patient admitted again' || reason === 'stay begun' || reason === 'changed again'

/** What the duty says, in place of what the Task said; what people may have changed, only when the due time moved with it. */
function dutyState(
  before: TaskState,
  duty: Duty,
  { ids, context, isUrgencyFree: isFree }: TaskInput & { readonly isUrgencyFree: boolean },
): TaskState {
  const { trigger } = duty
  const due = before.snoozedUntil === undefined ? duty.due : laterOf(duty.due, before.snoozedUntil)
  const isMoved = before.due !== due
  const overtaken = duty.voided?.recorded
  return {
    ...before,
    authored: trigger.at,
    due,
    words: isMoved ? duty.words : wordsOf(before.words, duty),
    urgentBy: urgentBy(before.urgentBy, duty, { isFree, isMoved }),
    isMissed: !isMoved && before.isMissed,
    isOver: !isMoved && before.isOver,
    isBornOverdue: duty.isBornOverdue,
    modified: modifiedAt(trigger.at, trigger.recorded, overtaken, before.modified),
    notes: before.escalatedTo === undefined ? [] : [ESCALATED_NOTE],
    focus: trigger.encounter === undefined ? undefined : `Encounter/${trigger.encounter}`,
    basedOn: duty.isTransition ? [`CarePlan/${ids.transition(duty.caseId, trigger.id)}`] : [],
    message: trigger.message,
    outputs: [],
    escalateAt: due === duty.due ? duty.escalateAt : escalationOf(duty, due, context),
  }
}

/**
 * What the rule says of a Task that nobody took, whichever message came last; what people called urgent stays so, until a rule of
 * urgent Tasks has another day for it.
 */
function urgentBy(
  before: TaskState['urgentBy'],
  { isUrgent, isUrgencyRuled }: Duty,
  { isFree, isMoved }: { readonly isFree: boolean; readonly isMoved: boolean },
): TaskState['urgentBy'] {
  const isRuled = (isMoved && isUrgencyRuled) || (isFree && before !== 'people')
  if (!isRuled) return before
  return isUrgent ? 'rule' : undefined
}

/** Nobody took the Task or gave it a priority that no rule gives. */
const isUrgencyFree = (task: Resource, lenses: CaseLenses): boolean =>
  RULED_PRIORITIES.has(task['priority']) && !isWorkedOn(task, lenses)

const RULED_PRIORITIES: ReadonlySet<unknown> = new Set([undefined, 'urgent'])

/** Words of people stay; those of the rule name what calls for it now, which need not be what made the Task. */
function wordsOf(words: string | undefined, duty: Duty): string {
  if (words === undefined) return duty.words
  const { rule, trigger, dueIn } = duty
  return isToldBy(trigger.kind, dueIn, words) || !isRuleWords(rule, words) ? words : duty.words
}

/** The rule of which it is the aim that nothing happens until it is due. */
export const WATCH = 'readmission-watch'

/** A watch whose time passed without what it was for: nobody missed anything. */
export const watchedState = (state: TaskState): TaskState => ({
  ...state,
  standing: { own: state.standing.own, overlay: { state: 'completed', reason: 'the time passed' } },
  statusReason: undefined,
  isMissed: false,
  isOver: true,
  outputs: state.focus === undefined ? [] : [state.focus],
})

/** A fact meets the duty, in time or late; when the fact is withdrawn, the Task is as people left it. */
function metState(state: TaskState, met: CareFact, timeZone: string): TaskState {
  const { own } = state.standing
  return {
    ...state,
    standing: { own, overlay: { state: 'completed', reason: `met by ${met.words}` } },
    statusReason: undefined,
    isMissed: state.due !== undefined && met.atMs > startMsOf(state.due, timeZone),
    modified: modifiedAt(state.authored ?? met.at, met.at, state.modified),
    outputs: [met.output],
  }
}

/**
 * Lays the reason for voiding over a Task, or takes it away: then the Task is as people left it. What need not be done
 * was not missed either, so that it makes no difference whether the timer or the withdrawal came first.
 */
function laidOver(state: TaskState, before: TaskState, voided: Overtaken | undefined): TaskState {
  const { own, overlay } = before.standing
  if (voided) {
    const standing = { own, overlay: { state: 'cancelled', reason: voided.reason } }
    return { ...state, standing, statusReason: voided.reason, isMissed: false, outputs: [] }
  }
  return { ...state, standing: { own }, statusReason: overlay ? undefined : before.statusReason, outputs: [] }
}

/** A Task that no duty calls for: of people, or of a trigger that is gone. */
function orphanTask(task: Resource, input: TaskInput): Resource {
  const { lenses } = input
  const before = lenses.task.read(task)
  if (!isOpenTask(before.standing.own)) return task
  const duty = dutyNamed(task, lenses)
  if (duty && reviewRules.has(duty.rule)) return orphanReview(task, before, duty, lenses)
  if (!duty) return withDeath(task, before, input)
  const done = workDone(duty, before, input)
  if (done) return writeTask(task, keptState(before, done, input.context.timeZone), lenses)
  const recorded = withdrawnAt(duty.trigger, input.facts) ?? before.modified ?? ''
  const modified = modifiedAt(before.authored ?? recorded, recorded, before.modified)
  if (isWorkedOn(task, lenses))
    return withDeath(task, { ...before, modified, notes: [WITHDRAWN_NOTE] }, input)
  return writeTask(task, laidOver({ ...before, modified }, before, { reason: WITHDRAWN, recorded }), lenses)
}

/** Work that was done is kept when its trigger goes (I18). */
const keptState = (before: TaskState, done: CareFact, timeZone: string): TaskState =>
  metState({ ...before, notes: before.escalatedTo === undefined ? [] : [ESCALATED_NOTE] }, done, timeZone)

/** The Task with the state given, cancelled when its case ended with the patient. */
function withDeath(task: Resource, state: TaskState, { death, courses, lenses }: TaskInput): Resource {
  const course = courses.find(({ id }) => id === caseNumberOf(task, lenses.names))
  if (!death || !course?.isDeceased || !isEndedBy(death, state)) {
    return writeTask(task, laidOver(state, state, undefined), lenses)
  }
  const modified = modifiedAt(state.authored ?? death.recorded, death.recorded, state.modified)
  const voided: Overtaken = { reason: 'patient deceased', recorded: death.recorded }
  return writeTask(task, laidOver({ ...state, modified }, state, voided), lenses)
}

/** What people asked for after the death stands. */
const isEndedBy = (death: Death, { authored }: TaskState): boolean =>
  authored === undefined || !(startMsOf(authored, 'UTC') > death.atMs)

/** A review that nothing calls for any more; what the law asked for stays until people have looked. */
function orphanReview(task: Resource, before: TaskState, duty: NamedDuty, lenses: CaseLenses): Resource {
  if (duty.trigger.startsWith(LAW_TRIGGER) || isWorkedOn(task, lenses)) return task
  const voided: Overtaken = { reason: WITHDRAWN, recorded: before.modified ?? '' }
  return writeTask(task, laidOver(before, before, voided), lenses)
}

/** Begins the trigger of reviews that the law over writes asks for: they don't follow from movements. */
export const LAW_TRIGGER = 'law:'

export interface NamedDuty {
  readonly caseId: string
  readonly rule: string
  readonly trigger: string
}

/** The duty that a derived Task was made for, from its identifier `case/rule/trigger`; none for a Task of people. */
export function dutyNamed(task: Resource, lenses: CaseLenses): NamedDuty | undefined {
  if (!isDerived(task, lenses.names)) return undefined
  const key = identifierOf(lenses.names.obligation).get(task)
  const match = key === undefined ? null : /^([^/]*)\/([^/]*)\/(.*)$/s.exec(key)
  if (!match) return undefined
  const [, caseId = '', rule = '', trigger = ''] = match
  return { caseId, rule, trigger: trigger.replace(/~\d+(r\d+)?$/, '') }
}

/** One review for each withdrawn trigger of which somebody has begun, or done, what it called for. */
function reviewTriggers(orphans: readonly Resource[], input: TaskInput): readonly Trigger[] {
  const { lenses } = input
  const begun = orphans.flatMap(task => {
    const duty = dutyNamed(task, lenses)
    const state = lenses.task.read(task)
    if (!duty || reviewRules.has(duty.rule) || duty.rule === 'retraction-notice') return []
    const isBegun = isOpenTask(state.standing.own) && isWorkedOn(task, lenses)
    const isAsked = isBegun || restsOnWithdrawn(duty, state, input)
    return [
      ...(isAsked ? reviewTrigger(duty, state, input) : []),
      ...(wasTold(duty, state, input) ? reviewTrigger(duty, state, input).map(asRetraction) : []),
    ]
  })
  return [
    ...new Map(begun.map(trigger => [`${trigger.kind} ${trigger.caseId}/${trigger.id}`, trigger])).values(),
  ]
}

const asRetraction = (trigger: Trigger): Trigger => ({ ...trigger, kind: 'retraction' })

/** Duties by which somebody outside the case is told of a movement. */
const TELLING: ReadonlySet<string> = new Set(['notify', 'transfer-notice', 'admission-notice', 'handover'])

/** People were told of a movement that was taken back (adt.md 3.5, RETRACT). */
function wasTold({ rule, trigger, caseId }: NamedDuty, { standing }: TaskState, input: TaskInput): boolean {
  if (!TELLING.has(rule) || standing.own !== 'completed') return false
  const course = input.courses.find(({ id }) => id === caseId)
  return (
    input.facts.byId.get(trigger)?.cancelledAt !== undefined &&
    course !== undefined &&
    course.standing !== 'withdrawn'
  )
}

/** Done on the word of a message that was taken back; where the whole case is in doubt, people are asked about that. */
function restsOnWithdrawn(duty: NamedDuty, state: TaskState, input: TaskInput): boolean {
  const movement = input.facts.byId.get(duty.trigger)
  const course = input.courses.find(({ id }) => id === duty.caseId)
  if (movement?.cancelledAt === undefined || course?.standing !== 'live') return false
  return state.standing.own === 'completed' || workDone(duty, state, input) !== undefined
}

function reviewTrigger(duty: NamedDuty, state: TaskState, { facts, context }: TaskInput): readonly Trigger[] {
  const movement = facts.byId.get(duty.trigger)
  const at = withTime(withdrawnAt(duty.trigger, facts) ?? state.authored ?? '', context.timeZone)
  const atMs = startMsOf(at, context.timeZone)
  if (Number.isNaN(atMs)) return []
  const about = movement && { encounter: movement.stay.encounter, message: movement.message }
  return [contradiction({ id: duty.trigger, caseId: duty.caseId, at, atMs, ...about })]
}

const dueSlot = textAt('restriction', 'period', 'end')

/** When each open Task is due, for the timers. */
export function timersOf(
  tasks: readonly Resource[],
  { names }: Pick<CaseLenses, 'names'>,
): readonly { readonly task: string; readonly due: string }[] {
  const missed = missedSlot(names)
  return tasks.flatMap(task => {
    const due = dueSlot.get(task)
    const isOpen = isOpenTask(textOf(task['status']) ?? '')
    return task.id !== undefined && due !== undefined && isOpen && !missed.get(task)
      ? [{ task: task.id, due }]
      : []
  })
}
