import type { CaseFile } from '../../../care-plan/case/case-file.ts'
import type { InvariantContext } from '../../../care-plan/invariants/invariant.ts'
import { invariants } from '../../../care-plan/invariants/invariants.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { isWorkedOn, type CaseLenses } from '../case-record.ts'
import { textOf } from '../lenses/json-edit.ts'
import { tagOf } from '../lenses/slots.ts'
import { dutyNamed, LAW_TRIGGER } from '../effects/task-effects.ts'
import { isOpenTask } from '../lenses/task-lens.ts'
import { writeTask } from '../lenses/write-task.ts'

/** Rules that speak of a state, so that it can be seen without what was before whether they hold again. */
const STATE_RULES: ReadonlySet<string> = new Set(['I2', 'I3'])

const RULE_STEP = /:(I\d+)$/
const HOLDS_AGAIN = 'the rule holds again'

export interface Mended {
  /** All that stands of the case when everything is written. */
  readonly resources: readonly Resource[]
  readonly caseId: string
  /** Whether a resource is the case's own: the same patient's other cases have their own rules. */
  readonly isOfCase: (resource: Resource) => boolean
  /** Asked for only where there is something to look at. */
  readonly fileOf: () => CaseFile | undefined
  readonly lenses: CaseLenses
  readonly context: InvariantContext
}

/**
 * Peers send a plan in pieces: what broke a rule until the rest came is mended by it. The reviews that nobody has begun
 * are withdrawn, and the flags with the last of them. What is mended was never wrong, so nobody needs to look.
 */
export function mendedRules(mend: Mended): readonly Resource[] {
  const { resources, caseId, isOfCase, fileOf, lenses, context } = mend
  const reviews = resources
    .filter(({ resourceType, status }) => resourceType === 'Task' && isOpenTask(textOf(status) ?? ''))
    .flatMap(task => {
      const duty = dutyNamed(task, lenses)
      const isOurs = duty?.caseId === caseId && duty.trigger.startsWith(LAW_TRIGGER)
      const rule = isOurs ? RULE_STEP.exec(duty.trigger)?.[1] : undefined
      return rule === undefined ? [] : [{ task, rule }]
    })
  const file = reviews.length > 0 ? fileOf() : undefined
  if (!file) return []
  const mended = reviews.filter(({ task, rule }) => holds(rule, file, context) && !isWorkedOn(task, lenses))
  if (mended.length === 0) return []
  const withdrawn = mended.map(({ task }) => withdrawnReview(task, context, lenses))
  if (mended.length < reviews.length) return withdrawn
  const flag = tagOf(lenses.names.flag, 'rule-broken')
  const flagged = resources.filter(resource => flag.get(resource) && isOfCase(resource))
  return [...withdrawn, ...flagged.map(resource => flag.set(resource, false))]
}

function holds(number: string, file: CaseFile, context: InvariantContext): boolean {
  const rule = invariants.find(one => one.number === number)
  return rule !== undefined && STATE_RULES.has(number) && rule.violations(file, file, context).length === 0
}

function withdrawnReview(task: Resource, { at }: InvariantContext, lenses: CaseLenses): Resource {
  const state = lenses.task.read(task)
  const standing = { own: state.standing.own, overlay: { state: 'cancelled', reason: HOLDS_AGAIN } }
  const told = { standing, statusReason: HOLDS_AGAIN, isMissed: false, outputs: [], modified: at }
  return writeTask(task, { ...state, ...told }, lenses)
}

/** A review as it stood before the rule held for a while; the very same where that isn't why it is closed. */
export function revivedReview(task: Resource, at: string, lenses: CaseLenses): Resource {
  const state = lenses.task.read(task)
  const { own, overlay } = state.standing
  if (overlay?.reason !== HOLDS_AGAIN) return task
  return writeTask(task, { ...state, standing: { own }, statusReason: undefined, modified: at }, lenses)
}
