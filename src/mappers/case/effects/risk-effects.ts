import type { ConditionCode } from '../../../care-plan/risk/charlson.ts'
import { riskOf, type RiskQuestion } from '../../../care-plan/risk/risk-of.ts'
import type { RiskScore } from '../../../care-plan/risk/risk-score.ts'
import { outcomeOf } from '../../../care-plan/stays/disposition.ts'
import type { Risk } from '../../../care-plan/nouns/assessment.ts'
import { endedInpatient, type Movement, type StayFacts } from '../../../care-plan/stays/stay-facts.ts'
import type { Stay } from '../../../care-plan/stays/stay.ts'
import type { Resource } from '../../../fhir/resource.ts'
import type { CaseIds } from '../case-record.ts'
import { listOf } from '../../../lib/list-of.ts'
import { objectOf, textOf, withElement } from '../lenses/json-edit.ts'
import { withCaseLink } from '../nouns/case-link.ts'
import type { NounLenses } from '../nouns/noun-lenses.ts'
import { asResource, extensionOf, reasonOf, withReason } from '../lenses/slots.ts'

export interface RiskInput {
  /** Id of the Patient. */
  readonly patient: string
  readonly stays: readonly Stay[]
  readonly facts: Pick<StayFacts, 'discharges'>
  /** RiskAssessments and Conditions of the patient as they stand, among others. */
  readonly compartment: readonly Resource[]
  /** Id of the case that a discharge belongs to, when one was open then. */
  readonly caseAt: (discharge: Movement) => string | undefined
  readonly lenses: NounLenses
  readonly ids: CaseIds
  readonly timeZone: string
}

const CANCELLED = 'trigger cancelled'

/**
 * The RiskAssessments of every inpatient discharge of a case, one for each published variant; those of a discharge that
 * was taken back were an error. What people amended, or took back themselves, stays as it is.
 */
export function riskEffects(input: RiskInput): readonly Resource[] {
  const { compartment, lenses } = input
  const { names } = lenses
  const byId = new Map(
    compartment
      .filter(({ resourceType }) => resourceType === 'RiskAssessment')
      .map(resource => [resource.id ?? '', resource]),
  )
  const wanted = new Map(scoredDischarges(input).map(scored => [riskId(scored, input), scored] as const))
  const computed = [...wanted].map(([id, scored]) => computedRisk(id, { scored, input, found: byId.get(id) }))
  const withdrawn = [...byId.values()]
    .filter(resource => extensionOf(resource, names.derived) && !wanted.has(resource.id ?? ''))
    .map(resource => withdrawnRisk(resource, lenses))
  return [...computed, ...withdrawn]
}

/** Codes of the diagnoses in a compartment; wrong and refuted ones are none. */
export const conditionCodes = (compartment: readonly Resource[]): readonly ConditionCode[] =>
  compartment
    .filter(resource => resource.resourceType === 'Condition' && !isWrong(resource))
    .flatMap(condition => listOf(objectOf(condition['code'])['coding']))
    .map(objectOf)
    .flatMap(coding => {
      const [system, code] = [textOf(coding['system']), textOf(coding['code'])]
      return code === undefined ? [] : [{ code, ...(system !== undefined && { system }) }]
    })

const wrong: ReadonlySet<unknown> = new Set(['refuted', 'entered-in-error'])

const isWrong = (condition: Resource): boolean =>
  listOf(objectOf(condition['verificationStatus'])['coding']).some(coding =>
    wrong.has(objectOf(coding)['code']),
  )

interface Scored {
  readonly discharge: Movement
  readonly caseId: string
  readonly score: RiskScore
}

function scoredDischarges(input: RiskInput): readonly Scored[] {
  const { facts, stays, compartment, timeZone, caseAt } = input
  const conditions = conditionCodes(compartment)
  return facts.discharges
    .filter(discharge => endedInpatient(discharge) && outcomeOf(discharge.disposition) !== 'expired')
    .flatMap(discharge => {
      const caseId = caseAt(discharge)
      if (caseId === undefined) return []
      const question: RiskQuestion = { stays, conditions, asOf: discharge.at, timeZone }
      return riskOf(discharge.stay, question).map(score => ({ discharge, caseId, score }))
    })
}

const riskId = ({ discharge, caseId, score }: Scored, { ids }: RiskInput): string =>
  ids.risk(caseId, discharge.id, score.method)

function computedRisk(
  id: string,
  {
    scored,
    input,
    found,
  }: { readonly scored: Scored; readonly input: RiskInput; readonly found: Resource | undefined },
): Resource {
  const { lenses } = input
  const lens = lenses.of('risk')
  const state = stateOf(id, scored)
  if (!found) return lens.write(newRisk(state, scored, input), state)
  const before = lens.read(found)
  const isCancelled = reasonOf(found, lenses.names.derived) === CANCELLED
  if (before.state === 'amended' || (before.state === 'entered-in-error' && !isCancelled)) return found
  if (isCompletedByPeople(before, state)) return found
  const marked = isCancelled ? withReason(asResource(found), lenses.names.derived, REASON) : found
  return lens.write(asResource(marked), state)
}

/** No message tells what HOSPITAL asks of the laboratory: a value that stands is of people who added it. */
const isCompletedByPeople = (before: Risk, computed: Risk): boolean =>
  before.state === 'final' &&
  before.value !== undefined &&
  computed.value === undefined &&
  computed.method.startsWith('hospital')

function stateOf(id: string, { discharge, score }: Scored): Risk {
  const { method, tableVersion, value, atLeast, band, inputs, missing } = score
  return {
    id,
    state: value === undefined ? 'preliminary' : 'final',
    method,
    tableVersion,
    ...(value !== undefined && { value: String(value) }),
    // What is certain is the least it can come to: only the highest band is known before all is.
    ...((value !== undefined || band === 'high') && { band }),
    inputs: value === undefined ? [...inputs, { name: 'at-least', value: String(atLeast) }] : inputs,
    missing,
    at: discharge.at,
    encounter: discharge.stay.encounter,
  }
}

const REASON = 'computed at the discharge'

function newRisk(state: Risk, { caseId }: Scored, { patient, lenses }: RiskInput): Resource {
  const { names } = lenses
  const blank = lenses.of('risk').blank({ id: state.id, caseId, patient }, state)
  const outcome = { outcome: { text: 'Unplanned readmission within 30 days' } }
  const predicted = withElement(blank, 'prediction', [outcome])
  return withCaseLink(asResource(withReason(asResource(predicted), names.derived, REASON)), caseId, names)
}

function withdrawnRisk(resource: Resource, { of, names }: NounLenses): Resource {
  const lens = of('risk')
  const before = lens.read(resource)
  if (before.state === 'amended' || before.state === 'entered-in-error') return resource
  const marked = withReason(asResource(resource), names.derived, CANCELLED)
  return lens.write(asResource(marked), { ...before, state: 'entered-in-error' })
}
