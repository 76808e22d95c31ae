import { Type } from 'typebox'
import { fail, ok, type Result } from '../../lib/result.ts'
import type { CaseFile } from '../case/case-file.ts'
import { command, type Command } from './command.ts'
import type { DomainEvent } from '../machines/domain-event.ts'
import { foundNoun } from './found-noun.ts'
import { legalMove } from '../machines/legal-move.ts'
import { strengthKinds, strengthMachine, type Strength } from '../nouns/assessment.ts'
import { idField, textField } from './payload.ts'
import { endedCase } from '../plan/plan-change.ts'
import { closed } from './assessment-payloads.ts'

const strengthField = idField('Id of the strength')
const whyField = textField('Why, in the words of who says so.')

const recordStrength = command({
  name: 'RecordStrength',
  summary: 'Records what helps the client: family, friends, community, home, own skills.',
  payload: Type.Object(
    {
      kind: Type.Enum([...strengthKinds], { description: 'Of which kind it is' }),
      text: textField('The strength in words', 500),
      embodiedBy: Type.Optional(
        Type.String({
          description: 'Who or what embodies it: `RelatedPerson/x` or `Organization/x`',
          pattern: '^(RelatedPerson|Organization)/[A-Za-z0-9\\-.]{1,64}$',
        }),
      ),
    },
    closed,
  ),
  decide: (file, payload, { newId, actor, at }) => {
    const ended = endedCase(file, 'RecordStrength')
    if (ended) return fail(ended)
    const id = newId('strength')
    const strength: Strength = { id, state: 'active', ...payload, by: actor, at, linkedTo: [] }
    return ok([{ type: 'StrengthIdentified', noun: 'strength', id, changes: strength }])
  },
})

interface StrengthMove {
  readonly id: string
  readonly command: string
  readonly changes?: Partial<Strength>
  readonly reason?: string | undefined
}

function movedStrength(
  file: CaseFile,
  { id, command: name, changes = {}, reason }: StrengthMove,
): Result<readonly DomainEvent[]> {
  const found = foundNoun(file, 'strength', id)
  if (!found.ok) return found
  const move = legalMove(strengthMachine, found.value.state, name)
  if (!move.ok) return move
  return ok([
    {
      type: move.value.event,
      noun: 'strength',
      id,
      changes: { ...changes, state: move.value.to },
      ...(reason !== undefined && { reason }),
    },
  ])
}

const linkStrength = command({
  name: 'LinkStrength',
  summary: 'Links a strength to the goals and activities that build on it.',
  payload: Type.Object(
    {
      strength: strengthField,
      to: Type.Array(idField('Id of a goal or an activity'), {
        description: 'Ids of goals and activities',
        minItems: 1,
        maxItems: 50,
        uniqueItems: true,
      }),
    },
    closed,
  ),
  decide: (file, { strength: id, to }) => {
    const found = foundNoun(file, 'strength', id)
    if (!found.ok) return found
    for (const linked of to) {
      const goal = foundNoun(file, 'goal', linked)
      const activity = goal.ok ? goal : foundNoun(file, 'activity', linked)
      if (!activity.ok) return activity
    }
    const linkedTo = [...new Set([...found.value.linkedTo, ...to])]
    return movedStrength(file, { id, command: 'LinkStrength', changes: { linkedTo } })
  },
})

const confirmStrength = command({
  name: 'ConfirmStrength',
  summary: 'Confirms a strength that answers spoke for.',
  payload: Type.Object({ strength: strengthField }, closed),
  decide: (file, { strength }) => movedStrength(file, { id: strength, command: 'ConfirmStrength' }),
})

const deactivateStrength = command({
  name: 'DeactivateStrength',
  summary: 'A strength does not help any more, or never did.',
  payload: Type.Object({ strength: strengthField, reason: Type.Optional(whyField) }, closed),
  decide: (file, { strength, reason }) =>
    movedStrength(file, {
      id: strength,
      command: 'DeactivateStrength',
      changes: reason === undefined ? {} : { reason },
      reason,
    }),
})

const reactivateStrength = command({
  name: 'ReactivateStrength',
  summary: 'A strength helps again.',
  payload: Type.Object({ strength: strengthField }, closed),
  decide: (file, { strength }) =>
    movedStrength(file, {
      id: strength,
      command: 'ReactivateStrength',
      changes: { reason: undefined } as unknown as Partial<Strength>,
    }),
})

export const strengthCommands: readonly Command[] = [
  recordStrength,
  confirmStrength,
  linkStrength,
  deactivateStrength,
  reactivateStrength,
]
