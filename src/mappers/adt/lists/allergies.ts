import type { CodeableConcept, Extension } from '@medplum/fhirtypes'
import type { Segment } from '../../../hl7v2/segment.ts'
import { derived, type Derived } from '../resources/derived.ts'
import type { Allergy } from '../maps/allergy-rows.ts'
import { al1AllergyIntolerance } from '../maps/al1-allergy-intolerance.ts'
import { CLINICAL, iamAllergyIntolerance, VERIFICATION } from '../maps/iam-allergy-intolerance.ts'
import { applyRows } from '../rows.ts'
import type { Scope } from '../registers/scope.ts'
import { conceptOf, itemsOf, notesOf, type Item } from './item.ts'

/** AL1 and IAM tell of the same allergies: of one that both name, the last word counts. */
const FAMILY = 'allergy'

/** Allergies of the patient; one that is no longer listed is inactive. */
export function allergies(scope: Scope): readonly Derived[] {
  const latest = new Map<string, Item>()
  for (const group of ['AL1', 'IAM'] as const) {
    for (const item of itemsOf(scope, group, 'AllergyIntolerance', FAMILY)) {
      const other = latest.get(item.id)
      if (!other || other.item.stamp <= item.item.stamp) latest.set(item.id, item)
    }
  }
  return [...latest.values()].map(item => allergy(scope, item))
}

function allergy(scope: Scope, { item, segment, followers, context, id }: Item): Derived {
  const map = segment.name === 'IAM' ? iamAllergyIntolerance : al1AllergyIntolerance
  const said = applyRows(map, segment, context) as Partial<Allergy>
  return derived<Allergy>({
    resourceType: 'AllergyIntolerance',
    id,
    ...withoutBareCodes(said, context.settings.canonicalBase),
    ...statusOf(said, { isCurrent: item.isCurrent, isDeleted: deletes(segment) }),
    patient: scope.subject,
    note: notesOf(followers, context),
  })
}

/**
 * A code with a required binding is there with a value or not at all: what was sent and has no code of FHIR stands in an
 * extension of the allergy itself.
 */
function withoutBareCodes(said: Partial<Allergy>, canonicalBase: string): Partial<Allergy> {
  const { _type, _criticality, ...rest } = said
  const sent = [
    ...(said.type === undefined ? bare(_type, `${canonicalBase}/StructureDefinition/allergy-type`) : []),
    ...(said.criticality === undefined
      ? bare(_criticality, `${canonicalBase}/StructureDefinition/allergy-severity`)
      : []),
  ]
  return {
    ...rest,
    ...(said.type !== undefined && _type && { _type }),
    ...(said.criticality !== undefined && _criticality && { _criticality }),
    ...(sent.length > 0 && { extension: [...(said.extension ?? []), ...sent] }),
  }
}

const bare = (element: Allergy['_type'], url: string): readonly Extension[] =>
  (element?.extension ?? []).flatMap(({ valueCodeableConcept }) =>
    valueCodeableConcept ? [{ url, valueCodeableConcept }] : [],
  )

/** IAM-6, HL7 table 0323. */
const deletes = ({ name, text }: Segment): boolean => name === 'IAM' && text(6)?.toUpperCase() === 'D'

interface Fate {
  readonly isCurrent: boolean
  readonly isDeleted: boolean
}

/**
 * One that its source deleted was entered in error, unless IAM-17 says that it only ended. Invariants ait-1 and ait-2: a
 * clinical status, but none where it was entered in error.
 */
function statusOf(
  { clinicalStatus, verificationStatus }: Partial<Allergy>,
  { isCurrent, isDeleted }: Fate,
): { clinicalStatus: CodeableConcept | undefined; verificationStatus: CodeableConcept | undefined } {
  const isInactive = clinicalStatus?.coding?.[0]?.code === 'inactive'
  const isError = verificationStatus?.coding?.[0]?.code === 'entered-in-error'
  if (isError || (isDeleted && !isInactive)) {
    return { clinicalStatus: undefined, verificationStatus: conceptOf(VERIFICATION, 'entered-in-error') }
  }
  const clinical = isCurrent && !isInactive ? 'active' : 'inactive'
  return { clinicalStatus: conceptOf(CLINICAL, clinical), verificationStatus }
}
