import { expect, test } from 'vitest'
import { messageFromRedox } from '../../../../src/mappers/alerts/redox-patient-admin.ts'

type Json = Readonly<Record<string, unknown>>

const sent = (eventType: string, visit: Json = {}, patient: Json = {}, meta: Json = {}): Json => ({
  Meta: {
    DataModel: 'PatientAdmin',
    EventType: eventType,
    EventDateTime: '2026-11-02T09:15:00.000Z',
    Source: { Name: 'R' },
    ...meta,
  },
  Patient: { Identifiers: [{ ID: 'X1', IDType: 'MR' }], ...patient },
  Visit: { VisitNumber: 'V1', PatientClass: 'Inpatient', ...visit },
})
const text = (value: Json): string => {
  const read = messageFromRedox(value)
  if (read === undefined) return 'none'
  return read.ok ? (read.value[0] ?? '') : read.failure.code
}
const field = (value: Json, at: string): string | undefined => {
  const [segment = '', number] = at.split('-')
  const line = text(value)
    .split('\r')
    .find(found => found.startsWith(segment))
  return line?.split('|')[Number(number) - (segment === 'MSH' ? 1 : 0)]
}

test.each([
  ['Arrival', 'Inpatient', 'A01'],
  ['Arrival', 'Observation', 'A01'],
  ['Arrival', 'Emergency', 'A04'],
  ['Arrival', 'Outpatient', 'A04'],
  ['Arrival', null, 'A01'],
  ['Registration', 'Outpatient', 'A04'],
  ['PreAdmit', 'Inpatient', 'A05'],
  ['Transfer', 'Inpatient', 'A02'],
  ['Discharge', 'Inpatient', 'A03'],
  ['VisitUpdate', 'Inpatient', 'A08'],
  ['Cancel', 'Inpatient', 'A11'],
  ['Cancel', 'Preadmit', 'A38'],
  ['NewPatient', null, 'A28'],
  ['PatientUpdate', null, 'A31'],
  ['PatientMerge', null, 'A40'],
  ['VisitMerge', null, 'A45'],
  ['CensusQueryResponse', null, 'CensusQueryResponse'],
])('%s of class %s is %s', (eventType, patientClass, trigger) => {
  expect(field(sent(eventType, { PatientClass: patientClass }), 'MSH-9')).toBe(`ADT^${trigger}`)
  expect(field(sent(eventType), 'EVN-2')).toBe('20261102091500.000+0000')
})

test('other data models are refused by name, and other JSON is none of Redox', () => {
  expect(text({ Meta: { DataModel: 'Results', EventType: 'New' } })).toBe('payload-shape-unsupported')
  expect(text({ Meta: { DataModel: 'PatientAdmin' } })).toBe('none')
  expect(text({ data: 'x' })).toBe('none')
})

test('the kind of a number is its type where HL7 knows it, else who assigned it', () => {
  const Identifiers = [
    { ID: '1', IDType: 'MR' },
    { ID: '2', IDType: 'EHRID' },
    { ID: '3', IDType: '2.16.840.1.113883' },
    { ID: null, IDType: 'MR' },
    { ID: '4' },
  ]
  expect(field(sent('Arrival', {}, { Identifiers }), 'PID-3')).toBe(
    '1^^^^MR~2^^^EHRID~3^^^&2.16.840.1.113883&ISO~4',
  )
})

test('a plan has its start where it is expected, a visit where it began', () => {
  const at = { VisitDateTime: '2026-11-09T08:00:00.000Z' }
  expect(field(sent('PreAdmit', at), 'PV2-8')).toBe('20261109080000.000+0000')
  expect(field(sent('Arrival', at), 'PV1-44')).toBe('20261109080000.000+0000')
})

test('a discharge says when, how and to where', () => {
  const value = sent('Discharge', {
    DischargeDateTime: '2026-11-05T14:20:00Z',
    DischargeStatus: { Code: '03' },
    DischargeLocation: { Facility: 'Hill House' },
    Location: { Facility: 'NORTH', Department: 'MED', Room: '1', Bed: null },
  })
  expect(['PV1-3', 'PV1-36', 'PV1-37', 'PV1-45'].map(at => field(value, at))).toEqual([
    'MED^1^^NORTH',
    '03',
    'Hill House',
    '20261105142000+0000',
  ])
})

