import type { Resource } from '../../../fhir/resource.ts'
import { listOf } from '../../../lib/list-of.ts'
import { objectOf, textOf } from '../lenses/json-edit.ts'

/** ICD-10 F20 to F99: schizophrenia to unspecified mental disorder (HEDIS FUH takes mental illness, not substance use). */
const MENTAL = /^F[2-9]\d(\.|$|[0-9A-Z])/

const ICD_10: ReadonlySet<string> = new Set([
  'http://hl7.org/fhir/sid/icd-10-cm',
  'http://hl7.org/fhir/sid/icd-10',
])

/** Ids of the Encounters with a diagnosis of mental illness that stands. */
export const mentalHealthStays = (compartment: readonly Resource[]): ReadonlySet<string> =>
  new Set(
    compartment
      .filter(({ resourceType }) => resourceType === 'Condition')
      .filter(condition => !isWrong(condition) && codesOf(condition).some(code => MENTAL.test(code)))
      .flatMap(condition => {
        const reference = textOf(objectOf(condition['encounter'])['reference'])
        return reference?.startsWith('Encounter/') ? [reference.slice('Encounter/'.length)] : []
      }),
  )

/** Codes of the diagnoses of a visit that stand, of whatever system. */
export const codesOfStay = (encounter: string, compartment: readonly Resource[]): readonly string[] =>
  compartment
    .filter(({ resourceType }) => resourceType === 'Condition')
    .filter(condition => textOf(objectOf(condition['encounter'])['reference']) === `Encounter/${encounter}`)
    .filter(condition => !isWrong(condition))
    .flatMap(condition => listOf(objectOf(condition['code'])['coding']))
    .flatMap(coding => textOf(objectOf(coding)['code']) ?? [])

const codesOf = (condition: Resource): readonly string[] =>
  listOf(objectOf(condition['code'])['coding'])
    .map(objectOf)
    .filter(({ system }) => ICD_10.has(textOf(system) ?? ''))
    .flatMap(({ code }) => textOf(code) ?? [])

const isWrong = (condition: Resource): boolean =>
  listOf(objectOf(condition['verificationStatus'])['coding'])
    .map(objectOf)
    .some(({ code }) => code === 'entered-in-error' || code === 'refuted')
