/** A measure's public code and the coded answers that its value may have. */
interface MeasureCode {
  readonly loinc: string
  readonly display: string
  /** Value -> LOINC answer, for measures whose value is coded. */
  readonly answers?: Readonly<Record<string, LoincAnswer>>
}

interface LoincAnswer {
  readonly code: string
  readonly display: string
}

export const loinc = 'http://loinc.org'
export const snomed = 'http://snomed.info/sct'

/**
 * Levels of a GAS scale (LOINC answer list of 107332-9).
 * Source: HL7/pco-ig, examples of the goal attainment scaling profiles.
 */
const gasAnswers: Readonly<Record<string, LoincAnswer>> = {
  '2': { code: 'LA34479-8', display: 'Much better than expected' },
  '1': { code: 'LA34480-6', display: 'Better than expected' },
  '0': { code: 'LA34481-4', display: 'Expected outcome' },
  '-1': { code: 'LA34483-0', display: 'Less than expected' },
  '-2': { code: 'LA34484-8', display: 'Much less than expected' },
}

/** domain.md 4.4: a rating on a GAS scale has a code for each rater. */
export const GAS_LEVEL = 'gas-level'
export const gasRaters: Readonly<Record<string, MeasureCode>> = {
  patient: {
    loinc: '107334-5',
    display: 'Patient follow-up goal attainment scaling score',
    answers: gasAnswers,
  },
  practitioner: {
    loinc: '107333-7',
    display: 'Practitioner follow-up goal attainment scaling score',
    answers: gasAnswers,
  },
  caregiver: {
    loinc: '107331-1',
    display: 'Caregiver follow-up goal attainment scaling score',
    answers: gasAnswers,
  },
  baseline: { loinc: '112296-9', display: 'Baseline goal attainment scaling score', answers: gasAnswers },
}

/** What older releases of the PCO guide wrote for a baseline. */
export const olderBaseline = '107332-9'

/** domain.md 2, row 23. Displays as US Core and Synthea print them. */
export const measureCodes: Readonly<Record<string, MeasureCode>> = {
  'phq-9': {
    loinc: '44261-6',
    display: 'Patient Health Questionnaire 9 item (PHQ-9) total score [Reported]',
  },
  'gad-7': {
    loinc: '70274-6',
    display: 'Generalized anxiety disorder 7 item (GAD-7) total score [Reported.PHQ]',
  },
  'audit-c': { loinc: '75626-2', display: 'Total score [AUDIT-C]' },
  'hunger-vital-sign': {
    loinc: '88124-3',
    display: 'Food insecurity risk [HVS]',
    answers: {
      yes: { code: 'LA19952-3', display: 'At risk' },
      no: { code: 'LA19983-8', display: 'No risk' },
    },
  },
  'ahc-hrsn-safety': { loinc: '95614-4', display: 'Total Safety Score' },
}

/** The public code of a measure, given who rated. */
export const publicCode = (measure: string, rater: string | undefined): MeasureCode | undefined =>
  measure === GAS_LEVEL ? gasRaters[rater ?? ''] : measureCodes[measure]

/** LOINC code -> what it measures and who rated. */
export const measureOfLoinc: ReadonlyMap<string, { readonly measure: string; readonly rater?: string }> =
  new Map([
    ...Object.entries(measureCodes).map(([measure, { loinc: code }]) => [code, { measure }] as const),
    ...Object.entries(gasRaters).map(
      ([rater, { loinc: code }]) => [code, { measure: GAS_LEVEL, rater }] as const,
    ),
    [olderBaseline, { measure: GAS_LEVEL, rater: 'baseline' }] as const,
  ])

/** LOINC answer -> value of the measures above. */
export const valueOfAnswer: ReadonlyMap<string, string> = new Map(
  [...Object.values(measureCodes), ...Object.values(gasRaters)].flatMap(({ answers = {} }) =>
    Object.entries(answers).map(([value, { code }]) => [code, value] as const),
  ),
)