test('merges name what is given up', () => {
  const previous = { PreviousIdentifiers: [{ ID: 'X2', IDType: 'MR' }] }
  expect(text(sent('PatientMerge', {}, previous))).toContain('\rMRG|X2^^^^MR\r')
  expect(text(sent('PatientMerge', {}, previous))).not.toContain('PV1')
  expect(text(sent('VisitMerge', {}, previous))).toContain('\rMRG|X2^^^^MR||||V1\rPV1|1|I')
  expect(text(sent('VisitMerge', { PreviousVisitNumber: 'V0' }, previous))).toContain(
    '\rMRG|X2^^^^MR||||V0\r',
  )
})

test('people, insurance and findings get segments of their own', () => {
  const value = text(
    sent(
      'Arrival',
      {
        AttendingProvider: { NPI: '1234567893', LastName: 'Okafor', FirstName: 'Ada', Credentials: ['MD'] },
        AttendingProviders: [{ ID: '7', IDType: 'LOCAL', LastName: 'Ito' }],
        Guarantor: { Number: 'G1', LastName: 'Moreau', RelationToPatient: 'Self' },
        Insurances: [
          {
            Plan: { ID: 'P1', Name: 'Gold' },
            MemberNumber: 'M1',
            Company: { ID: 'C1', Name: 'Lone Star', PhoneNumber: '555' },
          },
        ],
        Reason: 'Chest pain',
      },
      {
        Demographics: {
          LastName: 'Moreau',
          Sex: 'Nonbinary',
          IsHispanic: true,
          IsDeceased: false,
          PhoneNumber: { Office: '1', Mobile: '2' },
        },
        Contacts: [
          {
            LastName: 'Moreau',
            RelationToPatient: 'Mother',
            Roles: ['Emergency Contact'],
            PhoneNumber: { Home: '3' },
          },
        ],
        Allergies: [
          {
            Code: '1',
            Codeset: 'SNOMED CT',
            Name: 'Nuts',
            Reaction: [{ Name: 'Hives' }],
            Severity: { Code: 'SV' },
          },
        ],
        PCP: { ID: '9', IDType: 'NPI', LastName: 'Granite' },
        Notes: ['free text'],
      },
    ),
  ).split('\r')
  expect(value.slice(2, -1)).toEqual([
    'PID|1||X1^^^^MR||Moreau|||Nonbinary|||||^PRS^CP^^^^^^^^^2|^WPN^PH^^^^^^^^^1||||||||H||||||||N',
    'PD1||||9^Granite^^^^^^^^^^^NPI',
    'NK1|1|Moreau|MTH||^PRN^PH^^^^^^^^^3||C',
    'PV1|1|I|||||1234567893^Okafor^Ada^^^^MD^^^^^^NPI~7^Ito^^^^^^^LOCAL||||||||||||V1',
    'PV2|||^Chest pain',
    'AL1|1||1^Nuts^SCT|SV|Hives',
    'GT1|1|G1|Moreau||||||||SEL',
    'IN1|1|P1^Gold|C1|Lone Star|||^WPN^PH^^^^^^^^^555||||||||||||||||||||||||||||||||||||||||||M1',
  ])
})

test('what is of another kind than Redox says does no harm', () => {
  for (const odd of [null, 7, 'x', [], {}, [null], [[]], [{ ID: {} }]]) {
    for (const name of [
      'Identifiers',
      'Demographics',
      'Contacts',
      'Diagnoses',
      'Allergies',
      'PCP',
      'PreviousIdentifiers',
    ])
      expect(() => messageFromRedox(sent('PatientMerge', {}, { [name]: odd }))).not.toThrow()
    for (const name of [
      'Location',
      'AttendingProvider',
      'Insurances',
      'Guarantor',
      'VisitNumber',
      'DischargeStatus',
      'PatientClass',
    ])
      expect(() => messageFromRedox(sent('Arrival', { [name]: odd }))).not.toThrow()
    expect(() =>
      messageFromRedox({
        Meta: { DataModel: 'PatientAdmin', EventType: 'Arrival', Source: odd },
        Patient: odd,
        Visit: odd,
      }),
    ).not.toThrow()
  }
})
