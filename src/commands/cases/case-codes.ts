import { caseStates } from '../../care-plan/case/case.ts'
import { caseTypes } from '../../care-plan/case/case-rules.ts'
import { acuities } from '../../care-plan/nouns/case-root.ts'

/** What a list of cases can be narrowed to, for the route, which sees the domain through this room only. */
export const caseCodes = {
  state: caseStates,
  /** http://hl7.org/fhir/R4/valueset-episode-of-care-status.html */
  status: ['planned', 'waitlist', 'active', 'onhold', 'finished', 'cancelled', 'entered-in-error'],
  type: caseTypes,
  acuity: acuities,
} as const
