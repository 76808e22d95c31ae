import type { FailureIssue } from '../../lib/result.ts'
import { sameValue } from '../../lib/same-value.ts'
import { parseJson } from '../../lib/json.ts'
import type { Resource } from '../../fhir/resource.ts'
import type { FhirDeps } from '../fhir/fhir-deps.ts'
import { outcome, type Outcome } from '../../fhir/outcome.ts'
import type { MergeDone, MergeRequest } from './merge-patients.ts'

/** The Parameters that `$merge` and `$unmerge` answer: input, outcome, result and the Task that asks people to look. */
export async function mergeAnswer(
  { store, tenant }: Pick<FhirDeps, 'store' | 'tenant'>,
  done: MergeDone,
  { request, input }: { readonly request: MergeRequest; readonly input?: Resource },
): Promise<Resource> {
  const [review] = request.preview ? [] : done.reviews
  const id = review?.slice('Task/'.length)
  const task = id === undefined ? undefined : await store.read(tenant, { type: 'Task', id })
  return {
    resourceType: 'Parameters',
    parameter: [
      ...(input ? [{ name: 'input', resource: input }] : []),
      { name: 'outcome', resource: mergeOutcome(done, request) },
      { name: 'result', resource: done.result },
      ...(task ? [{ name: 'task', resource: parseJson(task.content) as Resource }] : []),
    ],
  }
}

/**
 * What a merge did, or would do, as an OperationOutcome: how many resources of each type, what of the two patients
 * contradicts, and what people have to look at. Names elements and types, never a value.
 */
function mergeOutcome(done: MergeDone, { does, preview }: Pick<MergeRequest, 'does' | 'preview'>): Outcome {
  const { changed, doubtful, reviews, isRepeat } = done
  if (isRepeat) return outcome([told('This request was answered before: nothing was done now.')])
  const counts = Map.groupBy(changed, key => key.slice(0, key.indexOf('/')))
  const verb = preview ? 'would change' : 'changed'
  return outcome([
    told(headlines[does][preview ? 'preview' : 'done']),
    ...[...counts].map(([type, keys]) => told(`${type}: ${keys.length} ${verb}.`, type)),
    ...(does === 'merge' ? conflicts(done) : []),
    ...doubtful.map(type =>
      warned(`A ${type} was changed by people since the merge: look whose it is.`, type),
    ),
    ...(reviews.length > 0
      ? [warned(`${reviews.length} Task(s) ${preview ? 'would ask' : 'ask'} people to look.`, 'Task')]
      : []),
  ])
}

const headlines = {
  merge: {
    preview: 'Nothing was written. The two patients can be merged; this would change:',
    done: 'The two patients are one.',
  },
  unmerge: {
    preview: 'Nothing was written. The merge can be taken back; this would change:',
    done: 'The two patients are two again, as they were.',
  },
} as const

const told = (diagnostics: string, expression?: string): FailureIssue => ({
  ...{ severity: 'information', code: 'informational', diagnostics },
  ...(expression !== undefined && { expression }),
})

const warned = (diagnostics: string, expression: string): FailureIssue => ({
  severity: 'warning',
  code: 'conflict',
  diagnostics,
  expression,
})

/** Elements of which one person has one value for life, or nearly. */
const TELLING = [
  'birthDate',
  'gender',
  'deceasedDateTime',
  'deceasedBoolean',
  'multipleBirthInteger',
] as const

const conflicts = ({ before: { source, target } }: MergeDone): readonly FailureIssue[] =>
  TELLING.filter(
    name =>
      source[name] !== undefined && target[name] !== undefined && !sameValue(source[name], target[name]),
  ).map(name => warned(`The two differ in ${name}: the target's holds.`, `Patient.${name}`))
