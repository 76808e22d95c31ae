import { digits, sumOf, yesNo, type RiskScore } from './risk-score.ts'
import { pointsAt, type LaceTable, type Step } from './risk-tables.ts'

/** What LACE is computed from; undefined = not known. */
export interface LaceInputs {
  /** Days of the stay by the table's own rule. */
  readonly lengthOfStay: number | undefined
  readonly isAcute: boolean | undefined
  /** Weighted sum of the comorbidities by the table's own weights. */
  readonly comorbidity: number | undefined
  /** Emergency visits in the six months before the admission, the one that led to it not counted. */
  readonly emergencyVisits: number | undefined
}

/** LACE of one published variant: 0 to 19 for the table of 2010, high from 10 on. */
export function laceOf(table: LaceTable, inputs: LaceInputs): RiskScore {
  const { lengthOfStay, isAcute, comorbidity, emergencyVisits } = inputs
  return sumOf(table, [
    line('length-of-stay', lengthOfStay, table.lengthOfStay),
    {
      name: 'acute-admission',
      input: yesNo(isAcute),
      points: isAcute === undefined ? undefined : isAcute ? table.acutePoints : 0,
    },
    line('comorbidity', comorbidity, table.comorbidity),
    line('emergency-visits', emergencyVisits, table.emergencyVisits),
  ])
}

const line = (name: string, value: number | undefined, table: readonly Step[]) => ({
  name,
  input: digits(value),
  points: value === undefined ? undefined : pointsAt(table, value),
})
