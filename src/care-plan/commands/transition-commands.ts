import { Type } from 'typebox'
import { ok, type Result } from '../../lib/result.ts'
import type { CaseFile } from '../case-file.ts'
import { command, type Command } from '../command.ts'
import type { DomainEvent } from '../domain-event.ts'
import { foundNoun } from '../found-noun.ts'
import { legalMove } from '../legal-move.ts'
import { transitionMachine, type Transition } from '../nouns/contact.ts'
import { idField, partyField } from '../payload.ts'

const transition = idField('The transition.')

const recordDischargeInfo = command({
  name: 'RecordDischargeInfo',
  summary: 'Records that the discharge summary came in: meets the duty to have it within two days.',
  payload: Type.Object({ transition }, { additionalProperties: false }),
  decide: (file, payload, { at }) =>
    stepOf(file, payload.transition, 'RecordDischargeInfo', { dischargeInfoAt: at }),
})

const reconcileMedication = command({
  name: 'ReconcileMedication',
  summary: 'Records that the medicines before and after the stay were reconciled.',
  payload: Type.Object(
    {
      transition,
      by: Type.Optional(
        partyField('The prescriber, pharmacist or nurse who did it; who sends the command when absent.'),
      ),
    },
    { additionalProperties: false },
  ),
  decide: (file, payload, { at, actor }) =>
    stepOf(file, payload.transition, 'ReconcileMedication', {
      medRecAt: at,
      medRecBy: payload.by ?? actor,
    }),
})

const completeTransition = command({
  name: 'CompleteTransition',
  summary: 'Ends a transition: the patient is stable where he or she is.',
  payload: Type.Object({ transition }, { additionalProperties: false }),
  decide: (file, payload) => stepOf(file, payload.transition, 'CompleteTransition', {}),
})

function stepOf(
  file: CaseFile,
  id: string,
  name: string,
  fields: Partial<Transition>,
): Result<readonly DomainEvent[]> {
  const found = foundNoun(file, 'transition', id)
  if (!found.ok) return found
  const move = legalMove(transitionMachine, found.value.state, name)
  if (!move.ok) return move
  const { event, to } = move.value
  const changes = { ...(to !== found.value.state && { state: to }), ...fields }
  return ok([{ type: event, noun: 'transition', id, changes }])
}

export const transitionCommands: readonly Command[] = [
  recordDischargeInfo,
  reconcileMedication,
  completeTransition,
]
