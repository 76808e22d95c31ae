import { describe, expect, test } from 'vitest'
import { readFieldText } from '../../../../src/mappers/adt/registers/field-text.ts'
import { contextOf, type MappingIssue } from '../../../../src/mappers/adt/map-context.ts'
import { cweToCodeableConcept, mapCode } from '../../../../src/mappers/adt/codes.ts'
import { cxToIdentifier } from '../../../../src/mappers/adt/types/cx-identifier.ts'
import { plToLocations, plToReference } from '../../../../src/mappers/adt/types/pl-location.ts'
import { xadToAddress } from '../../../../src/mappers/adt/types/xad-address.ts'
import { xcnToPractitioner, xcnToReference } from '../../../../src/mappers/adt/types/xcn-practitioner.ts'
import { hdOf } from '../../../../src/mappers/adt/types/hd.ts'
import {
  hdToOrganization,
  xonToOrganization,
  xonToReference,
} from '../../../../src/mappers/adt/types/xon-organization.ts'
import { xpnToHumanName } from '../../../../src/mappers/adt/types/xpn-human-name.ts'
import { xtnToContactPoint } from '../../../../src/mappers/adt/types/xtn-contact-point.ts'
import { nubcCode } from '../../../../src/mappers/adt/visits/dispositions.ts'
import { settings } from '../../../support/adt/memory.ts'
import type { Repetition } from '../../../../src/hl7v2/segment.ts'

const issues: MappingIssue[] = []
const context = contextOf('ADTAPP|VALLEY', settings, issue => {
  issues.push(issue)
})

function field(text: string): Repetition {
  const repetition = readFieldText(text)
  if (!repetition) throw new Error('empty')
  return repetition
}

describe('CX -> Identifier', () => {
  const systemOf = (text: string, own = context) => cxToIdentifier(field(text), own, 'PID-3')?.system

  test.each([
    ['1^^^HOSP&1.2.840.1&ISO^MR', 'urn:oid:1.2.840.1'],
    ['1^^^&1.2.840.1^MR', 'urn:oid:1.2.840.1'],
    ['1^^^A&7C0A2F0C-1111-4222-8333-444455556666&GUID', 'urn:uuid:7c0a2f0c-1111-4222-8333-444455556666'],
    ['1^^^A&https://ids.example/mrn&URI', 'https://ids.example/mrn'],
    ['1^^^HOSP^MR', 'https://casewire.example/fhir/sid/assigner/HOSP'],
    ['1^^^ST. MARY & CO', 'https://casewire.example/fhir/sid/assigner/ST.%20MARY'],
    ['1^^^MRN^MR', 'https://casewire.example/fhir/sid/assigner/VALLEY'],
    ['1', 'https://casewire.example/fhir/sid/assigner/VALLEY'],
    ['1^^^&lab.example&DNS', 'https://casewire.example/fhir/sid/assigner/lab.example'],
  ])('%s is of %s', (text, system) => {
    expect(systemOf(text)).toBe(system)
  })

  test('a configured authority has its configured system', () => {
    const own = { ...context, settings: { ...settings, identifierSystems: { HOSP: 'urn:example:hosp' } } }
    expect(systemOf('1^^^HOSP&1.2.840.1&ISO', own)).toBe('urn:example:hosp')
  })

  test('without a number, or with "" for one, there is none', () => {
    expect(cxToIdentifier(field('^^^HOSP'), context, 'PID-3')).toBeUndefined()
    expect(cxToIdentifier(field('""^^^HOSP'), context, 'PID-3')).toBeUndefined()
    expect(cxToIdentifier(field('1^^^""'), context, 'PID-3')?.assigner).toBeUndefined()
  })

  test('a type outside table 0203 is kept as text', () => {
    expect(cxToIdentifier(field('1^^^H^MR'), context, 'PID-3')?.type?.coding?.[0]?.code).toBe('MR')
    expect(cxToIdentifier(field('1^^^H^MRNX'), context, 'PID-3')?.type).toEqual({ text: 'MRNX' })
  })
})

