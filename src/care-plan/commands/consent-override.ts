import { Type } from 'typebox'
import type { CasePatch } from '../case/case-course.ts'
import type { Stamp } from '../machines/domain-event.ts'
import type { CaseRoot } from '../nouns/case-root.ts'
import { textField } from './payload.ts'

/** Payload field of commands that share the case. */
export const overrideField = Type.Optional(
  textField('Why it is shared although no consent covers it; whoever says so answers for it.'),
)

/** The case with a share that somebody answers for; nothing when no reason was given. */
export function overridden(
  { overrides }: CaseRoot,
  { recipient, reason }: { readonly recipient: string; readonly reason: string | undefined },
  { actor, at }: Pick<Stamp, 'actor' | 'at'>,
): CasePatch {
  if (reason === undefined) return {}
  return { overrides: [...overrides, { recipient, reason, by: actor, at }] }
}
