import { patientOf } from '../../../fhir/compartment.ts'
import type { Resource } from '../../../fhir/resource.ts'
import type { Failure } from '../../../lib/result.ts'
import { atFault } from './at-fault.ts'
import { linkedEpisode } from '../lenses/plan-lens.ts'

export interface PlanLinks {
  readonly changed: readonly Resource[]
  readonly compartment: readonly Resource[]
}

/**
 * A CarePlan says by its extension workflow-episodeOfCare which case it belongs to: one of its own patient, that is on
 * record or written with it. Gives why a plan that says otherwise is refused; a link that stood before is no fault of the write.
 */
export function lostPlan({ changed, compartment }: PlanLinks): Failure | undefined {
  const plans = changed.filter(({ resourceType }) => resourceType === 'CarePlan')
  if (plans.every(plan => linkedEpisode(plan) === undefined)) return undefined
  const known = new Map([...compartment, ...changed].filter(isEpisode).map(one => [one.id, patientOf(one)]))
  const isLost = (plan: Resource): boolean => {
    const episode = linkedEpisode(plan)
    if (episode === undefined) return false
    const was = compartment.find(one => one.resourceType === 'CarePlan' && one.id === plan.id)
    if (was && linkedEpisode(was) === episode) return false
    return !known.has(episode) || known.get(episode) !== patientOf(plan)
  }
  const lost = plans.find(isLost)
  return lost && atFault(noSuchCase, lost)
}

const isEpisode = ({ resourceType }: Resource): boolean => resourceType === 'EpisodeOfCare'

const noSuchCase: Failure = {
  kind: 'business-rule',
  code: 'case-link-unknown',
  message:
    'The extension workflow-episodeOfCare names no EpisodeOfCare of this patient: name one of theirs, write it in the same transaction, or leave the extension out.',
  expression: "CarePlan.extension('http://hl7.org/fhir/StructureDefinition/workflow-episodeOfCare')",
}
