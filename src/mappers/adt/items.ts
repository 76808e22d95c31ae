import type {
  Condition,
  Coverage,
  EncounterDiagnosis,
  PatientContact,
  Reference,
  RelatedPerson,
} from '@medplum/fhirtypes'
import { derivedId } from '../../lib/ids.ts'
import type { Segment } from '../../hl7v2/segment.ts'
import { derived, type Derived } from './derived.ts'
import { readText } from './field-text.ts'
import { momentOf, type MapContext } from './map-context.ts'
import { dg1Condition, dg1Encounter, VERIFICATION } from './maps/dg1-condition.ts'
import { in1Coverage, isSelf } from './maps/in1-coverage.ts'
import { nk1Patient, nk1RelatedPerson } from './maps/nk1-related-person.ts'
import { readStamp } from './message-uri.ts'
import { groupItems, type GroupItem } from './registers.ts'
import { applyRows } from './rows.ts'
import { subjectOf, type Scope } from './scope.ts'
import { xonToReference } from './types/xon-organization.ts'

/** One segment of a list, read back, with the id of what it leads to. */
export interface Item {
  readonly item: GroupItem
  readonly segment: Segment
  readonly context: MapContext
  readonly id: string
}

/** Ids carry the source: what one source takes back must not touch what another one said (adt.md 3.2.9). */
function itemsOf(scope: Scope, group: string, type: string): readonly Item[] {
  return groupItems(scope.register, group).map(item => {
    const context = scope.contexts(item.source)
    const key = [scope.patientId, scope.visitId ?? '', item.source, group, item.key].join('|')
    return {
      item,
      segment: readText(item.text),
      context,
      id: derivedId(scope.shard, context.settings.tenant, type, key),
    }
  })
}

/** NK1: next of kin and associated parties. */
export const parties = (scope: Scope): readonly Item[] => itemsOf(scope, 'NK1', 'RelatedPerson')

/** DG1: diagnoses. */
export const diagnoses = (scope: Scope): readonly Item[] => itemsOf(scope, 'DG1', 'Condition')

/** NK1-7 or NK1-3 names an organisation: employer, agency, insurer (HL7 tables 0131, 0063). */
const isOrganization = (nk1: Segment): boolean =>
  ['E', 'F', 'I', 'S'].includes(nk1.text(7)?.toUpperCase() ?? '') || nk1.text(3)?.toUpperCase() === 'EMR'

/** Next of kin and associated parties. One who is no longer listed is inactive, not gone. */
export function relatedPersons(scope: Scope, listed: readonly Item[]): readonly Derived[] {
  return listed.flatMap(({ item, segment, context, id }) =>
    isOrganization(segment)
      ? []
      : derived<RelatedPerson>({
          resourceType: 'RelatedPerson',
          id,
          active: item.isCurrent,
          patient: subjectOf(scope),
          ...(applyRows(nk1RelatedPerson, segment, () => context) as Partial<RelatedPerson>),
        }),
  )
}

/** Associated organisations, as Patient.contact. */
export function contactsOf(listed: readonly Item[]): PatientContact[] | undefined {
  const contacts = listed
    .filter(({ item, segment }) => item.isCurrent && isOrganization(segment))
    .flatMap(({ segment, context }) => {
      const [contact] = (applyRows(nk1Patient, segment, () => context)['contact'] ?? []) as PatientContact[]
      return contact && hasContent(contact) ? [contact] : []
    })
  return contacts.length > 0 ? contacts : undefined
}

/** Invariant pat-1: a contact has a name, telecom, address or organization. */
const hasContent = ({ name, telecom, address, organization }: PatientContact): boolean =>
  Boolean(name ?? telecom ?? address ?? organization)

const CONDITION_CATEGORY = 'http://terminology.hl7.org/CodeSystem/condition-category'
const CONDITION_CLINICAL = 'http://terminology.hl7.org/CodeSystem/condition-clinical'

/** Diagnoses of the visit; one that is no longer listed was entered in error. */
export function conditions(scope: Scope, listed: readonly Item[]): readonly Derived[] {
  const encounter: Reference<never> | undefined =
    scope.visitId === undefined ? undefined : { reference: `Encounter/${scope.visitId}` }
  return listed.map(({ item, segment, context, id }) => {
    const said = applyRows(dg1Condition, segment, () => context) as Partial<Condition>
    const verificationStatus = item.isCurrent
      ? said.verificationStatus
      : coded(VERIFICATION, 'entered-in-error')
    return derived<Condition>({
      resourceType: 'Condition',
      id,
      clinicalStatus: verificationStatus ? undefined : coded(CONDITION_CLINICAL, 'active'),
      category: [coded(CONDITION_CATEGORY, 'encounter-diagnosis')],
      subject: subjectOf(scope),
      encounter: encounter,
      ...said,
      verificationStatus,
    })
  })
}

const coded = (system: string, code: string): { coding: { system: string; code: string }[] } => ({
  coding: [{ system, code }],
})

/** Encounter.diagnosis: the diagnoses that hold, by rank, then as sent. */
export function diagnosesOf(items: readonly Item[]): EncounterDiagnosis[] | undefined {
  const listed = items
    .filter(({ item, segment }) => item.isCurrent && segment.text(21)?.toUpperCase() !== 'D')
    .map(({ segment, context, id }) => {
      const [said] = (applyRows(dg1Encounter, segment, () => context)['diagnosis'] ??
        []) as EncounterDiagnosis[]
      return { condition: { reference: `Condition/${id}` }, ...said }
    })
  const byRank = listed.toSorted((a, b) => (a.rank ?? Infinity) - (b.rank ?? Infinity) || 0)
  return byRank.length > 0 ? byRank : undefined
}

/** Insurance. A plan that is no longer listed, or whose end was past when it was said, is cancelled. */
export function coverages(scope: Scope): readonly Derived[] {
  return itemsOf(scope, 'IN1', 'Coverage').map(({ item, segment, context, id }) => {
    const said = applyRows(in1Coverage, segment, () => context) as Partial<Coverage>
    return derived<Coverage>({
      resourceType: 'Coverage',
      id,
      status: item.isCurrent && !isExpired(item, segment, context) ? 'active' : 'cancelled',
      ...(isSelf(segment.text(17)) && { subscriber: subjectOf(scope) }),
      beneficiary: subjectOf(scope),
      ...said,
      payor: said.payor ?? [payorOf(segment, context) ?? subjectOf(scope)],
    })
  })
}

/** An insurer with a number only; FHIR demands a payor, and without any the patient pays. */
function payorOf(in1: Segment, context: MapContext): Coverage['payor'][number] | undefined {
  const numbered = in1.repetitions(3)[0]
  return numbered && xonToReference(undefined, context, numbered)
}

function isExpired({ stamp, source }: GroupItem, in1: Segment, context: MapContext): boolean {
  const end = momentOf(in1.text(13) ?? undefined, context, 'IN1-13')
  return end !== undefined && end.instant.slice(0, 10) < readStamp(stamp, source).recorded.slice(0, 10)
}
