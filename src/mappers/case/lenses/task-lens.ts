import type { Task } from '@medplum/fhirtypes'
import { laterOf, withTime } from '../../../lib/fhir-time.ts'
import type { Duty } from '../../../care-plan/duties/duties.ts'
import type { ObligationState } from '../../../care-plan/duties/obligation.ts'
import type { TaskStanding } from '../../../care-plan/case/care-team.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { rememberedBy } from '../../../lib/remembered-lists.ts'
import { listOf } from '../../../lib/list-of.ts'
import { isObject, objectOf, textOf, withElement } from './json-edit.ts'
import { lensOf, type Lens, type Slot } from './lens.ts'
import type { CaseNames } from '../names.ts'
import { statedCase, withCaseLink } from '../nouns/case-link.ts'
import { referenceExtension } from '../nouns/element-slots.ts'
import {
  asResource,
  derivedRows,
  extensionAt,
  extensionOf,
  tagOf,
  textAt,
  withExtension,
  withReason,
} from './slots.ts'
import { nativeStatus, shownState, standingSlot, type Standing } from './standing.ts'

/** What the case law owns of the Task of a duty. */
export interface TaskState {
  readonly standing: Standing<string>
  /** Exact state of the duty as the state extension says it. */
  readonly stated: string | undefined
  /** statusReason.text. */
  readonly statusReason: string | undefined
  /** Its time passed while it was open. */
  readonly isMissed: boolean
  /** Effective time of what called for it. */
  readonly authored: string | undefined
  readonly due: string | undefined
  readonly words: string | undefined
  /** Recorded time of the fact that last changed it. */
  readonly modified: string | undefined
  /** Derived notes. */
  readonly notes: readonly string[]
  readonly isBornOverdue: boolean
  /** Who called it urgent: people, or a rule (which then takes that back, too). */
  readonly urgentBy: 'people' | 'rule' | undefined
  /** Encounter that it is about. */
  readonly focus: string | undefined
  /** Transition plans that it is part of, sorted. */
  readonly basedOn: readonly string[]
  /** meta.source of the message that called for it. */
  readonly message: string | undefined
  /** References of the facts that meet it, as far as they are derived. */
  readonly outputs: readonly string[]
  /** When the supervisor gets it if it is still open. */
  readonly escalateAt: string | undefined
  /** The timer's fact about a watch: its time passed. */
  readonly isOver: boolean
  /** Supervisor who got it. */
  readonly escalatedTo: string | undefined
  /** Put off by people until then. */
  readonly snoozedUntil: string | undefined
}

/** One for the same names: a Task is read once, whoever asks. */
export const taskLens = rememberedBy((names: CaseNames): Lens<TaskState> =>
  lensOf<TaskState>({
    standing: standingSlot(names.derived, nativeStatus),
    stated: extensionAt(names.state, 'valueCode'),
    statusReason: textAt('statusReason', 'text'),
    isMissed: missedSlot(names),
    authored: textAt('authoredOn'),
    due: textAt('restriction', 'period', 'end'),
    words: textAt('description'),
    modified: textAt('lastModified'),
    notes: derivedRows('note', names.derived, {
      keyOf: text => text,
      read: row => textOf(row['text']) ?? '',
      write: (row, text) => withReason({ ...row, text }, names.derived, 'withdrawn trigger'),
    }),
    isBornOverdue: tagOf(names.flag, 'overdue'),
    urgentBy: urgentSlot(names),
    focus: textAt('focus', 'reference'),
    basedOn: derivedRows('basedOn', names.derived, {
      keyOf: reference => reference,
      read: row => textOf(row['reference']) ?? '',
      write: (row, reference) =>
        withReason({ ...row, reference }, names.derived, 'follows from the discharge'),
    }),
    message: messageSlot(names),
    outputs: derivedRows('output', names.derived, {
      keyOf: reference => reference,
      read: row => textOf(objectOf(row['valueReference'])['reference']) ?? '',
      write: (row, reference) =>
        withReason(
          { ...row, type: { text: 'Met by' }, valueReference: { reference } },
          names.derived,
          'shows that it is done',
        ),
    }),
    escalateAt: extensionAt(names.extension('escalate-at'), 'valueDateTime'),
    isOver: overSlot(names),
    escalatedTo: referenceExtension(names.extension('escalated-to')),
    snoozedUntil: extensionAt(names.extension('snoozed-until'), 'valueDateTime'),
  }),
)

/** `priority`; that of a rule is marked as derived, so that a later fact can take it back whatever came first. */
function urgentSlot({ derived }: CaseNames): Slot<TaskState['urgentBy']> {
  return {
    get: resource => {
      if (resource['priority'] !== 'urgent') return undefined
      return extensionOf(objectOf(resource['_priority']), derived) ? 'rule' : 'people'
    },
    set: (resource, value) => {
      const mark = objectOf(resource['_priority'])
      const marked =
        value === 'rule' ? withReason(mark, derived, 'rule') : withExtension(mark, derived, undefined)
      const named = withElement(resource, 'priority', value === undefined ? undefined : 'urgent')
      return withElement(named, '_priority', marked)
    },
  }
}

