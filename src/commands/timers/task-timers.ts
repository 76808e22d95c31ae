import { patientOf } from '../../fhir/compartment.ts'
import type { Resource } from '../../fhir/resource.ts'
import type { Timer } from '../ports/store.ts'

/** What a change of resources means for the timers: each duty that is still open has one, at its due time. */
export interface TimerChanges {
  readonly put: readonly Timer[]
  readonly drop: readonly string[]
}

const DUTY_TIMER = 'obligation'

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

/** Timers follow the Tasks in the same flush, whoever writes: a due time that moves, moves its timer. */
export function taskTimers(changed: readonly Changed[]): TimerChanges {
  const tasks = changed.filter(({ type }) => type === 'Task')
  const moved = tasks.filter(({ before, after }) => dueOf(before) !== dueOf(after))
  return {
    put: moved.flatMap(({ id, after }) => {
      const due = dueOf(after)
      const subject = after && patientOf(after)
      return due === undefined || subject === undefined
        ? []
        : [{ id: `${DUTY_TIMER}/${id}`, due, kind: DUTY_TIMER, subject, payload: { type: 'Task', id } }]
    }),
    drop: moved.filter(({ after }) => dueOf(after) === undefined).map(({ id }) => `${DUTY_TIMER}/${id}`),
  }
}

/** When a Task of a case falls due, as an instant; undefined when it has ended, has no due time or belongs to no case. */
function dueOf(task: Resource | undefined): string | undefined {
  if (!task || ENDED.has(task['status'])) return undefined
  const { groupIdentifier, restriction } = task as {
    readonly groupIdentifier?: { readonly system?: string }
    readonly restriction?: { readonly period?: { readonly end?: string } }
  }
  const end = restriction?.period?.end
  if (end === undefined || groupIdentifier?.system?.endsWith('/sid/case') !== true) return undefined
  const dueMs = Date.parse(end)
  return Number.isNaN(dueMs) ? undefined : new Date(dueMs).toISOString()
}
