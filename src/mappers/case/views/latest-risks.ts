import { startMsOf } from '../../../lib/fhir-time.ts'
import type { CaseFile } from '../../../care-plan/case/case-file.ts'
import type { Risk } from '../../../care-plan/nouns/assessment.ts'

/** The newest score of each method, by method. */
export function latestRisks({ risks }: CaseFile): readonly Risk[] {
  const newest = new Map<string, Risk>()
  for (const risk of risks.filter(({ state }) => state !== 'entered-in-error')) {
    const known = newest.get(risk.method)
    if (!known || timeOf(risk) >= timeOf(known)) newest.set(risk.method, risk)
  }
  return [...newest.values()].toSorted((a, b) => (a.method < b.method ? -1 : 1))
}

/** A score without a time is older than any. */
const timeOf = ({ at }: Risk): number => (at === undefined ? 0 : startMsOf(at, 'UTC'))
