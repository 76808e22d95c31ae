import type { PatientContact, Reference, RelatedPerson } from '@medplum/fhirtypes'
import type { Segment } from '../../../hl7v2/segment.ts'
import { derived, type Derived } from '../resources/derived.ts'
import { gt1RelatedPerson } from '../maps/gt1-related-person.ts'
import { isSelf } from '../maps/in1-coverage.ts'
import { nk1Patient, nk1RelatedPerson } from '../maps/nk1-related-person.ts'
import { applyRows } from '../rows.ts'
import type { Scope } from '../registers/scope.ts'
import { xonToReference } from '../types/xon-organization.ts'
import { itemsOf, noteExtensions, type Item } from './item.ts'

/** NK1: next of kin and associated parties. */
export const parties = (scope: Scope): readonly Item[] => itemsOf(scope, 'NK1', 'RelatedPerson')

/** GT1: who answers for the account. */
export const guarantors = (scope: Scope): readonly Item[] => itemsOf(scope, 'GT1', 'RelatedPerson')

/** NK1-7 or NK1-3 names an organisation: employer, agency, insurer (HL7 tables 0131, 0063). */
const isOrganization = (nk1: Segment): boolean =>
  ['E', 'F', 'I', 'S'].includes(nk1.text(7)?.toUpperCase() ?? '') || nk1.text(3)?.toUpperCase() === 'EMR'

/** Next of kin and associated parties. One who is no longer listed is inactive, not gone. */
export function relatedPersons(scope: Scope, items: readonly Item[]): readonly Derived[] {
  return items.flatMap(({ item, segment, followers, context, id }) =>
    isOrganization(segment)
      ? []
      : derived<RelatedPerson>({
          resourceType: 'RelatedPerson',
          id,
          extension: noteExtensions(followers, context),
          active: item.isCurrent,
          patient: scope.subject,
          ...(applyRows(nk1RelatedPerson, segment, context) as Partial<RelatedPerson>),
        }),
  )
}

/** Associated organisations, as Patient.contact. */
export function contactsOf(items: readonly Item[]): PatientContact[] | undefined {
  const contacts = items
    .filter(({ item, segment }) => item.isCurrent && isOrganization(segment))
    .flatMap(({ segment, context }) => {
      const [contact] = (applyRows(nk1Patient, segment, context)['contact'] ?? []) as PatientContact[]
      return contact && hasContent(contact) ? [contact] : []
    })
  return contacts.length > 0 ? contacts : undefined
}

/** Invariant pat-1: a contact has a name, telecom, address or organization. */
const hasContent = ({ name, telecom, address, organization }: PatientContact): boolean =>
  Boolean(name ?? telecom ?? address ?? organization)

type Guarantor = 'patient' | 'person' | 'organization'

/** GT1-11 may say that the patient pays himself; GT1-21 names an organisation. */
function kindOf(gt1: Segment): Guarantor | undefined {
  if (isSelf(gt1.text(11))) return 'patient'
  if (gt1.text(3) || gt1.text(3, 2)) return 'person'
  return gt1.text(21) ? 'organization' : undefined
}

/** Guarantors who are people other than the patient. */
export function guarantorPersons(scope: Scope, items: readonly Item[]): readonly Derived[] {
  return items.flatMap(({ item, segment, followers, context, id }) =>
    kindOf(segment) === 'person'
      ? derived<RelatedPerson>({
          resourceType: 'RelatedPerson',
          id,
          extension: noteExtensions(followers, context),
          active: item.isCurrent,
          patient: scope.subject,
          ...(applyRows(gt1RelatedPerson, segment, context) as Partial<RelatedPerson>),
        })
      : [],
  )
}

/** Account.guarantor.party. */
export function guarantorParty(scope: Scope, { segment, context, id }: Item): Reference<never> | undefined {
  switch (kindOf(segment)) {
    case 'patient':
      return scope.subject
    case 'person':
      return { reference: `RelatedPerson/${id}` }
    case 'organization':
      return xonToReference(segment.repetitions(21)[0], context) as Reference<never> | undefined
    default:
      return undefined
  }
}
