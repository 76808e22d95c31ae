import { Type } from 'typebox'
import { fail, ok, type Result } from '../../lib/result.ts'
import type { CaseFile } from '../case/case-file.ts'
import { command, type Command } from './command.ts'
import type { DomainEvent } from '../machines/domain-event.ts'
import { foundNoun } from './found-noun.ts'
import { legalMove } from '../machines/legal-move.ts'
import { barrierMachine, type Barrier } from '../nouns/assessment.ts'
import { idField, textField } from './payload.ts'
import { endedCase, unknownIn } from '../plan/plan-change.ts'
import { closed, codedField } from './assessment-payloads.ts'

const barrierField = idField('Id of the barrier')
const whyField = textField('Why, in the words of who says so.')

const raiseBarrier = command({
  name: 'RaiseBarrier',
  summary: 'Tells of something that stands in the way, of a goal or of all.',
  payload: Type.Object(
    {
      text: textField('The barrier in words', 500),
      code: Type.Optional(codedField('A public code for it, e.g. SNOMED CT 160695008')),
      goal: Type.Optional(idField('Id of the goal that it stands in the way of')),
    },
    closed,
  ),
  decide: (file, payload, { newId, actor, at }) => {
    const { goal } = payload
    const failure =
      endedCase(file, 'RaiseBarrier') ?? (goal === undefined ? undefined : unknownIn(file, 'goal', [goal]))
    if (failure) return fail(failure)
    const id = newId('barrier')
    const barrier: Barrier = { id, state: 'open', ...payload, by: actor, at }
    return ok([{ type: 'BarrierRaised', noun: 'barrier', id, changes: barrier }])
  },
})

function movedBarrier(
  file: CaseFile,
  id: string,
  name: string,
  reason?: string,
): Result<readonly DomainEvent[]> {
  const found = foundNoun(file, 'barrier', id)
  if (!found.ok) return found
  const move = legalMove(barrierMachine, found.value.state, name)
  if (!move.ok) return move
  const why = reason === undefined ? {} : { reason }
  return ok([
    { type: move.value.event, noun: 'barrier', id, changes: { ...why, state: move.value.to }, ...why },
  ])
}

const confirmBarrier = command({
  name: 'ConfirmBarrier',
  summary: 'Confirms a barrier that answers spoke for.',
  payload: Type.Object({ barrier: barrierField }, closed),
  decide: (file, { barrier }) => movedBarrier(file, barrier, 'ConfirmBarrier'),
})

const removeBarrier = command({
  name: 'RemoveBarrier',
  summary: 'A barrier is out of the way: how, or why it never was one.',
  payload: Type.Object({ barrier: barrierField, reason: whyField }, closed),
  decide: (file, { barrier, reason }) => movedBarrier(file, barrier, 'RemoveBarrier', reason),
})

const acceptBarrier = command({
  name: 'AcceptBarrier',
  summary: 'A barrier stays, and the plan lives with it.',
  payload: Type.Object({ barrier: barrierField, reason: Type.Optional(whyField) }, closed),
  decide: (file, { barrier, reason }) => movedBarrier(file, barrier, 'AcceptBarrier', reason),
})

export const barrierCommands: readonly Command[] = [
  raiseBarrier,
  confirmBarrier,
  removeBarrier,
  acceptBarrier,
]
