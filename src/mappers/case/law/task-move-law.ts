import type { CaseFile } from '../../../care-plan/case/case-file.ts'
import { ruleBroken, type InvariantContext, type Violation } from '../../../care-plan/invariants/invariant.ts'
import { requestersOf } from '../../../care-plan/invariants/obligation-invariants.ts'
import { isDevice } from '../../../care-plan/machines/machine-actor.ts'
import { taskMove, type TaskFace } from '../../../care-plan/duties/task-roles.ts'
import type { Resource } from '../../../fhir/resource.ts'
import type { Failure } from '../../../lib/result.ts'
import { listOf } from '../../../lib/list-of.ts'
import { objectOf, textOf } from '../lenses/json-edit.ts'

const needsReason: ReadonlySet<string> = new Set(['rejected', 'cancelled', 'on-hold', 'failed'])

export interface TaskHearing {
  readonly context: InvariantContext
  /** The case as it stood. */
  readonly file: CaseFile | undefined
}

/** Who may move a Task of a case, and what a move, or a Task that is written as moved, must say. Undefined = lawful. */
export function lawfulTaskMove(
  was: Resource | undefined,
  is: Resource,
  { context, file }: TaskHearing,
): Failure | undefined {
  const requesters = file ? requestersOf(file) : []
  const broken = was
    ? taskMove(faceOf(was), faceOf(is), { actor: context.actor, requesters })
    : isHandOver(is, { context, file })
      ? undefined
      : takenForAnother(faceOf(is), context.actor)
  if (broken) return ruleBroken('I14', broken)
  const status = textOf(is['status']) ?? ''
  if (status === textOf(was?.['status'])) return undefined
  if (status === 'completed' && listOf(is['output']).length === 0)
    return ruleBroken('I15', {
      message: 'A completed Task names in its output what shows it.',
      expression: 'Task.output',
    })
  return needsReason.has(status) && textOf(objectOf(is['statusReason'])['text']) === undefined
    ? ruleBroken('I15', {
        message: `A Task that is ${status} says why.`,
        expression: 'Task.statusReason.text',
      })
    : undefined
}

/** The manager hands the case over: the next assignment is born accepted (HandOver). */
const isHandOver = (task: Resource, { context, file }: TaskHearing): boolean =>
  file?.case.manager === context.actor &&
  listOf(objectOf(task['code'])['coding']).some(coding => objectOf(coding)['code'] === 'assign')

const taken: ReadonlySet<string> = new Set(['accepted', 'in-progress'])

/** Nobody takes a Task on for somebody else: who is asked says so. */
const takenForAnother = ({ status, owner }: TaskFace, actor: string): Omit<Violation, 'key'> | undefined =>
  taken.has(status) && owner !== undefined && owner !== actor && !isDevice(actor)
    ? {
        message: `Only its owner may make a Task ${status}: write it as requested.`,
        expression: 'Task.status',
      }
    : undefined

const referenceIn = (element: unknown): string | undefined => textOf(objectOf(element)['reference'])

const faceOf = (task: Resource): TaskFace => ({
  status: textOf(task['status']) ?? '',
  owner: referenceIn(task['owner']),
  requester: referenceIn(task['requester']),
  basedOn: listOf(task['basedOn']).flatMap(row => referenceIn(row) ?? []),
  for: referenceIn(task['for']),
  partOf: listOf(task['partOf']).flatMap(row => referenceIn(row) ?? []),
})