function overSlot(names: CaseNames): Slot<boolean> {
  const code = extensionAt(names.extension('time-over'), 'valueCode')
  return {
    get: resource => code.get(resource) !== undefined,
    set: (resource, value) => code.set(resource, value ? 'over' : undefined),
  }
}

/** The input row that names the message. */
function messageSlot(names: CaseNames): Slot<string | undefined> {
  const rows = derivedRows('input', names.derived, {
    keyOf: (message: string) => message,
    read: row => textOf(row['valueUri']) ?? '',
    write: (row, message) =>
      withReason({ ...row, type: { text: 'Trigger message' }, valueUri: message }, names.derived, 'trigger'),
  })
  return {
    get: resource => rows.get(resource)[0],
    set: (resource, value) => rows.set(resource, value === undefined ? [] : [value]),
  }
}

const MISSED = 'missed'

/** businessStatus holds our one code; a partner's own codes in it are kept. */
export function missedSlot(names: CaseNames): Slot<boolean> {
  const isOurs = (coding: unknown): boolean =>
    isObject(coding) && coding['system'] === names.businessStatus && coding['code'] === MISSED
  const codingsOf = (resource: Resource): readonly unknown[] =>
    listOf(objectOf(resource['businessStatus'])['coding'])
  return {
    get: resource => codingsOf(resource).some(isOurs),
    set: (resource, value) => {
      const others = codingsOf(resource).filter(coding => !isOurs(coding))
      const codings = value ? [...others, { system: names.businessStatus, code: MISSED }] : others
      const status = withElement(objectOf(resource['businessStatus']), 'coding', codings)
      return withElement(resource, 'businessStatus', status)
    },
  }
}

/** Statuses in which nobody has begun. */
const notBegun: ReadonlySet<string> = new Set(['', 'draft', 'requested', 'received', 'ready'])
const underWay: ReadonlySet<string> = new Set(['accepted', 'in-progress', 'on-hold'])
const done: ReadonlySet<string> = new Set(['completed', 'failed'])

/** Task.status as far as team membership follows from it (domain.md 4.5). */
export function taskStanding(status: string): TaskStanding {
  if (notBegun.has(status)) return 'not-begun'
  if (underWay.has(status)) return 'under-way'
  return done.has(status) ? 'done' : 'withdrawn'
}

export const isOpenTask = (status: string): boolean => notBegun.has(status) || underWay.has(status)

/** Somebody owns it, began it, or left a trace of work on it. What facts and timers put there is no work. */
export function isTouched(task: Resource, own: string, names: CaseNames): boolean {
  const ofPeople = (rows: unknown): boolean =>
    listOf(rows).some(row => isObject(row) && !extensionOf(row, names.derived))
  const owner = textOf(objectOf(task['owner'])['reference'])
  const supervisor = referenceExtension(names.extension('escalated-to')).get(task)
  return (
    !notBegun.has(own) ||
    (task['owner'] !== undefined && (owner === undefined || owner !== supervisor)) ||
    ofPeople(task['output']) ||
    ofPeople(task['note'])
  )
}

/** The duty's state, of which a Task is the face (domain.md 4.4). */
export function obligationState({ standing, isMissed }: TaskState): ObligationState {
  const status = shownState(standing)
  if (isOpenTask(status)) return isMissed ? 'missed' : 'due'
  if (status === 'completed') return isMissed ? 'late-met' : 'met'
  return standing.overlay ? 'voided' : 'waived'
}

/** Id of the case that a Task belongs to: by its group identifier, by its tag where that is somebody else's. */
export const caseNumberOf = (task: Resource, names: CaseNames): string | undefined => statedCase(task, names)

/** Key of a duty within all cases: `case/rule/trigger`, and the number within a series after a `~`. */
const dutyKey = ({ caseId, rule, trigger }: Pick<Duty, 'caseId' | 'rule' | 'trigger'>, n: string): string =>
  n === '0' ? `${caseId}/${rule}/${trigger.id}` : `${caseId}/${rule}/${trigger.id}~${n}`

export interface TaskBirth {
  readonly id: string
  /** Number within its series; `0` when left out. */
  readonly n?: string
  readonly duty: Duty
  readonly patient: string
}

/** The Task of a duty, requested of nobody yet. */
export function newTask({ id, duty, patient, n = '0' }: TaskBirth, names: CaseNames): Resource {
  const task: Task = {
    resourceType: 'Task',
    id,
    identifier: [{ system: names.obligation, value: dutyKey(duty, n) }],
    groupIdentifier: { system: names.caseNumber, value: duty.caseId },
    status: 'requested',
    intent: 'order',
    code: { coding: [{ system: names.taskCode, code: duty.code }] },
    for: { reference: `Patient/${patient}` },
    reasonCode: { coding: [{ system: names.rule, code: duty.rule }] },
    input: [{ type: { text: 'Rule' }, valueString: duty.rule }],
  }
  const derived = asResource(withReason(asResource(task), names.derived, `rule ${duty.rule}`))
  return withCaseLink(derived, duty.caseId, names)
}

/** Task.lastModified may not be before authoredOn (invariant inv-1). */
export const modifiedAt = (authored: string, ...recorded: readonly (string | undefined)[]): string =>
  recorded.reduce<string>(
    (latest, time) => (time === undefined ? latest : laterOf(latest, withTime(time, 'UTC'))),
    authored,
  )
