import type { CaseFile } from '../../../care-plan/case/case-file.ts'
import type { CaseCourse } from '../../../care-plan/case/case-fold.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { isDerived } from '../case-record.ts'
import { listOf } from '../../../lib/list-of.ts'
import { objectOf } from '../lenses/json-edit.ts'
import { workflowEpisode, type CaseNames } from '../names.ts'
import { readCaseFiles } from '../nouns/case-files.ts'
import { nounLenses, type NounLenses } from '../nouns/noun-lenses.ts'

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
  courses: readonly CaseCourse[],
): ReadonlyMap<string, CaseFile> {
  const lenses = nounLenses(canonicalBase)
  const isOurs = (resource: Resource): boolean =>
    !isFact(resource, lenses) || !(isOfPeople(resource, lenses) || isRetyped(resource, lenses, courses))
  if (compartment.every(isOurs)) return noFiles
  return new Map(readCaseFiles(compartment, lenses, isFact).map(file => [file.case.id, file]))
}

const noFiles: ReadonlyMap<string, CaseFile> = new Map()

/**
 * Whether people may have done something here that duties follow from. Most patients are known by messages alone: their
 * cases are identified and nothing else, and reading them would cost as much as all the rest.
 */
function isOfPeople(resource: Resource, { names, of }: NounLenses): boolean {
  switch (resource.resourceType) {
    case 'EpisodeOfCare':
      return (
        'careManager' in resource || 'managingOrganization' in resource || hasOther(resource, bareCase(names))
      )
    case 'CarePlan':
      return !isDerived(resource, names) || hasOther(resource, barePlan(names))
    case 'Encounter':
    case 'Communication':
      return of('contact').is(resource)
    case 'Patient':
    case 'Condition':
    case 'Goal':
      return false
    default:
      return true
  }
}

/** A case of another type than the admission that opens it calls for. */
const isRetyped = (resource: Resource, { of }: NounLenses, courses: readonly CaseCourse[]): boolean =>
  resource.resourceType === 'EpisodeOfCare' &&
  of('case').read(resource).caseType !== courses.find(({ id }) => id === resource.id)?.opening?.caseType

const hasOther = (resource: Resource, known: ReadonlySet<unknown>): boolean =>
  listOf(resource['extension']).some(extension => {
    const { url, valueCode } = objectOf(extension)
    return !known.has(url) || (resource.resourceType === 'EpisodeOfCare' && !bareStates.has(valueCode))
  })

/** A case that messages opened, or took back; any other state is of people, or of a death that ends it all. */
const bareStates: ReadonlySet<unknown> = new Set(['identified', 'entered-in-error'])

const bareCase = ({ state }: CaseNames): ReadonlySet<unknown> => new Set([state])
const barePlan = ({ state, derived }: CaseNames): ReadonlySet<unknown> =>
  new Set([state, derived, workflowEpisode])

const isFact = (resource: Resource, { names }: NounLenses): boolean =>
  resource.resourceType !== 'CareTeam' &&
  !(derivedTypes.has(resource.resourceType) && isDerived(resource, names))

const derivedTypes: ReadonlySet<string> = new Set(['Task', 'Flag', 'RiskAssessment'])
