import { zonedTextOf } from '../../../lib/fhir-time.ts'
import { facilityChains } from '../../../care-plan/stays/facility-chain.ts'
import { riskOf } from '../../../care-plan/risk/risk-of.ts'
import { conditionCodes } from '../effects/risk-effects.ts'
import type { CaseScene } from './case-scene.ts'
import { latestRisks } from './latest-risks.ts'

/**
 * `GET /cases/{id}/risk`: the newest score of each method and all before it; while the patient is in hospital the scores
 * as they would be at a discharge now, with what is missing.
 */
export function riskView(scene: CaseScene): object {
  const { file, version, stays, timeZone } = scene
  return {
    version,
    acuity: file.case.acuity ?? null,
    live: liveRisks(scene),
    latest: latestRisks(file),
    all: file.risks.toSorted((a, b) => ((a.at ?? '') < (b.at ?? '') ? -1 : 1)),
    facilities: facilityChains(stays.stays, timeZone),
  }
}

const inHouse: ReadonlySet<string> = new Set(['in-progress', 'onleave'])

function liveRisks({ stays: { stays }, compartment, nowMs, timeZone }: CaseScene): readonly object[] {
  const question = {
    stays,
    conditions: conditionCodes(compartment),
    timeZone,
    asOf: zonedTextOf(nowMs, timeZone),
  }
  return stays
    .filter(stay => inHouse.has(stay.status) && stay.class === 'inpatient')
    .map(stay => ({ encounter: stay.encounter, asOf: question.asOf, scores: riskOf(stay, question) }))
}
