import { startMsOf } from '../../../lib/fhir-time.ts'
import { explainObligations } from '../explain-obligations.ts'
import type { CaseScene } from './case-scene.ts'
import { effectsInputOf } from './effects-input.ts'

/** `GET /cases/{id}/obligations`: every duty with its rule, source, trigger and how its due time was computed. */
export function obligationsView(scene: CaseScene): object {
  const { nowMs, timeZone, version } = scene
  const obligations = explainObligations(effectsInputOf(scene)).map(one => ({
    ...one,
    overdue: isOpen(one) && one.due !== undefined && startMsOf(one.due, timeZone) < nowMs,
  }))
  return {
    version,
    open: obligations.filter(isOpen).length,
    overdue: obligations.filter(({ overdue }) => overdue).length,
    obligations,
  }
}

const isOpen = ({ state }: { readonly state: string }): boolean => state === 'due' || state === 'missed'
