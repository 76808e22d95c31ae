import { digits, sumOf, yesNo, type RiskLine, type RiskScore } from './risk-score.ts'
import { pointsAt, type HospitalTable } from './risk-tables.ts'

/** What an ADT stream doesn't say and somebody may tell: values at discharge, and what was done during the stay. */
export interface StayFindings {
  readonly hemoglobinGPerDl?: number
  readonly sodiumMmolPerL?: number
  readonly isFromOncology?: boolean
  readonly hadProcedure?: boolean
}

/** What HOSPITAL is computed from; undefined = not known. */
export interface HospitalInputs extends StayFindings {
  readonly isUrgent: boolean | undefined
  /** Hospital admissions in the twelve months before this one. */
  readonly admissions: number | undefined
  readonly lengthOfStay: number | undefined
}

/** HOSPITAL of one published variant: 0 to 13; 0-4 low, 5-6 moderate, from 7 high. */
export function hospitalOf(table: HospitalTable, inputs: HospitalInputs): RiskScore {
  const { hemoglobinGPerDl: hb, sodiumMmolPerL: na, admissions, lengthOfStay } = inputs
  return sumOf(table, [
    {
      name: 'hemoglobin',
      input: digits(hb),
      points:
        hb === undefined ? undefined : hb < table.hemoglobinBelow.gPerDl ? table.hemoglobinBelow.points : 0,
    },
    flag('oncology', inputs.isFromOncology, table.oncologyPoints),
    {
      name: 'sodium',
      input: digits(na),
      points: na === undefined ? undefined : na < table.sodiumBelow.mmolPerL ? table.sodiumBelow.points : 0,
    },
    flag('procedure', inputs.hadProcedure, table.procedurePoints),
    flag('urgent-admission', inputs.isUrgent, table.urgentPoints),
    {
      name: 'admissions-prior-year',
      input: digits(admissions),
      points: admissions === undefined ? undefined : pointsAt(table.admissions, admissions),
    },
    {
      name: 'length-of-stay',
      input: digits(lengthOfStay),
      points: lengthOfStay === undefined ? undefined : pointsAt(table.lengthOfStay, lengthOfStay),
    },
  ])
}

const flag = (name: string, value: boolean | undefined, points: number): RiskLine => ({
  name,
  input: yesNo(value),
  points: value === undefined ? undefined : value ? points : 0,
})