describe('XPN -> HumanName', () => {
  test('prefix, given names, suffix, degree, use and period', () => {
    expect(
      xpnToHumanName(field('RIVER&VAN&RIVER^ALEX^B C^JR^DR^PHD^L^^^^^20200101^20210101'), context, 'PID-5'),
    ).toEqual({
      use: 'official',
      family: 'RIVER',
      given: ['ALEX', 'B C'],
      prefix: ['DR'],
      suffix: ['JR', 'PHD'],
      period: { start: '2020-01-01', end: '2021-01-01' },
    })
  })

  test('a name without a name is none', () => {
    expect(xpnToHumanName(field('^^^^^^L'), context, 'PID-5')).toBeUndefined()
  })
})

describe('XTN -> ContactPoint', () => {
  test.each([
    ['5551234', { system: 'phone', value: '5551234', use: 'home' }],
    ['^PRN^PH^^1^213^5550142', { system: 'phone', value: '+1 213 5550142', use: 'home' }],
    ['^WPN^PH^^^213^5550142^77', { system: 'phone', value: '213 5550142 X77', use: 'work' }],
    ['^PRN^CP^^^^^^^^^07700900', { system: 'phone', value: '07700900', use: 'home' }],
    ['^^CP^^^^5550142', { system: 'phone', value: '5550142', use: 'mobile' }],
    ['^NET^Internet^a@b.example', { system: 'email', value: 'a@b.example' }],
    ['a@b.example', { system: 'email', value: 'a@b.example', use: 'home' }],
    ['^WPN^FX^^^^5550199', { system: 'fax', value: '5550199', use: 'work' }],
  ])('%s', (text, expected) => {
    expect(xtnToContactPoint(field(text), context, 'PID-13', 'home')).toEqual(expected)
  })

  test('an equipment without a number is none', () => {
    expect(xtnToContactPoint(field('^PRN^PH'), context, 'PID-13')).toBeUndefined()
  })
})

describe('XAD -> Address', () => {
  test('street, other designation, use and parts', () => {
    expect(
      xadToAddress(field('12 CANAL ST&CANAL ST&12^APT 3^TOWN^CA^90001^USA^H^^KINGS'), context, 'PID-11'),
    ).toEqual({
      use: 'home',
      line: ['12 CANAL ST', 'APT 3'],
      city: 'TOWN',
      district: 'KINGS',
      state: 'CA',
      postalCode: '90001',
      country: 'USA',
    })
  })

  test('a kind alone is no address', () => {
    expect(xadToAddress(field('^^^^^^H'), context, 'PID-11')).toBeUndefined()
  })
})

describe('PL -> Location', () => {
  test('each level is a place in the one above, from site to bed', () => {
    const places = plToLocations(field('ICU^7^B^VALLEY^^^MAIN^2^Intensive care'), context)
    expect(
      places.map(({ name, physicalType }) => [name, JSON.stringify(physicalType).slice(-40)]),
    ).toHaveLength(6)
    expect(places.map(({ name }) => name)).toEqual(['VALLEY', 'MAIN', '2', 'ICU', 'ICU 7', 'ICU 7 B'])
    expect(places.map(({ partOf }) => (partOf as { reference?: string } | undefined)?.reference)).toEqual([
      undefined,
      ...places.slice(0, -1).map(({ id }) => `Location/${id}`),
    ])
    expect(places.at(-1)?.['description']).toBe('Intensive care')
  })

  test('the same words in another facility are another place', () => {
    const [here, there] = [field('ICU^7^B'), field('ICU^7^B^HILL')].map(
      pl => plToReference(pl, context)?.reference,
    )
    expect(here).not.toBe(there)
    expect(plToReference(field('ICU^7^B^VALLEY'), context)?.reference).toBe(here)
  })
})

