import { readMessage } from '../../src/hl7v2/read-message.ts'

/** One stay, told at its beginning and at its end in each shape of payload. People and numbers are made up. */

export type Moment = 'admit' | 'discharge'

/** The shape that says most. */
export function er7(moment: Moment): string {
  const [trigger, sent] = moment === 'admit' ? ['A01', '20261102091500+0000'] : ['A03', '20261105143000+0000']
  const end = moment === 'admit' ? '' : '20261105142000+0000'
  const [place, prior] = moment === 'admit' ? ['MED^101^A^NORTH', ''] : ['MED^102^B^NORTH', '']
  const pv1 = new Map([
    [1, '1'],
    [2, 'I'],
    [3, place],
    [6, prior],
    [7, '1234567893^Okafor^Ada^^^^^^^^^^NPI'],
    [19, 'V1^^^NORTH&1.2.3&ISO^VN'],
    [36, moment === 'admit' ? '' : '01'],
    [44, '20261102090000+0000'],
    [45, end],
  ])
  return [
    `MSH|^~\\&|ADT1|NORTH|||${sent}||ADT^${trigger}|${moment}-1|P|2.5.1||||||UNICODE UTF-8`,
    `EVN|${trigger}|${sent}`,
    'PID|1||X1^^^NORTH&1.2.3&ISO^MR||Moreau \\T\\ Søn^Élise^Anne^^^^L||19580607|F|||' +
      '12 Rue Neuve^Apt 4^Austin^TX^78701^US^H||^PRN^PH^^^^^^^^^+1 512 555 0100~^NET^Internet^elise@example.org||en|M',
    `PV1|${Array.from({ length: 45 }, (_none, at) => pv1.get(at + 1) ?? '').join('|')}`,
    'DG1|1||I50.9^Heart failure, unspecified^I10C|||A',
    'IN1|1|||Lone Star Health||||G-77||||20260101|||||SEL|||||||||||||||||||P-9001',
  ]
    .map(segment => `${segment}\r`)
    .join('')
}

const text = (value: string): string => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** The same segments in HL7 v2 XML, its components named by their field: what follows the last dot counts. */
export function v2Xml(moment: Moment): string {
  const message = readMessage(er7(moment))
  if (!message.ok) throw new Error(message.failure.code)
  const segments = message.value.segments.map(segment => {
    const fields = Array.from({ length: 50 }, (_none, at) => at + 1).flatMap(field =>
      segment.repetitions(field).map(repetition => {
        const tag = `${segment.name}.${field}`
        if (segment.name === 'MSH' && field <= 2) return `<${tag}>${text(repetition.raw)}</${tag}>`
        const components = Array.from({ length: repetition.raw.split('^').length }, (_one, at) => at + 1)
        const inside = components.map(component => {
          const parts = [1, 2, 3].map(part => {
            const value = repetition.text(component, part)
            return value ? `<HD.${part}>${text(value)}</HD.${part}>` : ''
          })
          return `<CX.${component}>${parts.join('')}</CX.${component}>`
        })
        return `<${tag}>${inside.join('')}</${tag}>`
      }),
    )
    return `<${segment.name}>${fields.join('')}</${segment.name}>`
  })
  return `<?xml version="1.0" encoding="UTF-8"?>\n<ADT_A01 xmlns="urn:hl7-org:v2xml">${segments.join('\n')}</ADT_A01>`
}

export const cloudEvent = (moment: Moment): string =>
  JSON.stringify({
    specversion: '1.0',
    type: 'org.example.adt',
    source: '/engine',
    id: moment,
    datacontenttype: 'application/hl7-v2',
    data_base64: Buffer.from(er7(moment)).toString('base64'),
  })

const coded = (system: string, code: string, display?: string) => ({
  coding: [{ system, code, ...(display !== undefined && { display }) }],
})
const V2 = 'http://terminology.hl7.org/CodeSystem/v2-'
const V3 = 'http://terminology.hl7.org/CodeSystem/v3-'

