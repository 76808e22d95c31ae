/** Where a discharge led, as far as follow-up differs by it. */
export type DischargeOutcome =
  | 'community'
  | 'against-advice'
  | 'facility'
  | 'acute-transfer'
  | 'expired'
  | 'still-patient'

/**
 * NUBC discharge status (UB-04 FL 17) -> outcome, by domain.md 5. 02 is a transfer to acute care; 05, 43 and 66 are
 * hospitals too, but get the hand-over of a facility without the watch. Only 30 ends no
 * stay; 09 (admitted as an inpatient) can't be said of one and counts as unknown.
 */
const outcomes: Readonly<Record<string, DischargeOutcome>> = {
  '01': 'community',
  '06': 'community',
  '21': 'community',
  '07': 'against-advice',
  '02': 'acute-transfer',
  '03': 'facility',
  '04': 'facility',
  '05': 'facility',
  '43': 'facility',
  '50': 'facility',
  '51': 'facility',
  '61': 'facility',
  '62': 'facility',
  '63': 'facility',
  '64': 'facility',
  '65': 'facility',
  '66': 'facility',
  '69': 'facility',
  '70': 'facility',
  '20': 'expired',
  '40': 'expired',
  '41': 'expired',
  '42': 'expired',
  '30': 'still-patient',
}

/** Codes that announce a planned readmission -> the code that says where the patient went. */
const plannedReadmission: Readonly<Record<string, string>> = {
  '81': '01',
  '82': '02',
  '83': '03',
  '84': '04',
  '85': '05',
  '86': '06',
  '87': '21',
  '88': '43',
  '89': '61',
  '90': '62',
  '91': '63',
  '92': '64',
  '93': '65',
  '94': '66',
  '95': '70',
}

/** Hospitals: who is discharged to one goes on with the same stay, as far as readmissions are counted. */
const hospitals: ReadonlySet<string> = new Set(['02', '05', '43', '66'])

/**
 * Institutions that take patients as inpatients without being acute care, also as a distinct part of the same hospital: swing bed,
 * rehabilitation, long-term care, psychiatric, other.
 */
const inpatientFacilities: ReadonlySet<string> = new Set(['61', '62', '63', '65', '70'])

export const announcesReadmission = (code: string | undefined): boolean =>
  code !== undefined && Object.hasOwn(plannedReadmission, code)

/** Where the patient went, without the announcement of a return that 81 to 95 add (NUBC, since 2013). */
export const baseDisposition = (code: string): string => plannedReadmission[code] ?? code

/** An empty or unknown code counts as community: a patient at home without follow-up is the worse mistake. */
export const outcomeOf = (code: string | undefined): DischargeOutcome =>
  (code === undefined ? undefined : outcomes[baseDisposition(code)]) ?? 'community'

export const isKnownDisposition = (code: string | undefined): boolean =>
  code !== undefined && Object.hasOwn(outcomes, baseDisposition(code))

export const isHospitalTransfer = (code: string | undefined): boolean =>
  code !== undefined && hospitals.has(baseDisposition(code))

/** Whether a discharge to there is followed by the admission there, as one stay. */
export const isInpatientTransfer = (code: string | undefined): boolean =>
  isHospitalTransfer(code) || (code !== undefined && inpatientFacilities.has(baseDisposition(code)))