describe('XCN -> Practitioner', () => {
  test('an NPI has the national system', () => {
    const npi = xcnToPractitioner(field('1234567893^WEST^ANN^^^^^^X&1.2.3&ISO^L^^^NPI'), context, 'PV1-7')
    expect(npi?.['identifier']).toMatchObject([
      { system: 'http://hl7.org/fhir/sid/us-npi', value: '1234567893' },
    ])
  })

  test.each(['^WEST^ANN^^^^^^NPI', '^WEST^ANN^^^^^^X&2.16.840.1.113883.4.6&ISO', '^WEST^ANN^^^^^NPI'])(
    'an NPI is known by its type, its authority or the OID of the registry: %s',
    rest => {
      expect(xcnToPractitioner(field(`1234567893${rest}`), context, 'PV1-7')?.['identifier']).toMatchObject([
        { system: 'http://hl7.org/fhir/sid/us-npi', value: '1234567893' },
      ])
      expect(xcnToPractitioner(field(`77${rest}`), context, 'PV1-7')?.['identifier']).not.toMatchObject([
        { system: 'http://hl7.org/fhir/sid/us-npi' },
      ])
    },
  )

  test('without a number there is a display only', () => {
    expect(xcnToPractitioner(field('^WEST^ANN'), context, 'PV1-7')).toBeUndefined()
    expect(xcnToReference(field('^WEST^ANN^B^JR^DR'), context)).toEqual({ display: 'DR ANN B WEST JR' })
  })
})

describe('HD -> Organization of a facility', () => {
  const universal = (hd: string) =>
    hdToOrganization(hdOf(field(hd)), context, 'HILL')['identifier'] as readonly unknown[]

  test('a universal id is an identifier beside the name: a URI, an NPI, else with its kind', () => {
    expect(universal('HILL^1.2.3^ISO')[1]).toEqual({ system: 'urn:ietf:rfc:3986', value: 'urn:oid:1.2.3' })
    expect(universal('HILL^1234567893^NPI')[1]).toEqual({
      system: 'http://hl7.org/fhir/sid/us-npi',
      value: '1234567893',
    })
    expect(universal('HILL^hill.example^DNS')[1]).toEqual({ type: { text: 'DNS' }, value: 'hill.example' })
    expect(universal('HILL')).toHaveLength(1)
  })
})

describe('XON -> Organization', () => {
  test('is known by its number, else by its name within the facility', () => {
    expect(xonToOrganization(field('GOOD PAYER^^77^^^PAYERS'), context)?.['identifier']).toMatchObject([
      { value: '77' },
    ])
    expect(xonToReference(field('Good Payer'), context)?.reference).toBe(
      xonToReference(field('GOOD PAYER'), context)?.reference,
    )
    expect(xonToOrganization(field('^L'), context)).toBeUndefined()
  })

  test('has no home, whatever is sent of its telephone and address', () => {
    const details = {
      telecom: [{ system: 'phone', value: '5550100', use: 'home' } as const],
      address: [{ city: 'TOWN', use: 'home' } as const],
    }
    expect(xonToOrganization(field('GOOD PAYER'), context, details)).toMatchObject({
      telecom: [{ system: 'phone', value: '5550100' }],
      address: [{ city: 'TOWN' }],
    })
    const organization = JSON.stringify(xonToOrganization(field('GOOD PAYER'), context, details))
    expect(organization).not.toContain('home')
  })
})

describe('CWE -> CodeableConcept', () => {
  test('what the map says stands first, the code as sent after it', () => {
    expect(
      cweToCodeableConcept(field('M^Married^HL70002'), context, { map: 'MaritalStatus', at: 'PID-16' })
        ?.coding,
    ).toEqual([
      { system: 'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus', code: 'M', display: 'Married' },
      { system: 'http://terminology.hl7.org/CodeSystem/v2-0002', code: 'M', display: 'Married' },
    ])
  })

  test("a code outside its table is the facility's own and is noted", () => {
    issues.length = 0
    const concept = cweToCodeableConcept(field('ZZ^Other'), context, { map: 'MaritalStatus', at: 'PID-16' })
    expect(concept?.coding).toEqual([
      { system: 'https://casewire.example/fhir/CodeSystem/local/VALLEY/0002', code: 'ZZ', display: 'Other' },
    ])
    expect(issues).toEqual([{ code: 'code-unmapped', expression: 'PID-16' }])
  })

  test.each([
    ['I10^Hypertension^I10C', 'http://hl7.org/fhir/sid/icd-10-cm'],
    ['38341003^Hypertension^SCT', 'http://snomed.info/sct'],
    ['X^Y^2.16.840.1.113883.6.96', 'urn:oid:2.16.840.1.113883.6.96'],
    ['X^Y^99LOCAL', 'https://casewire.example/fhir/CodeSystem/local/VALLEY/99LOCAL'],
    ['X^Y', undefined],
  ])('%s is of system %s', (text, system) => {
    expect(cweToCodeableConcept(field(text), context, { at: 'DG1-3' })?.coding?.[0]?.system).toBe(system)
  })

  test('a text without a code is a text', () => {
    expect(cweToCodeableConcept(field('^Chest pain'), context, { at: 'PV2-3' })).toEqual({
      text: 'Chest pain',
    })
    expect(cweToCodeableConcept(field('^^I10'), context, { at: 'PV2-3' })).toBeUndefined()
  })
})

