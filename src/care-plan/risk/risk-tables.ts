import type { CharlsonWeights } from './charlson.ts'

/** From this value on, so many points; steps in rising order. */
export interface Step {
  readonly from: number
  readonly points: number
}

/** HOSPITAL calls its middle band intermediate, LACE moderate. */
export type RiskBand = 'low' | 'moderate' | 'intermediate' | 'high'

interface RiskTable {
  readonly version: string
  readonly source: string
  readonly bands: readonly { readonly from: number; readonly band: RiskBand }[]
}

export interface LaceTable extends RiskTable {
  readonly method: 'lace-2010' | 'lace-modified'
  /** Whether the day of discharge counts as a day of the stay. */
  readonly losRule: 'exclusive' | 'inclusive'
  readonly lengthOfStay: readonly Step[]
  readonly acutePoints: number
  readonly comorbidityWeights: CharlsonWeights
  readonly comorbidity: readonly Step[]
  readonly emergencyVisits: readonly Step[]
}

export interface HospitalTable extends RiskTable {
  readonly method: 'hospital-a' | 'hospital-b'
  readonly losRule: 'exclusive' | 'inclusive'
  readonly hemoglobinBelow: { readonly gPerDl: number; readonly points: number }
  readonly oncologyPoints: number
  readonly sodiumBelow: { readonly mmolPerL: number; readonly points: number }
  readonly procedurePoints: number
  readonly urgentPoints: number
  readonly admissions: readonly Step[]
  readonly lengthOfStay: readonly Step[]
}

const steps = (...pairs: readonly (readonly [number, number])[]): readonly Step[] =>
  pairs.map(([from, points]) => ({ from, points }))

const zeroToFour = steps([0, 0], [1, 1], [2, 2], [3, 3], [4, 4])

const laceBands = [
  { from: 0, band: 'low' },
  { from: 5, band: 'moderate' },
  { from: 10, band: 'high' },
] as const

/** Weights of LACE's own comorbidity list, not those of the Charlson index of 1987. */
const laceWeights: CharlsonWeights = {
  'myocardial-infarction': 1,
  cerebrovascular: 1,
  'peripheral-vascular': 1,
  diabetes: 1,
  'heart-failure': 2,
  'diabetes-complicated': 2,
  'chronic-pulmonary': 2,
  'liver-mild': 2,
  renal: 2,
  cancer: 2,
  dementia: 3,
  'connective-tissue': 3,
  hiv: 4,
  'liver-severe': 4,
  'renal-severe': 4,
  metastatic: 6,
}

const { 'renal-severe': _one, ...withoutSevereRenal } = laceWeights

export const laceTables: readonly LaceTable[] = [
  {
    method: 'lace-2010',
    version: '1',
    source: 'van Walraven C. et al., CMAJ 2010;182:551-7, doi:10.1503/cmaj.091117',
    bands: laceBands,
    losRule: 'exclusive',
    lengthOfStay: steps([0, 0], [1, 1], [2, 2], [3, 3], [4, 4], [7, 5], [14, 7]),
    acutePoints: 3,
    comorbidityWeights: laceWeights,
    comorbidity: steps([0, 0], [1, 1], [2, 2], [3, 3], [4, 5]),
    emergencyVisits: zeroToFour,
  },
  {
    method: 'lace-modified',
    version: '1',
    source: 'BMJ Open 2017;7:e016921, table 1, doi:10.1136/bmjopen-2017-016921',
    bands: laceBands,
    losRule: 'exclusive',
    lengthOfStay: steps([0, 0], [1, 1], [2, 2], [3, 3], [4, 4], [7, 5], [14, 6]),
    acutePoints: 3,
    comorbidityWeights: { ...withoutSevereRenal, 'peptic-ulcer': 1 },
    comorbidity: steps([0, 0], [1, 1], [2, 2], [3, 3], [4, 4], [5, 5], [6, 6]),
    emergencyVisits: zeroToFour,
  },
]

const hospitalBase = {
  version: '1',
  bands: [
    { from: 0, band: 'low' },
    { from: 5, band: 'intermediate' },
    { from: 7, band: 'high' },
  ],
  losRule: 'exclusive',
  hemoglobinBelow: { gPerDl: 12, points: 1 },
  oncologyPoints: 2,
  sodiumBelow: { mmolPerL: 135, points: 1 },
  procedurePoints: 1,
  urgentPoints: 1,
  lengthOfStay: steps([0, 0], [5, 2]),
} as const satisfies Partial<HospitalTable>

export const hospitalTables: readonly HospitalTable[] = [
  {
    ...hospitalBase,
    method: 'hospital-a',
    source: 'Donze J. et al., JAMA Intern Med 2013;173:632-8, doi:10.1001/jamainternmed.2013.3023',
    admissions: steps([0, 0], [1, 2], [6, 5]),
  },
  {
    ...hospitalBase,
    method: 'hospital-b',
    source: 'Donze J. et al., JAMA Intern Med 2016;176:496-502, doi:10.1001/jamainternmed.2015.8462',
    admissions: steps([0, 0], [2, 2], [6, 5]),
  },
]

/** Points of the last step that a value reaches. */
export const pointsAt = (table: readonly Step[], value: number): number =>
  table.findLast(({ from }) => value >= from)?.points ?? 0

export const bandAt = (bands: RiskTable['bands'], value: number): RiskBand =>
  bands.findLast(({ from }) => value >= from)?.band ?? 'low'
