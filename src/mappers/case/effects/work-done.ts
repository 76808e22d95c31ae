import { startMsOf } from '../../../lib/fhir-time.ts'
import type { CareFact } from '../../../care-plan/duties/care-facts.ts'
import { OPENED } from '../../../care-plan/triggers/care-triggers.ts'
import { evidenceOf } from '../../../care-plan/duties/duties.ts'
import { ruleNamed } from '../../../care-plan/duties/duty-rules.ts'
import { fulfilmentOf } from '../../../care-plan/duties/fulfilment.ts'
import type { StayFacts } from '../../../care-plan/stays/stay-facts.ts'
import type { NamedDuty, TaskInput } from './task-effects.ts'
import type { TaskState } from '../lenses/task-lens.ts'

/**
 * What met a duty before its trigger was taken back: until that was recorded, or else until the Task was last changed,
 * for what happens later has nothing to do with it.
 */
export function workDone(
  duty: NamedDuty,
  before: TaskState,
  { facts, context }: Pick<TaskInput, 'facts' | 'context'>,
): CareFact | undefined {
  const rule = ruleNamed(duty.rule)
  const evidence = evidenceOf(context)(duty.caseId)
  if (!rule || !evidence || before.authored === undefined) return undefined
  const { timeZone } = context
  const encounter = before.focus?.replace(/^Encounter\//, '')
  const found = fulfilmentOf(
    rule.id,
    {
      kind: duty.trigger === OPENED ? 'engagement' : rule.on,
      id: duty.trigger,
      atMs: startMsOf(before.authored, timeZone),
      ...(encounter !== undefined && { encounter }),
    },
    evidence,
  )
  const until = withdrawnAt(duty.trigger, facts) ?? before.modified
  return found && until !== undefined && found.atMs <= startMsOf(until, timeZone) ? found : undefined
}

/** When it became known that a trigger doesn't hold; undefined when its movement is no longer known. */
export function withdrawnAt(trigger: string, facts: StayFacts): string | undefined {
  const movement = facts.byId.get(trigger)
  return movement?.cancelledAt ?? movement?.recorded
}
