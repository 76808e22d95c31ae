import type { CaseEffectsInput } from '../effects/case-effects.ts'
import type { CaseScene } from './case-scene.ts'

/** What a case's duties are derived from, as it was known at the time of the scene. */
export const effectsInputOf = (scene: CaseScene): CaseEffectsInput & { readonly caseId: string } => {
  const { stays, tenant, shard, canonicalBase, patient, compartment, rules, calendar, timeZone, models } =
    scene
  return {
    ...stays,
    ...{ tenant, shard, canonicalBase, patient, compartment, rules, calendar, timeZone, models },
    message: 'urn:casewire:view',
    caseId: scene.file.case.id,
  }
}
