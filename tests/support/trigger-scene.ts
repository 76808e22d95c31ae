import type { CaseCourse } from '../../src/care-plan/case/case-fold.ts'
import type { CaseFile } from '../../src/care-plan/case/case-file.ts'
import { defaultCaseRules } from '../../src/care-plan/case/case-rules.ts'
import { modelLookup, shippedModels } from '../../src/care-plan/models/shipped-models.ts'
import { stayFacts } from '../../src/care-plan/stays/stay-facts.ts'
import type { Stay } from '../../src/care-plan/stays/stay.ts'
import type { TriggerInput } from '../../src/care-plan/triggers/trigger-input.ts'

export const SCENE_ZONE = 'America/New_York'
const START = '2026-10-10T09:00:00-04:00'

/** A case as the facts have it: live since 10 October 2026. */
export const aCourse = (more: Partial<CaseCourse> = {}): CaseCourse => ({
  ...{ id: 'c1', startMs: Date.parse(START), start: START, isDeceased: false },
  ...{ standing: 'live', isHighRisk: false },
  ...more,
})

export interface Scene extends Partial<Omit<TriggerInput, 'facts'>> {
  readonly file?: CaseFile
  readonly course?: Partial<CaseCourse>
}

/** What triggers are looked for in: one case, its file and the patient's stays. */
export function triggerScene({ file, course, stays = [] as readonly Stay[], ...more }: Scene): TriggerInput {
  return {
    facts: stayFacts(stays, SCENE_ZONE),
    fold: { courses: [aCourse(course)], afterDeath: [] },
    files: new Map(file ? [['c1', file]] : []),
    models: modelLookup(shippedModels),
    rules: defaultCaseRules,
    timeZone: SCENE_ZONE,
    stays,
    ...more,
  }
}
