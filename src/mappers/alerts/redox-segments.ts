import type { FieldDraft, SegmentDraft } from '../../hl7v2/write-message.ts'
import { at, listAt, textAt } from '../../lib/json-view.ts'
import { dtm, dtmAt } from './fhir-values.ts'
import {
  homeNumbers,
  maritalStates,
  officeNumbers,
  redoxCwe,
  redoxCx,
  redoxXad,
  redoxXcn,
  redoxXpn,
  relations,
  sexes,
  worded,
} from './redox-values.ts'

/** PID, PD1 and NK1 of Redox's Patient. */
export function redoxPatient(patient: unknown, accountNumber: string | undefined): readonly SegmentDraft[] {
  const person = at(patient, 'Demographics')
  const race = textAt(person, 'Race')
  const pid: Record<number, FieldDraft> = {
    1: '1',
    3: listAt(patient, 'Identifiers').map(redoxCx),
    5: [redoxXpn(person)],
    7: dtmAt(person, 'DOB'),
    8: worded(sexes, textAt(person, 'Sex')),
    10: race === undefined ? undefined : [['', race]],
    11: [redoxXad(at(person, 'Address'))],
    13: homeNumbers(person),
    14: officeNumbers(person),
    15: textAt(person, 'Language'),
    16: worded(maritalStates, textAt(person, 'MaritalStatus')),
    17: textAt(person, 'Religion'),
    18: accountNumber,
    19: textAt(person, 'SSN'),
    22: hispanic(textAt(person, 'IsHispanic')),
    26: listAt(person, 'Citizenship').map(country => [textAt(country)]),
    29: dtmAt(person, 'DeathDateTime'),
    30: yesNo(textAt(person, 'IsDeceased')),
  }
  const pcp = redoxXcn(at(patient, 'PCP'))
  return [
    { name: 'PID', fields: pid },
    ...(pcp === undefined ? [] : [{ name: 'PD1', fields: { 4: [pcp] } }]),
    ...listAt(patient, 'Contacts').map(contactSegment),
  ]
}

const yesNo = (text: string | undefined): string | undefined =>
  text === 'true' ? 'Y' : text === 'false' ? 'N' : undefined

/** HL7 table 0189. */
const hispanic = (text: string | undefined): string | undefined =>
  text === 'true' ? 'H' : text === 'false' ? 'N' : undefined

function contactSegment(contact: unknown, index: number): SegmentDraft {
  const roles = listAt(contact, 'Roles').map(role => textAt(role)?.toLowerCase())
  return {
    name: 'NK1',
    fields: {
      1: String(index + 1),
      2: [redoxXpn(contact)],
      3: worded(relations, textAt(contact, 'RelationToPatient')),
      4: [redoxXad(at(contact, 'Address'))],
      5: homeNumbers(contact),
      6: officeNumbers(contact),
      7: roles.includes('emergency contact') ? 'C' : undefined,
    },
  }
}

/** DG1 and AL1, which Redox keeps with the patient. */
export function redoxClinical(patient: unknown): readonly SegmentDraft[] {
  const allergies = listAt(patient, 'Allergies').map((allergy, index) => ({
    name: 'AL1',
    fields: {
      1: String(index + 1),
      2: [redoxCwe(at(allergy, 'Type'))],
      3: [redoxCwe(allergy)],
      4: [redoxCwe(at(allergy, 'Severity'))],
      5: listAt(allergy, 'Reaction').map(reaction => [textAt(reaction, 'Name') ?? textAt(reaction, 'Code')]),
      6: dtmAt(allergy, 'OnsetDateTime'),
    },
  }))
  const diagnoses = listAt(patient, 'Diagnoses').map((diagnosis, index) => ({
    name: 'DG1',
    fields: {
      1: String(index + 1),
      3: [redoxCwe(diagnosis)],
      6: worded(diagnosisTypes, textAt(diagnosis, 'Type')),
      19: dtmAt(diagnosis, 'DocumentedDateTime'),
    },
  }))
  return [...allergies, ...diagnoses]
}

const diagnosisTypes: Readonly<Record<string, string>> = { admitting: 'A', working: 'W', final: 'F' }

/** GT1 and IN1 of Redox's Visit. */
export function redoxPayers(visit: unknown): readonly SegmentDraft[] {
  const guarantor = at(visit, 'Guarantor')
  const name = redoxXpn(guarantor)
  const number = textAt(guarantor, 'Number')
  const gt1: SegmentDraft = {
    name: 'GT1',
    fields: {
      1: '1',
      2: number,
      3: [name],
      5: [redoxXad(at(guarantor, 'Address'))],
      6: homeNumbers(guarantor),
      7: officeNumbers(guarantor),
      8: dtmAt(guarantor, 'DOB'),
      9: worded(sexes, textAt(guarantor, 'Sex')),
      11: worded(relations, textAt(guarantor, 'RelationToPatient')),
    },
  }
  return [
    ...(name === undefined && number === undefined ? [] : [gt1]),
    ...listAt(visit, 'Insurances').map(insurance),
  ]
}

function insurance(insured: unknown, index: number): SegmentDraft {
  const [plan, company, person] = [at(insured, 'Plan'), at(insured, 'Company'), at(insured, 'Insured')]
  const office = textAt(company, 'PhoneNumber')
  const name = textAt(company, 'Name')
  const planId = textAt(plan, 'ID')
  return {
    name: 'IN1',
    fields: {
      1: String(index + 1),
      2: planId === undefined ? undefined : [[planId, textAt(plan, 'Name')]],
      3: [redoxCx(company)],
      4: name === undefined ? undefined : [[name]],
      5: [redoxXad(at(company, 'Address'))],
      7: office === undefined ? undefined : [['', 'WPN', 'PH', '', '', '', '', '', '', '', '', office]],
      8: textAt(insured, 'GroupNumber'),
      9: textAt(insured, 'GroupName'),
      12: dtm(textAt(insured, 'EffectiveDate')),
      13: dtm(textAt(insured, 'ExpirationDate')),
      15: textAt(insured, 'CoverageType'),
      16: [redoxXpn(person)],
      17: worded(relations, textAt(person, 'Relationship')),
      18: dtmAt(person, 'DOB'),
      19: [redoxXad(at(person, 'Address'))],
      36: textAt(insured, 'PolicyNumber'),
      43: worded(sexes, textAt(person, 'Sex')),
      49: textAt(insured, 'MemberNumber'),
    },
  }
}
