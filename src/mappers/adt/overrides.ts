import type { Code } from './codes.ts'

const v3 = (name: string, code: string, display: string): Code => ({
  system: `http://terminology.hl7.org/CodeSystem/v3-${name}`,
  code,
  display,
})

/** Where we map otherwise than the guide's vocabulary maps, or more. The reasons are printed in docs/reference/adt-mapping.md. */
export const overrides: Readonly<Record<string, Readonly<Record<string, Code>>>> = {
  PatientClass: {
    R: v3('ActCode', 'AMB', 'ambulatory'),
    B: v3('ActCode', 'IMP', 'inpatient encounter'),
    V: v3('ActCode', 'OBSENC', 'observation encounter'),
    OBS: v3('ActCode', 'OBSENC', 'observation encounter'),
  },
  TelecommunicationUseCode: {
    ORN: { system: 'http://hl7.org/fhir/contact-point-use', code: 'home', display: 'Home' },
    VHN: { system: 'http://hl7.org/fhir/contact-point-use', code: 'temp', display: 'Temp' },
  },
}

/** What senders call the codes of HL7 tables, by map: upper case -> code. */
export const namesOf: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  PatientClass: {
    INPATIENT: 'I',
    OUTPATIENT: 'O',
    PREADMIT: 'P',
    'RECURRING PATIENT': 'R',
    OBSTETRICS: 'B',
    OBSERVATION: 'V',
  },
}

export const overrideReasons: Readonly<Record<string, string>> = {
  PatientClass:
    'R is an ambulatory visit and B (obstetrics) a stay in bed, whose duties would be lost under a code that no R4 value set knows; V and OBS are the usual local codes for observation; a word in place of a code (INPATIENT) is taken for the code that it names.',
  TelecommunicationUseCode: 'The guide leaves these unmapped although ContactPoint.use has a fitting code.',
}
