import { fidelityOf } from '../../../care-plan/models/fidelity.ts'
import { listOf } from '../../../lib/list-of.ts'
import { hasCoding } from '../nouns/concept-slots.ts'
import { linkedEpisode } from '../lenses/plan-lens.ts'
import type { CaseScene } from './case-scene.ts'

/** `GET /cases/{id}/fidelity`: what is done against what the model in force asks for, counted from when it began. */
export function fidelityView(scene: CaseScene): object {
  const { file, version, models, timeZone, nowMs } = scene
  const fidelity = fidelityOf(file, { models, timeZone, nowMs, backupPlans: backupPlans(scene) })
  return {
    version,
    model: fidelity?.model ?? null,
    since: fidelity?.since ?? null,
    measures: fidelity?.measures ?? [],
    artefacts: fidelity?.artefacts ?? [],
    suggestions: fidelity?.suggestions ?? [],
  }
}

const gone: ReadonlySet<unknown> = new Set(['revoked', 'entered-in-error'])

/** Plans for when a support fails: CarePlans of the case with category `backup`, which are no plan of the case file. */
const backupPlans = ({ compartment, file, lenses }: CaseScene): number =>
  compartment.filter(
    resource =>
      resource.resourceType === 'CarePlan' &&
      linkedEpisode(resource) === file.case.id &&
      !gone.has(resource['status']) &&
      listOf(resource['category']).some(category => hasCoding(category, lenses.names.planCategory, 'backup')),
  ).length