test("PV1-36 is a NUBC code as it is, with its zero, or by the source's own table", () => {
  expect(nubcCode('1', settings)).toBe('01')
  expect(nubcCode('81', settings)).toBe('81')
  expect(nubcCode('HOME', settings)).toBeUndefined()
  expect(nubcCode('HOME', { ...settings, dispositions: { HOME: '01' } })).toBe('01')
})

describe('as hospitals of other countries write it', () => {
  test.each([
    ['Lindenweg 12&Lindenweg&12^^ULM^^89073', { line: ['Lindenweg 12'] }],
    ['12 Oak Ave&Oak Ave&12^^DALLAS', { line: ['12 Oak Ave'] }],
    ['&Oak Ave&12^^DALLAS', { line: ['12 Oak Ave'] }],
    ['c/o Meyer&Lindenweg&12^^ULM', { line: ['c/o Meyer, 12 Lindenweg'] }],
    ['^^^^100-0001^JPN^H^東京都千代田区１', { text: '東京都千代田区１', postalCode: '100-0001' }],
    ['^^ULM^^89073^DE^H^Donau', { city: 'ULM', postalCode: '89073' }],
  ])('the address %s', (text, address) => {
    expect(xadToAddress(field(text), context, 'PID-11')).toMatchObject(address)
  })

  test.each([
    ['^^CP^0790000000', { system: 'phone', value: '0790000000', use: 'mobile' }],
    ['^^CP^jo@mail.example', { system: 'email', value: 'jo@mail.example' }],
    ['^NET^^jo@mail.example', { system: 'email', value: 'jo@mail.example' }],
    ['(608)555-0142^P^M', { system: 'phone', value: '(608)555-0142', use: 'mobile' }],
    ['(608)555-0142^P^W^^^608^5550142', { system: 'phone', value: '608 5550142', use: 'work' }],
  ])('the number %s', (text, contact) => {
    expect(xtnToContactPoint(field(text), context, 'PID-13')).toMatchObject(contact)
  })

  test('a name says which script it is in', () => {
    const url = 'http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation'
    const script = (text: string) => xpnToHumanName(field(text), context, 'PID-5')?.extension
    expect(script('山田^花子^^^^^L^I')).toEqual([{ url, valueCode: 'IDE' }])
    expect(script('ヤマダ^ハナコ^^^^^L^P')).toEqual([{ url, valueCode: 'SYL' }])
    expect(script('YAMADA^HANAKO^^^^^L^X')).toBeUndefined()
  })

  test('a word in place of a code is what it names, and is kept as the sender’s own', () => {
    const concept = cweToCodeableConcept(field('MARRIED'), context, { map: 'MaritalStatus', at: 'PID-16' })
    expect(concept?.coding).toMatchObject([
      { system: 'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus', code: 'M' },
      { system: 'https://casewire.example/fhir/CodeSystem/local/VALLEY/0002', code: 'MARRIED' },
    ])
    expect(mapCode('PatientClass', 'Inpatient')?.code).toBe('IMP')
    expect(mapCode('PatientClass', 'EMERGENCY')?.code).toBe('EMER')
  })
})
