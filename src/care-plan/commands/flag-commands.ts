import { Type } from 'typebox'
import { fail, ok } from '../../lib/result.ts'
import { command, type Command, type CommandContext } from './command.ts'
import type { DomainEvent } from '../machines/domain-event.ts'
import { foundNoun } from './found-noun.ts'
import { legalMove } from '../machines/legal-move.ts'
import type { Score } from '../nouns/assessment.ts'
import { flagConsequences, flagMachine, type RedFlag } from '../nouns/contact.ts'
import { idField, textField } from './payload.ts'
import { backwards } from './period-order.ts'
import { raisedFlag, redFlagField } from './raised-flag.ts'

const raiseRedFlag = command({
  name: 'RaiseRedFlag',
  summary: 'Tells of an early symptom or a danger that somebody must act on the same day.',
  payload: Type.Object(
    {
      ...redFlagField.properties,
      contact: Type.Optional(idField('The contact in which it was found.')),
    },
    { additionalProperties: false },
  ),
  decide: (file, payload, context) => {
    if (payload.contact !== undefined) {
      const contact = foundNoun(file, 'contact', payload.contact)
      if (!contact.ok) return contact
    }
    return ok([raisedFlag(payload, context)])
  },
})

const resolveRedFlag = command({
  name: 'ResolveRedFlag',
  summary: 'Says what a red flag led to; a visit instead of the emergency room is counted as an outcome.',
  payload: Type.Object(
    {
      flag: idField('The red flag.'),
      ledTo: Type.Enum([...flagConsequences], { description: 'Where the patient was seen for it.' }),
      note: Type.Optional(textField('What was done.')),
    },
    { additionalProperties: false },
  ),
  decide: (file, payload, context) => {
    const found = foundNoun(file, 'flag', payload.flag)
    if (!found.ok) return found
    const move = legalMove(flagMachine, found.value.state, 'ResolveRedFlag')
    if (!move.ok) return move
    const fault = backwards({ start: found.value.at, end: context.at })
    if (fault) return fail(fault)
    const { flag: id, ledTo, note } = payload
    const changes: Partial<RedFlag> = {
      state: 'resolved',
      end: context.at,
      ledTo,
      ...(note !== undefined && { note }),
    }
    return ok([
      { type: move.value.event, noun: 'flag', id, changes },
      ...outcomeOf(found.value, ledTo, context),
    ])
  },
})

/** Version of the rule below: what counts as an emergency room visit avoided (I22). */
const ER_AVOIDED_VERSION = '1'

/** An early symptom seen in the office instead of the emergency room, or not; nothing when neither was needed. */
function outcomeOf(
  flag: RedFlag,
  ledTo: RedFlag['ledTo'],
  { newId, actor, at }: CommandContext,
): readonly DomainEvent[] {
  if (ledTo !== 'ambulatory-visit' && ledTo !== 'emergency-room') return []
  const id = newId('score')
  const changes: Score = {
    id,
    state: 'final',
    measure: 'er-avoided',
    tableVersion: ER_AVOIDED_VERSION,
    value: ledTo === 'ambulatory-visit' ? 'yes' : 'no',
    inputs: [
      { name: 'red-flag', value: flag.id },
      { name: 'code', value: flag.code },
      { name: 'led-to', value: ledTo },
    ],
    at,
    by: actor,
    derivedFrom: [],
  }
  return [{ type: 'OutcomeRecorded', noun: 'score', id, changes }]
}

export const flagCommands: readonly Command[] = [raiseRedFlag, resolveRedFlag]
