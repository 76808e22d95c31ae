import type { CaseFile } from '../../care-plan/case-file.ts'
import type { Resource } from '../../fhir/resource.ts'
import { isDerived } from './case-record.ts'
import { readCaseFiles } from './nouns/case-files.ts'
import { nounLenses, type NounLenses } from './nouns/noun-lenses.ts'

/** Types beside those of the cases themselves in which the facts stand that duties follow from or are met by. */
export const dutyTypes = [
  'Encounter',
  'Communication',
  'Appointment',
  'ServiceRequest',
  'ClinicalImpression',
  'RiskAssessment',
  'Condition',
] as const

/**
 * The cases of a patient as far as duties follow from them, by case id. Derived Tasks are left out: what is derived is
 * no input of a derivation.
 */
export function dutyFiles(
  compartment: readonly Resource[],
  canonicalBase: string,
): ReadonlyMap<string, CaseFile> {
  const lenses = nounLenses(canonicalBase)
  const hasCaseLens = (lenses.of('case') as unknown) !== undefined
  if (!hasCaseLens) return new Map()
  const facts = compartment.filter(resource => isFact(resource, lenses))
  return new Map(readCaseFiles(facts, lenses).map(file => [file.case.id, file]))
}

const isFact = (resource: Resource, { names }: NounLenses): boolean =>
  resource.resourceType !== 'CareTeam' &&
  !(derivedTypes.has(resource.resourceType) && isDerived(resource, names))

const derivedTypes: ReadonlySet<string> = new Set(['Task', 'Flag', 'RiskAssessment'])
