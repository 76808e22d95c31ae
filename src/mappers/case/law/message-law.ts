import { laterOf } from '../../../lib/fhir-time.ts'
import { ruleBroken } from '../../../care-plan/invariants/invariant.ts'
import type { CaseRoot } from '../../../care-plan/nouns/case-root.ts'
import type { Resource } from '../../../fhir/resource.ts'
import type { Failure } from '../../../lib/result.ts'
import { listOf } from '../../../lib/list-of.ts'
import { objectOf, textOf } from '../lenses/json-edit.ts'

/** Statuses in which a message is prepared, under way or sent; of a request: in which it is to be sent. */
const OUTBOUND: Readonly<Record<string, ReadonlySet<string>>> = {
  Communication: new Set(['preparation', 'in-progress', 'completed']),
  CommunicationRequest: new Set(['active']),
}

/**
 * I9 of a message of a case that is no contact of its own (domain.md 4.4: contacts are two-way): sent, or asked to be sent,
 * to the patient or the family while contacting is prohibited. What was before is kept. Undefined = lawful.
 */
export function prohibitedMessage(
  was: Resource | undefined,
  is: Resource,
  root: CaseRoot | undefined,
): Failure | undefined {
  const { resourceType } = is
  const outbound = OUTBOUND[resourceType]
  if (!outbound || !root?.isContactProhibited || !isOutbound(is, outbound)) return undefined
  const isOld = was !== undefined && isOutbound(was, outbound) && sentAt(was) === sentAt(is)
  return isOld || isEarlier(sentAt(is), root.contactProhibition?.since)
    ? undefined
    : ruleBroken('I9', {
        message: `contacting the patient is prohibited, by message too; it can be allowed again by AllowContact. A ${resourceType} to others names them as recipient.`,
        expression: `${resourceType}.status`,
      })
}

const isOutbound = (message: Resource, statuses: ReadonlySet<string>): boolean =>
  statuses.has(textOf(message['status']) ?? '') && !isOfFamily(message['sender']) && isToFamily(message)

const isOfFamily = (reference: unknown): boolean =>
  /^(?:Patient|RelatedPerson)\//.test(textOf(objectOf(reference)['reference']) ?? '')

/** Without a recipient it is to whom it is about. */
function isToFamily(message: Resource): boolean {
  const recipients = listOf(message['recipient'])
  return recipients.length === 0 || recipients.some(isOfFamily)
}

const sentAt = (message: Resource): string | undefined =>
  message.resourceType === 'Communication' ? textOf(message['sent']) : undefined

const isEarlier = (at: string | undefined, since: string | undefined): boolean =>
  at !== undefined && since !== undefined && at !== since && laterOf(since, at) === since
