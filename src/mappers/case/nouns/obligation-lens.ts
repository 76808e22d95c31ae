import type { Task } from '@medplum/fhirtypes'
import type { Obligation } from '../../../care-plan/case/case-file.ts'
import type { ObligationState } from '../../../care-plan/duties/obligation.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { listOf } from '../../../lib/list-of.ts'
import { isObject, objectOf, textOf, withElement } from '../lenses/json-edit.ts'
import type { Slot } from '../lenses/lens.ts'
import type { CaseNames } from '../names.ts'
import { asResource, extensionAt, identifierOf, textAt } from '../lenses/slots.ts'
import { withoutMark } from '../lenses/standing.ts'
import { isOpenTask, missedSlot, obligationState, taskLens } from '../lenses/task-lens.ts'
import { orEmpty, referenceAt, referenceExtension } from './element-slots.ts'
import { nounLens, type NounLens } from './noun-lens.ts'

/**
 * A duty in its Task (domain.md 4.4): told by the identifier of an obligation. Its state is the image of status and
 * businessStatus; waived and voided are both `cancelled` and told apart by the state extension.
 */
export const obligationLens = (names: CaseNames): NounLens<'obligation'> =>
  nounLens<'obligation'>({
    noun: 'obligation',
    types: ['Task'],
    is: task => identifierOf(names.obligation).get(task) !== undefined,
    blank: ({ id, caseId, patient }, { rule, trigger }) =>
      blankTask({ id, patient, key: `${caseId}/${rule}/${trigger}` }, names),
    slots: {
      state: stateSlotOf(names),
      rule: keyPart(names, 1),
      trigger: keyPart(names, 2),
      since: textAt('authoredOn'),
      due: textAt('restriction', 'period', 'end'),
      owner: referenceAt('owner'),
      requester: referenceAt('requester'),
      status: statusSlot(names),
      outputs: outputSlot,
      otherOutputs,
      statusReason: textAt('statusReason', 'text'),
      note: extensionAt(names.extension('completion-note'), 'valueString'),
      startedAt: textAt('executionPeriod', 'start'),
      doneAt: textAt('executionPeriod', 'end'),
      snoozedUntil: extensionAt(names.extension('snoozed-until'), 'valueDateTime'),
      snoozeReason: extensionAt(names.extension('snooze-reason'), 'valueString'),
      escalatedTo: referenceExtension(names.extension('escalated-to')),
    },
  })

/** `case/rule/trigger`: the case stays what it is, rule and trigger are read and written in place. */
function keyPart(names: CaseNames, index: 1 | 2): Slot<string> {
  const key = identifierOf(names.obligation)
  const partsOf = (resource: Resource): readonly [string, string, string] => {
    const [caseId = '', rule = '', ...trigger] = (key.get(resource) ?? '').split('/')
    return [caseId, rule, trigger.join('/')]
  }
  return {
    get: resource => partsOf(resource)[index],
    set: (resource, value) => key.set(resource, partsOf(resource).with(index, value).join('/')),
  }
}

/** A status that people give stands on its own: no fact lies over it any more. */
const statusSlot = ({ derived }: CaseNames): Slot<string> => {
  const native = orEmpty(textAt('status'))
  return { get: native.get, set: (resource, status) => native.set(withoutMark(resource, derived), status) }
}

function stateSlotOf(names: CaseNames): Slot<ObligationState> {
  const lens = taskLens(names)
  const stated = extensionAt(names.state, 'valueCode')
  const missed = missedSlot(names)
  return {
    get: resource => {
      const said = stated.get(resource)
      const isEnded = endedBy.has(said ?? '') && !isOpenTask(textOf(resource['status']) ?? '')
      return isEnded && resource['status'] !== 'completed'
        ? (said as ObligationState)
        : obligationState(lens.read(resource))
    },
    set: (resource, state) =>
      stated.set(missed.set(resource, state === 'missed' || state === 'late-met'), state),
  }
}

const endedBy: ReadonlySet<string> = new Set(['waived', 'voided'])

/** References that Task.output holds, ours and those of others; rows that hold something else stay. */
const outputSlot: Slot<Obligation['outputs']> = {
  get: resource => listOf(resource['output']).flatMap(row => referenceIn(row) ?? []),
  set: (resource, outputs) => {
    const rows = listOf(resource['output'])
    const left = [...outputs]
    const kept = rows.filter(row => {
      const reference = referenceIn(row)
      const at = reference === undefined ? -1 : left.indexOf(reference)
      if (at >= 0) left.splice(at, 1)
      return reference === undefined || at >= 0
    })
    const inOrder = sameOrder(kept, outputs) ? kept : kept.filter(row => referenceIn(row) === undefined)
    const added = inOrder === kept ? left : outputs
    return withElement(resource, 'output', [
      ...inOrder,
      ...added.map(reference => ({ type: { text: 'Result' }, valueReference: { reference } })),
    ])
  },
}

/** Rows of `output` that hold something else than a reference are their author's: read, never written. */
const otherOutputs: Slot<number | undefined> = {
  get: resource => {
    const others = listOf(resource['output']).filter(row => referenceIn(row) === undefined)
    return others.length === 0 ? undefined : others.length
  },
  set: resource => resource,
}

const referenceIn = (row: unknown): string | undefined =>
  isObject(row) ? textOf(objectOf(row['valueReference'])['reference']) : undefined

/** Whether the rows kept are the beginning of the list wanted. */
const sameOrder = (rows: readonly unknown[], outputs: readonly string[]): boolean =>
  rows.flatMap(row => referenceIn(row) ?? []).every((reference, i) => outputs[i] === reference)

interface TaskBirth {
  readonly id: string
  readonly patient: string
  readonly key: string
}

function blankTask(
  { id, patient, key }: TaskBirth,
  { obligation, taskCode }: CaseNames,
): Resource & { readonly id: string } {
  const rule = key.split('/')[1] ?? ''
  const task: Task = {
    resourceType: 'Task',
    id,
    identifier: [{ system: obligation, value: key }],
    status: 'requested',
    intent: 'order',
    code: { coding: [{ system: taskCode, code: rule }] },
    for: { reference: `Patient/${patient}` },
  }
  return asResource(task)
}
