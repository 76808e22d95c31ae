import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import type { Resource } from '../../fhir/resource.ts'
import { isDerived, type CaseLenses } from './case-record.ts'
import { changedElements, withDerivedElements } from './derived-task.ts'
import { objectOf, textOf, withElement } from './json-edit.ts'
import { sameValue } from './lens.ts'
import type { CaseNames } from './names.ts'
import { extensionOf, withExtension } from './slots.ts'
import { withoutMark } from './standing.ts'
import { checkedMove } from './status-tables.ts'

export interface StatusChange {
  readonly before: Resource | undefined
  readonly after: Resource
}

const statusOf = (resource: Resource): string => textOf(resource['status']) ?? ''

/** A Task of a case: the status moves by the table, what was derived from facts stays derived. */
export function lawfulTask({ before, after }: StatusChange, lenses: CaseLenses): Result<Resource> {
  if (!before) return ok(after)
  const move = checkedMove('Task', statusOf(before), statusOf(after))
  if (!move.ok) return move
  const changed = isDerived(before, lenses.names) ? changedElements(before, after, lenses.names) : []
  if (changed.length > 0) return fail(derivedElement(changed))
  return ok(kept({ before, after }, lenses))
}

export function lawfulPlan({ before, after }: StatusChange, lenses: CaseLenses): Result<Resource> {
  if (!before) return ok(after)
  const move = checkedMove('CarePlan', statusOf(before), statusOf(after))
  if (!move.ok) return move
  const plan = kept({ before, after }, lenses)
  if (!isDerived(before, lenses.names)) return ok(plan)
  const isCompleted = statusOf(after) === 'completed' && statusOf(before) !== 'completed'
  const state = isCompleted ? 'stabilised' : lenses.plan.read(before).state
  return ok(lenses.plan.write(plan, { ...lenses.plan.read(plan), state }))
}

export function lawfulTeam({ before, after }: StatusChange, lenses: CaseLenses): Result<Resource> {
  if (!before) return ok(after)
  const move = checkedMove('CareTeam', statusOf(before), statusOf(after))
  if (!move.ok) return move
  const team = kept({ before, after }, lenses)
  const { members } = lenses.team.read(before)
  return ok(lenses.team.write(team, { ...lenses.team.read(team), members }))
}

/** What a peer wrote, without a mark that says that facts gave the status; what was derived from facts stays derived. */
export function recordedStatus({ before, after }: StatusChange, { names }: CaseLenses): Resource {
  const own = withoutMark(after, names.derived)
  const isDuty = before?.resourceType === 'Task' && isDerived(before, names)
  return isDuty ? withDerivedElements(before, own, names) : own
}

/** Marks of what is derived are no business of a client: where the status is as it was, so are they. */
function kept(
  { before, after }: StatusChange & { readonly before: Resource },
  { names }: CaseLenses,
): Resource {
  const owned = extensionOf(before, names.derived)
  const marked = sameValue(extensionOf(after, names.derived), owned)
    ? after
    : withExtension(after, names.derived, owned)
  if (statusOf(before) !== statusOf(after)) return withoutMark(marked, names.derived)
  const [was, is] = [before, marked].map(resource =>
    extensionOf(objectOf(resource['_status']), names.derived),
  )
  return sameValue(was, is)
    ? marked
    : withElement(marked, '_status', withExtension(objectOf(marked['_status']), names.derived, was))
}

const derivedElement = (changed: readonly string[]): Failure => ({
  kind: 'business-rule',
  code: 'derived-element',
  message: `${changed.join(', ')} follows from the rule of this duty and can't be changed; cancel the Task to waive it.`,
  ...(changed[0] !== undefined && { expression: changed[0] }),
})
