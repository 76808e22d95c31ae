import type { CaseScene } from './case-scene.ts'
import { latestRisks } from './case-view.ts'

/** `GET /cases/{id}/risk`: the newest score of each method, and every one before it. */
export const riskView = ({ file, version }: CaseScene): object => ({
  version,
  acuity: file.case.acuity ?? null,
  latest: latestRisks(file),
  all: file.risks.toSorted((a, b) => ((a.at ?? '') < (b.at ?? '') ? -1 : 1)),
})
