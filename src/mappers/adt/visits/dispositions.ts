import type { CodeableConcept } from '@medplum/fhirtypes'
import { announcesReadmission, baseDisposition } from '../../../care-plan/stays/disposition.ts'
import { hl7System, localSystem } from '../codes.ts'
import type { MapContext } from '../map-context.ts'
import type { SourceSettings } from '../source.ts'

/**
 * NUBC patient discharge status (UB-04 form locator 17) -> FHIR discharge-disposition (adt.md 3.3). The guide's map of
 * HL7 table 0112 has no left side, because the table is site-defined; most senders use the NUBC codes.
 */
export const fhirCodes: Readonly<Record<string, FhirDisposition>> = {
  '01': 'home',
  '02': 'other-hcf',
  '03': 'snf',
  '04': 'long',
  '05': 'other-hcf',
  '06': 'home',
  '07': 'aadvice',
  '20': 'exp',
  '21': 'oth',
  '40': 'exp',
  '41': 'exp',
  '42': 'exp',
  '43': 'other-hcf',
  '50': 'hosp',
  '51': 'hosp',
  '61': 'snf',
  '62': 'rehab',
  '63': 'long',
  '64': 'long',
  '65': 'psy',
  '66': 'other-hcf',
  '69': 'other-hcf',
  '70': 'other-hcf',
}

/** Without a FHIR code of its own: still a patient. */
const unmapped: ReadonlySet<string> = new Set(['30'])

const displays = {
  home: 'Home',
  'other-hcf': 'Other healthcare facility',
  hosp: 'Hospice',
  long: 'Long-term care',
  aadvice: 'Left against advice',
  exp: 'Expired',
  psy: 'Psychiatric hospital',
  rehab: 'Rehabilitation',
  snf: 'Skilled nursing facility',
  oth: 'Other',
} as const

type FhirDisposition = keyof typeof displays

const FHIR_SYSTEM = 'http://terminology.hl7.org/CodeSystem/discharge-disposition'

/** The NUBC code that a PV1-36 stands for, by the source's settings or as it is; undefined when it is none. */
export function nubcCode(code: string | undefined, { dispositions }: SourceSettings): string | undefined {
  if (code === undefined) return undefined
  if (Object.hasOwn(dispositions, code)) return dispositions[code]
  const padded = /^\d$/.test(code) ? `0${code}` : code
  const isKnown = Object.hasOwn(fhirCodes, padded) || announcesReadmission(padded) || unmapped.has(padded)
  return isKnown ? padded : undefined
}

/** An A03 with NUBC 30 (still a patient) ends no visit. */
export const endsVisit = (code: string | undefined, settings: SourceSettings): boolean =>
  nubcCode(code, settings) !== '30'

/** PV1-36 as CodeableConcept: the FHIR code first, then always the code as sent. */
export function dispositionConcept(code: string, context: MapContext): CodeableConcept {
  const nubc = nubcCode(code, context.settings)
  const fhir = nubc === undefined ? undefined : fhirCodes[baseDisposition(nubc)]
  if (nubc === undefined) context.report({ code: 'code-unmapped', expression: 'PV1-36' })
  const system =
    nubc === undefined || nubc !== code.padStart(2, '0') ? localSystem('0112', context) : hl7System('0112')
  const sent = { system, code: code.replaceAll(/\s+/g, ' ') }
  return {
    coding:
      fhir === undefined ? [sent] : [{ system: FHIR_SYSTEM, code: fhir, display: displays[fhir] }, sent],
  }
}
