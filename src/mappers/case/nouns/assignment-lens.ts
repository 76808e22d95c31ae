import type { Task } from '@medplum/fhirtypes'
import type { Assignment } from '../../../care-plan/nouns/people.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { listOf } from '../../../lib/list-of.ts'
import { isObject, withElement } from '../lenses/json-edit.ts'
import type { CaseNames } from '../names.ts'
import { asResource, textAt } from '../lenses/slots.ts'
import { hasCoding } from './concept-slots.ts'
import { orEmpty, referenceAt, referenceExtension } from './element-slots.ts'
import { nounLens, type NounLens } from './noun-lens.ts'
import { stateSlot } from './state-image.ts'

/** Code of {cm}/CodeSystem/task-code. */
const ASSIGN = 'assign'

/**
 * An assignment in a Task of code `assign` (domain.md 4.4): who took it is a member of the team by its state. A duty of
 * that code is none: it carries the identifier of an obligation.
 */
export function assignmentLens(names: CaseNames): NounLens<'assignment'> {
  const lens = nounLens<'assignment'>({
    noun: 'assignment',
    types: ['Task'],
    is: task =>
      task.resourceType === 'Task' &&
      hasCoding(task['code'], names.taskCode, ASSIGN) &&
      !isObligation(task, names),
    blank: ({ id, patient }, { state }) => blankTask({ id, patient, state }, names),
    slots: {
      state: stateSlot({ url: names.state, images, meanings, otherwise: 'offered' }),
      manager: orEmpty(referenceAt('owner')),
      organization: referenceExtension(names.extension('on-behalf-of')),
      offeredBy: referenceAt('requester'),
      offeredAt: textAt('authoredOn'),
      expires: textAt('restriction', 'period', 'end'),
      start: textAt('executionPeriod', 'start'),
      end: textAt('executionPeriod', 'end'),
      reason: textAt('statusReason', 'text'),
    },
  })
  return {
    ...lens,
    write: (task, state) => {
      const written = lens.write(task, state)
      return written === task ? task : withOutput(written)
    },
  }
}

const images: Readonly<Record<Assignment['state'], string>> = {
  offered: 'requested',
  accepted: 'accepted',
  declined: 'rejected',
  expired: 'cancelled',
  'handed-over': 'completed',
  ended: 'completed',
  'entered-in-error': 'entered-in-error',
}

const meanings: Readonly<Record<string, Assignment['state']>> = {
  draft: 'offered',
  requested: 'offered',
  received: 'offered',
  ready: 'offered',
  accepted: 'accepted',
  'in-progress': 'accepted',
  'on-hold': 'accepted',
  rejected: 'declined',
  cancelled: 'expired',
  completed: 'ended',
  failed: 'ended',
  'entered-in-error': 'entered-in-error',
}

const isObligation = (task: Resource, { obligation }: CaseNames): boolean =>
  listOf(task['identifier']).some(row => isObject(row) && row['system'] === obligation)

/** A completed Task has an output (I15): that of an assignment is the time in which the case was managed. */
const withOutput = (task: Resource): Resource =>
  task['status'] === 'completed' && task['output'] === undefined && task['executionPeriod'] !== undefined
    ? withElement(task, 'output', [
        { type: { text: 'Time of management' }, valuePeriod: task['executionPeriod'] },
      ])
    : task

interface TaskBirth {
  readonly id: string
  readonly patient: string
  readonly state: Assignment['state']
}

function blankTask(
  { id, patient, state }: TaskBirth,
  { taskCode }: CaseNames,
): Resource & { readonly id: string } {
  const task: Task = {
    resourceType: 'Task',
    id,
    status: images[state] as NonNullable<Task['status']>,
    intent: 'order',
    code: { coding: [{ system: taskCode, code: ASSIGN }] },
    for: { reference: `Patient/${patient}` },
  }
  return asResource(task)
}
