import { Type, type Static } from 'typebox'
import type { CommandContext } from './command.ts'
import type { DomainEvent } from '../machines/domain-event.ts'
import type { RedFlag } from '../nouns/contact.ts'
import { textField } from './payload.ts'

/** A red flag as it is told: a code of `{cm}/CodeSystem/red-flag` or the tenant's own list. */
export const redFlagField = Type.Object(
  {
    code: Type.String({
      description: 'Code of the red flag, e.g. `new-symptom`; tenants keep lists of their own.',
      pattern: '^[a-z0-9]+(-[a-z0-9]+)*$',
      maxLength: 64,
    }),
    text: Type.Optional(textField('What was seen or said.')),
  },
  { additionalProperties: false },
)

/** The event of a red flag that somebody found, in a contact or by itself. */
export function raisedFlag(
  { code, text, contact }: Static<typeof redFlagField> & { readonly contact?: string },
  { newId, at, actor }: Pick<CommandContext, 'newId' | 'at' | 'actor'>,
): DomainEvent {
  const id = newId('flag')
  const changes: RedFlag = {
    id,
    state: 'open',
    code,
    ...(text !== undefined && { text }),
    at,
    by: actor,
    ...(contact !== undefined && { contact }),
  }
  return { type: 'RedFlagRaised', noun: 'flag', id, changes }
}
