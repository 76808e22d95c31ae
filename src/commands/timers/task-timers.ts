import { patientOf } from '../../fhir/compartment.ts'
import type { Resource } from '../../fhir/resource.ts'
import type { Timer } from '../ports/store.ts'

/** What a change of resources means for the timers: each duty that is still open has one, at its due time. */
export interface TimerChanges {
  readonly put: readonly Timer[]
  readonly drop: readonly string[]
}

/** What a Task waits for: its due time, then the time at which the supervisor gets it, or the end of an offer. */
export type TimerKind = 'obligation' | 'escalation' | 'offer'

/** Task.status values after which nothing is due any more (FHIR R4 task-status). */
const ENDED: ReadonlySet<unknown> = new Set([
  'completed',
  'cancelled',
  'rejected',
  'failed',
  'entered-in-error',
])

interface Changed {
  readonly type: string
  readonly id: string
  readonly before: Resource | undefined
  readonly after: Resource | undefined
}

/** Timers follow the Tasks in the same flush, whoever writes: a due time that moves, moves its timer. One a Task at most. */
export function taskTimers(changed: readonly Changed[]): TimerChanges {
  const moved = changed
    .filter(({ type }) => type === 'Task')
    .map(({ id, before, after }) => ({ id, after, was: waitsFor(before), is: waitsFor(after) }))
    .filter(({ was, is }) => was?.kind !== is?.kind || was?.due !== is?.due)
  return {
    put: moved.flatMap(({ id, after, is }) => {
      const subject = after && patientOf(after)
      return is === undefined || subject === undefined
        ? []
        : [{ id: `${is.kind}/${id}`, ...is, subject, payload: { type: 'Task', id } }]
    }),
    drop: moved.flatMap(({ id, was, is }) =>
      was !== undefined && was.kind !== is?.kind ? [`${was.kind}/${id}`] : [],
    ),
  }
}

interface Wait {
  readonly kind: TimerKind
  readonly due: string
}

interface CaseTask {
  readonly code?: { readonly coding?: readonly { readonly system?: string; readonly code?: string }[] }
  readonly groupIdentifier?: { readonly system?: string }
  readonly restriction?: { readonly period?: { readonly end?: string } }
  readonly businessStatus?: {
    readonly coding?: readonly { readonly system?: string; readonly code?: string }[]
  }
  readonly extension?: readonly { readonly url?: string; readonly valueDateTime?: string }[]
}

/** What a Task of a case waits for; undefined when it has ended, has no due time or belongs to no case. */
function waitsFor(resource: Resource | undefined): Wait | undefined {
  if (!resource || ENDED.has(resource['status'])) return undefined
  const task = resource as CaseTask
  if (task.groupIdentifier?.system?.endsWith('/sid/case') !== true) return undefined
  const end = task.restriction?.period?.end
  if (isOffer(task)) return resource['status'] === 'requested' ? waitUntil('offer', end) : undefined
  if (!isMissed(task)) return waitUntil('obligation', end)
  const isEscalated = extensionOf(task, 'escalated-to') !== undefined
  return isEscalated ? undefined : waitUntil('escalation', extensionOf(task, 'escalate-at')?.valueDateTime)
}

function waitUntil(kind: TimerKind, time: string | undefined): Wait | undefined {
  const dueMs = time === undefined ? Number.NaN : Date.parse(time)
  return Number.isNaN(dueMs) ? undefined : { kind, due: new Date(dueMs).toISOString() }
}

const isOffer = ({ code }: CaseTask): boolean =>
  code?.coding?.some(one => one.system?.endsWith('/CodeSystem/task-code') && one.code === 'assign') ?? false

const isMissed = ({ businessStatus }: CaseTask): boolean =>
  businessStatus?.coding?.some(
    ({ system, code }) => system?.endsWith('/CodeSystem/business-status') && code === 'missed',
  ) ?? false

const extensionOf = ({ extension }: CaseTask, name: string) =>
  extension?.find(({ url }) => url?.endsWith(`/StructureDefinition/${name}`))