/** A Da Vinci notification with what it is about. */
export function notification(moment: Moment): string {
  const isAdmit = moment === 'admit'
  const physical = 'http://terminology.hl7.org/CodeSystem/location-physical-type'
  const [room, bed] = isAdmit ? ['101', 'A'] : ['102', 'B']
  const reference = (name: string) => ({ reference: `urn:uuid:${name}` })
  const resources: Readonly<Record<string, object>> = {
    header: {
      resourceType: 'MessageHeader',
      eventCoding: {
        system: 'http://hl7.org/fhir/us/davinci-alerts/CodeSystem/notification-event',
        code: isAdmit ? 'notification-admit' : 'notification-discharge',
      },
      source: { name: 'ADT1', endpoint: 'https://north.example.org' },
      sender: reference('north'),
      focus: [reference('visit')],
    },
    north: { resourceType: 'Organization', name: 'NORTH' },
    visit: {
      resourceType: 'Encounter',
      identifier: [
        {
          type: coded(`${V2}0203`, 'VN'),
          system: 'urn:oid:1.2.3',
          value: 'V1',
          assigner: { display: 'NORTH' },
        },
      ],
      status: isAdmit ? 'in-progress' : 'finished',
      class: { system: `${V3}ActCode`, code: 'IMP' },
      subject: reference('patient'),
      participant: [{ type: [coded(`${V3}ParticipationType`, 'ATND')], individual: reference('doctor') }],
      period: {
        start: '2026-11-02T09:00:00+00:00',
        ...(!isAdmit && { end: '2026-11-05T14:20:00+00:00' }),
      },
      diagnosis: [
        {
          condition: reference('condition'),
          use: coded('http://terminology.hl7.org/CodeSystem/diagnosis-role', 'AD'),
        },
      ],
      ...(!isAdmit && {
        hospitalization: {
          dischargeDisposition: coded('http://terminology.hl7.org/CodeSystem/discharge-disposition', 'home'),
        },
      }),
      location: [{ location: reference('bed'), status: isAdmit ? 'active' : 'completed' }],
    },
    patient: {
      resourceType: 'Patient',
      identifier: [
        {
          type: coded(`${V2}0203`, 'MR'),
          system: 'urn:oid:1.2.3',
          value: 'X1',
          assigner: { display: 'NORTH' },
        },
      ],
      name: [{ use: 'official', family: 'Moreau & Søn', given: ['Élise', 'Anne'] }],
      telecom: [
        { system: 'phone', use: 'home', value: '+1 512 555 0100' },
        { system: 'email', value: 'elise@example.org' },
      ],
      gender: 'female',
      birthDate: '1958-06-07',
      address: [
        {
          use: 'home',
          line: ['12 Rue Neuve', 'Apt 4'],
          city: 'Austin',
          state: 'TX',
          postalCode: '78701',
          country: 'US',
        },
      ],
      maritalStatus: coded(`${V3}MaritalStatus`, 'M'),
      communication: [{ language: coded('urn:ietf:bcp:47', 'en') }],
    },
    doctor: {
      resourceType: 'Practitioner',
      identifier: [{ system: 'http://hl7.org/fhir/sid/us-npi', value: '1234567893' }],
      name: [{ family: 'Okafor', given: ['Ada'] }],
    },
    condition: {
      resourceType: 'Condition',
      code: coded('http://hl7.org/fhir/sid/icd-10-cm', 'I50.9', 'Heart failure, unspecified'),
      subject: reference('patient'),
      encounter: reference('visit'),
    },
    coverage: {
      resourceType: 'Coverage',
      status: 'active',
      beneficiary: reference('patient'),
      relationship: coded('http://terminology.hl7.org/CodeSystem/subscriber-relationship', 'self'),
      subscriberId: 'P-9001',
      period: { start: '2026-01-01' },
      payor: [{ display: 'Lone Star Health' }],
      class: [
        { type: coded('http://terminology.hl7.org/CodeSystem/coverage-class', 'group'), value: 'G-77' },
      ],
    },
    ward: {
      resourceType: 'Location',
      name: 'MED',
      physicalType: coded(physical, 'wa'),
      partOf: reference('site'),
    },
    site: { resourceType: 'Location', name: 'NORTH', physicalType: coded(physical, 'si') },
    room: {
      resourceType: 'Location',
      name: room,
      physicalType: coded(physical, 'ro'),
      partOf: reference('ward'),
    },
    bed: {
      resourceType: 'Location',
      name: bed,
      physicalType: coded(physical, 'bd'),
      partOf: reference('room'),
    },
  }
  return JSON.stringify({
    resourceType: 'Bundle',
    type: 'message',
    identifier: { value: `${moment}-1` },
    timestamp: isAdmit ? '2026-11-02T09:15:00+00:00' : '2026-11-05T14:30:00+00:00',
    entry: Object.entries(resources).map(([name, resource]) => ({ fullUrl: `urn:uuid:${name}`, resource })),
  })
}

/** Redox's PatientAdmin. */
export function redox(moment: Moment): string {
  const isAdmit = moment === 'admit'
  return JSON.stringify({
    Meta: {
      DataModel: 'PatientAdmin',
      EventType: isAdmit ? 'Arrival' : 'Discharge',
      EventDateTime: isAdmit ? '2026-11-02T09:15:00Z' : '2026-11-05T14:30:00Z',
      Test: false,
      Source: { ID: '7ce6f387-c33c-417d-8682-81e83628cbd9', Name: 'ADT1' },
      Message: { ID: 5 },
      FacilityCode: 'NORTH',
    },
    Patient: {
      Identifiers: [{ ID: 'X1', IDType: 'NORTH' }],
      Demographics: {
        FirstName: 'Élise',
        MiddleName: 'Anne',
        LastName: 'Moreau & Søn',
        DOB: '1958-06-07',
        Sex: 'Female',
        MaritalStatus: 'Married',
        IsDeceased: null,
        PhoneNumber: { Home: '+1 512 555 0100', Office: null, Mobile: null },
        EmailAddresses: ['elise@example.org'],
        Language: 'en',
        Address: { StreetAddress: '12 Rue Neuve', City: 'Austin', State: 'TX', ZIP: '78701', Country: 'US' },
      },
      Diagnoses: [
        { Code: 'I50.9', Codeset: 'ICD-10', Name: 'Heart failure, unspecified', Type: 'Admitting' },
      ],
    },
    Visit: {
      VisitNumber: 'V1',
      PatientClass: 'Inpatient',
      VisitDateTime: '2026-11-02T09:00:00Z',
      ...(!isAdmit && {
        DischargeDateTime: '2026-11-05T14:20:00Z',
        DischargeStatus: { Code: '01', Codeset: null, Description: 'Home' },
      }),
      AttendingProvider: { ID: '1234567893', IDType: 'NPI', FirstName: 'Ada', LastName: 'Okafor' },
      Location: {
        Type: null,
        Facility: 'NORTH',
        Department: 'MED',
        Room: isAdmit ? '101' : '102',
        Bed: isAdmit ? 'A' : 'B',
      },
      Insurances: [
        {
          Company: { Name: 'Lone Star Health' },
          GroupNumber: 'G-77',
          EffectiveDate: '2026-01-01',
          PolicyNumber: 'P-9001',
          Insured: { Relationship: 'Self' },
        },
      ],
    },
  })
}
