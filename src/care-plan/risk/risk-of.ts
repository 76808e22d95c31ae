import type { Stay } from '../stays/stay.ts'
import { comorbidityOf, type ConditionCode } from './charlson.ts'
import { hospitalOf, type StayFindings } from './hospital.ts'
import { laceOf } from './lace.ts'
import type { RiskScore } from './risk-score.ts'
import { hospitalTables, laceTables, type LaceTable } from './risk-tables.ts'
import { stayInputs, type StayQuestion } from './stay-inputs.ts'

export interface RiskQuestion extends StayQuestion {
  /** Diagnoses of the patient; none at all = not known, so that a patient without codes doesn't look healthy. */
  readonly conditions: readonly ConditionCode[]
  /** What ADT doesn't say; HOSPITAL is incomplete without. */
  readonly findings?: StayFindings
  /** Counts days otherwise than the tables do (Alberta counts the day of discharge too). */
  readonly losRule?: 'exclusive' | 'inclusive'
}

/**
 * The risk of coming back after a stay, by all four published variants: LACE of 2010 and modified, HOSPITAL with the two
 * countings of earlier admissions. During the stay the length of stay counts up to `asOf`.
 */
export function riskOf(stay: Stay, question: RiskQuestion): readonly RiskScore[] {
  const { conditions, findings = {}, losRule } = question
  const { days, isAcute, emergencyVisits, admissionsPriorYear } = stayInputs(stay, question)
  const daysBy = (rule: 'exclusive' | 'inclusive'): number | undefined =>
    days === undefined ? undefined : days + ((losRule ?? rule) === 'inclusive' ? 1 : 0)
  return [
    ...laceTables.map(table =>
      laceOf(table, {
        lengthOfStay: daysBy(table.losRule),
        isAcute,
        comorbidity: comorbidity(conditions, table),
        emergencyVisits,
      }),
    ),
    ...hospitalTables.map(table =>
      hospitalOf(table, {
        ...findings,
        isUrgent: isAcute,
        admissions: admissionsPriorYear,
        lengthOfStay: daysBy(table.losRule),
      }),
    ),
  ]
}

const comorbidity = (conditions: readonly ConditionCode[], table: LaceTable): number | undefined =>
  conditions.length === 0 ? undefined : comorbidityOf(conditions, table.comorbidityWeights).score

/** LACE of 2010 from here on asks for a visit within seven days of the discharge. */
const HIGH_RISK = 10

/** Whether LACE of 2010 is certain to be high; what is missing is not counted. */
export function isHighRisk(stay: Stay, question: RiskQuestion): boolean {
  const table = laceTables.find(({ method }) => method === 'lace-2010')
  const { days, isAcute, emergencyVisits } = stayInputs(stay, question)
  if (!table) return false
  const rule = question.losRule ?? table.losRule
  const lengthOfStay = days === undefined ? undefined : days + (rule === 'inclusive' ? 1 : 0)
  const inputs = { lengthOfStay, isAcute, emergencyVisits }
  return (
    laceOf(table, { ...inputs, comorbidity: comorbidity(question.conditions, table) }).atLeast >= HIGH_RISK
  )
}
