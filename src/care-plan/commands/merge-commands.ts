import { Type } from 'typebox'
import { laterOf } from '../../lib/fhir-time.ts'
import { fail, ok, type Failure } from '../../lib/result.ts'
import { caseChanged } from '../case/case-course.ts'
import type { CaseFile } from '../case/case-file.ts'
import { command, type Command } from './command.ts'
import { legalMove } from '../machines/legal-move.ts'
import { caseMachine } from '../machines/machines.ts'
import { idField, textField } from './payload.ts'
import { endedStates, legalCommands } from '../case/case.ts'
import { ended, unmetCondition } from './case-command.ts'

const closed = { additionalProperties: false } as const

const mergeCases = command({
  name: 'MergeCases',
  summary:
    'Joins a duplicate to this case: the other one is closed as a duplicate with all its parts as they are, and its open duties fall away. UnmergeCases takes it back.',
  payload: Type.Object(
    {
      other: idField('Id of the case of the same patient that doubles this one.'),
      reason: textField('How it is known that both are one.'),
    },
    closed,
  ),
  decide: (file, { other: id, reason }, { at }, others) => {
    const { case: root } = file
    if (endedStates.has(root.state)) return fail(ended(root, 'MergeCases'))
    if (id === root.id) return fail(sameCase)
    const other = others?.(id)
    if (!other || other.case.patient !== root.patient) return fail(otherUnknown)
    const move = legalMove(caseMachine, other.case.state, 'MergeCases')
    if (!move.ok) return fail({ ...move.failure, legal: leftOf(other) })
    const { event, to } = move.value
    return ok([
      caseChanged(root, event, { mergedFrom: [...(root.mergedFrom ?? []), id] }, reason),
      caseChanged(
        other.case,
        event,
        { state: to as 'closed', ...joined(other, root.id, at), reason },
        reason,
      ),
    ])
  },
})

/** What is possible on a case that can't be joined to another where it stands. */
const leftOf = ({ case: root }: CaseFile): readonly string[] =>
  legalCommands(root).filter(name => name !== 'MergeCases')

/** What tells of the merge on the case that ends by it, and what it takes to go back. */
function joined({ case: other }: CaseFile, into: string, at: string): Partial<CaseFile['case']> {
  const { state, isWaitlisted, since, reason, start } = other
  return {
    isWaitlisted: false,
    since: at,
    end: start === undefined ? at : laterOf(start, at),
    closure: { reason: 'duplicate' },
    mergedInto: {
      case: into,
      state,
      ...(isWaitlisted && { waited: 'yes' }),
      ...(since !== undefined && { since }),
      ...(reason !== undefined && { reason }),
    },
  }
}

const unmergeCases = command({
  name: 'UnmergeCases',
  summary: 'Takes the merge of this case into another one back: it goes on where it stood.',
  payload: Type.Object({ reason: textField('How it is known that they are two.') }, closed),
  decide: (file, { reason }, { at }, others) => {
    const { case: root } = file
    const move = legalMove(caseMachine, root.state, 'UnmergeCases')
    if (!move.ok) return fail({ ...move.failure, legal: legalCommands(root) })
    const { mergedInto } = root
    if (!mergedInto) return fail(notMerged)
    const survivor = others?.(mergedInto.case)?.case
    const back = caseChanged(
      root,
      move.value.event,
      {
        state: mergedInto.state,
        isWaitlisted: mergedInto.waited === 'yes',
        since: at,
        reason: mergedInto.reason,
        end: undefined,
        closure: undefined,
        mergedInto: undefined,
      },
      reason,
    )
    if (!survivor) return ok([back])
    const rest = (survivor.mergedFrom ?? []).filter(id => id !== root.id)
    const mergedFrom = rest.length > 0 ? rest : undefined
    return ok([back, caseChanged(survivor, move.value.event, { mergedFrom }, reason)])
  },
})

const sameCase = unmetCondition('MergeCases needs another case than the one it is sent to.')
const notMerged = unmetCondition('UnmergeCases is for a case that was merged into another one.')

const otherUnknown: Failure = {
  kind: 'not-found',
  code: 'unknown-noun',
  message: 'The patient has no other case with the id given.',
  expression: 'other',
}

/** Commands on two cases that turn out to be one, or one that turns out to be two. */
export const mergeCommands: readonly Command[] = [mergeCases, unmergeCases]
