import type { Condition, EncounterDiagnosis } from '@medplum/fhirtypes'
import { derived, type Derived } from '../resources/derived.ts'
import { dg1Condition, dg1Encounter, VERIFICATION } from '../maps/dg1-condition.ts'
import { applyRows } from '../rows.ts'
import { encounterIn, type Scope } from '../registers/scope.ts'
import { conceptOf, itemsOf, notesOf, type Item } from './item.ts'

/** DG1: diagnoses. */
export const diagnoses = (scope: Scope): readonly Item[] => itemsOf(scope, 'DG1', 'Condition')

const CONDITION_CATEGORY = 'http://terminology.hl7.org/CodeSystem/condition-category'
const CONDITION_CLINICAL = 'http://terminology.hl7.org/CodeSystem/condition-clinical'

/** Diagnoses of the visit; one that is no longer listed was entered in error. */
export function conditions(scope: Scope, items: readonly Item[]): readonly Derived[] {
  return items.map(({ item, segment, followers, context, id }) => {
    const said = applyRows(dg1Condition, segment, context) as Partial<Condition>
    const verificationStatus = item.isCurrent
      ? said.verificationStatus
      : conceptOf(VERIFICATION, 'entered-in-error')
    return derived<Condition>({
      resourceType: 'Condition',
      id,
      meta: said.meta,
      clinicalStatus: verificationStatus ? undefined : conceptOf(CONDITION_CLINICAL, 'active'),
      category: [conceptOf(CONDITION_CATEGORY, 'encounter-diagnosis')],
      subject: scope.subject,
      encounter: encounterIn(scope),
      ...said,
      verificationStatus,
      note: notesOf(followers, context),
    })
  })
}

/** Encounter.diagnosis: the diagnoses that hold, by rank, then as sent. */
export function diagnosesOf(items: readonly Item[]): EncounterDiagnosis[] | undefined {
  const held = items
    .filter(({ item, segment }) => item.isCurrent && segment.text(21)?.toUpperCase() !== 'D')
    .map(({ segment, context, id }) => {
      const [said] = (applyRows(dg1Encounter, segment, context)['diagnosis'] ?? []) as EncounterDiagnosis[]
      return { condition: { reference: `Condition/${id}` }, ...said }
    })
  const byRank = held.toSorted((a, b) => (a.rank ?? Infinity) - (b.rank ?? Infinity) || 0)
  return byRank.length > 0 ? byRank : undefined
}
