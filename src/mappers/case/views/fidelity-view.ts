import { fidelityOf } from '../../../care-plan/fidelity.ts'
import type { CaseScene } from './case-scene.ts'

/** `GET /cases/{id}/fidelity`: what is done against what the model in force asks for, counted from when it began. */
export function fidelityView({ file, version, models, timeZone, nowMs }: CaseScene): object {
  const fidelity = fidelityOf(file, { models, timeZone, nowMs })
  return {
    version,
    model: fidelity?.model ?? null,
    since: fidelity?.since ?? null,
    measures: fidelity?.measures ?? [],
  }
}
