import { Type, type Static } from 'typebox'
import { ok, type Result } from '../../lib/result.ts'
import { identifiedCase } from './case.ts'
import { caseTypes } from './case-rules.ts'
import type { CommandContext } from '../commands/command.ts'
import type { DomainEvent } from '../machines/domain-event.ts'
import { assignerKinds, type CaseRoot } from '../nouns/case-root.ts'
import { idField, organizationField, textField } from '../commands/payload.ts'

/** Body of `POST /cases`. */
export const identifyCasePayload = Type.Object(
  {
    patient: idField('Id of the Patient.'),
    caseType: Type.Enum([...caseTypes], { description: 'Type of the case.' }),
    assigner: Type.Optional(
      organizationField('The insurer, hospital or ambulatory provider that assigns it.'),
    ),
    assignerKind: Type.Optional(Type.Enum([...assignerKinds], { description: 'What the assigner is.' })),
    reason: textField('Why this patient may need case management.'),
  },
  { additionalProperties: false },
)

export type IdentifyCase = Static<typeof identifyCasePayload>

/** A case is born: identified, nothing else known. */
export function identifyCase(
  payload: IdentifyCase,
  { at, newId }: Pick<CommandContext, 'at' | 'newId'>,
): Result<CaseRoot> {
  const { patient, caseType, assigner, assignerKind, reason } = payload
  return ok({
    id: newId('case'),
    patient,
    ...identifiedCase,
    since: at,
    reason,
    caseType,
    start: at,
    ...(assigner !== undefined && { assigner }),
    ...(assignerKind !== undefined && { assignerKind }),
    models: [],
    outreach: [],
    overrides: [],
    isContactProhibited: false,
  })
}

/** The event of its birth. */
export const caseIdentified = (root: CaseRoot): DomainEvent => ({
  type: 'CaseIdentified',
  noun: 'case',
  id: root.id,
  changes: root,
  ...(root.reason !== undefined && { reason: root.reason }),
})
