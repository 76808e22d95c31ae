import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import { endedStates, legalCommands } from '../case/case.ts'
import type { CaseFile } from '../case/case-file.ts'
import type { DomainEvent } from '../machines/domain-event.ts'

/** One event, or why there is none. */
export const asList = (result: Result<DomainEvent>): Result<readonly DomainEvent[]> =>
  result.ok ? ok([result.value]) : result

/** A condition of a command that isn't fulfilled (422). */
export const unmetCondition = (message: string): Failure => ({
  kind: 'business-rule',
  code: 'case-condition',
  message,
})

/** Gives the events while the case goes on, else refuses the command with what is legal. */
export const whileRunning = (
  { case: root }: CaseFile,
  name: string,
  events: readonly DomainEvent[],
): Result<readonly DomainEvent[]> => (endedStates.has(root.state) ? fail(ended(root, name)) : ok(events))

export const ended = (root: CaseFile['case'], name: string): Failure => ({
  kind: 'illegal-transition',
  code: 'illegal-transition',
  message: `${name} is not possible while the case is ${root.state}.`,
  legal: legalCommands(root),
})
