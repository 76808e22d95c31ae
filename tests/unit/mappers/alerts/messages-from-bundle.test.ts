import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { messagesFromBundle } from '../../../../src/mappers/alerts/messages-from-bundle.ts'
import { readValue } from '../../../../src/mappers/alerts/read-value.ts'

type Json = Readonly<Record<string, unknown>>

const patient = { resourceType: 'Patient', id: 'p', identifier: [{ system: 'urn:oid:1.2.3', value: 'X1' }] }
const visit = (more: Json = {}): Json => ({
  resourceType: 'Encounter',
  id: 'e',
  status: 'in-progress',
  class: { code: 'IMP' },
  subject: { reference: 'Patient/p' },
  identifier: [{ value: 'V1' }],
  ...more,
})
const place = (id: string, kind: string, name: string, partOf?: string): Json => ({
  resourceType: 'Location',
  id,
  name,
  physicalType: { coding: [{ code: kind }] },
  ...(partOf !== undefined && { partOf: { reference: `Location/${partOf}` } }),
})
const bundle = (type: string, resources: readonly Json[], more: Json = {}): Json => ({
  resourceType: 'Bundle',
  type,
  entry: resources.map(resource => ({ resource })),
  ...more,
})
const notification = (code: string, resources: readonly Json[], more: Json = {}): Json =>
  bundle(
    'message',
    [
      {
        resourceType: 'MessageHeader',
        id: 'h',
        eventCoding: { code },
        source: { name: 'S' },
        focus: [{ reference: 'Encounter/e' }],
        ...more,
      },
      ...resources,
    ],
    { timestamp: '2026-11-02T09:15:00Z' },
  )

const texts = (value: Json): readonly string[] => {
  const read = messagesFromBundle(value)
  if (read === undefined) return ['none']
  return read.ok ? read.value : [read.failure.code]
}
/** Fields of the first message, by `SEG-n`. */
const field = (value: Json, at: string): string | undefined => {
  const [segment = '', number] = at.split('-')
  const line = texts(value)[0]
    ?.split('\r')
    .find(found => found.startsWith(segment))
  return line?.split('|')[Number(number) - (segment === 'MSH' ? 1 : 0)]
}
const trigger = (value: Json): string | undefined => field(value, 'MSH-9')

test.each([
  ['notification-admit', {}, 'ADT^A01'],
  ['notification-admit', { class: { code: 'EMER' } }, 'ADT^A04'],
  ['notification-admit', { class: { code: 'OBSENC' } }, 'ADT^A01'],
  ['notification-admit', { status: 'planned' }, 'ADT^A05'],
  ['notification-admit', { status: 'cancelled' }, 'ADT^A11'],
  ['notification-admit', { status: 'entered-in-error' }, 'ADT^A23'],
  ['notification-admit', { status: 'onleave' }, 'ADT^A21'],
  ['notification-outpatient-visit', { class: { code: 'AMB' } }, 'ADT^A04'],
  ['notification-transfer', {}, 'ADT^A02'],
  ['notification-discharge', { status: 'finished' }, 'ADT^A03'],
  ['notification-new-condition', {}, 'ADT^A08'],
  ['notification-coverage-change', {}, 'ADT^A08'],
  ['notification-lab-report', {}, 'ADT^notification-lab-report'],
])('%s with an Encounter of %j is %s', (code, more, expected) => {
  expect(trigger(notification(code, [visit(more), patient]))).toBe(expected)
})

test('a notification without an Encounter is about the person', () => {
  expect(trigger(notification('notification-vitals', [patient]))).toBe('ADT^A31')
  expect(trigger(notification('notification-admit', [patient]))).toBe('ADT^A31')
})

test('another bed of the same ward is no transfer, another ward is one, at the time it began', () => {
  const locations = [
    place('n', 'si', 'NORTH'),
    place('med', 'wa', 'MED', 'n'),
    place('icu', 'wa', 'ICU', 'n'),
    place('r1', 'ro', '101', 'med'),
    place('b1', 'bd', 'A', 'r1'),
    place('b2', 'bd', 'B', 'r1'),
    place('r9', 'ro', '9', 'icu'),
  ]
  const moved = (from: string, to: string): Json =>
    notification('notification-transfer', [
      visit({
        location: [
          { location: { reference: `Location/${from}` }, status: 'completed' },
          {
            location: { reference: `Location/${to}` },
            status: 'active',
            period: { start: '2026-11-02T09:00:00Z' },
          },
        ],
      }),
      patient,
      ...locations,
    ])
  expect([trigger(moved('b1', 'b2')), field(moved('b1', 'b2'), 'PV1-3')]).toEqual([
    'ADT^A08',
    'MED^101^B^NORTH',
  ])
  const transfer = moved('b1', 'r9')
  expect([
    trigger(transfer),
    field(transfer, 'PV1-3'),
    field(transfer, 'PV1-6'),
    field(transfer, 'EVN-6'),
  ]).toEqual(['ADT^A02', 'ICU^9^^NORTH', 'MED^101^A^NORTH', '20261102090000+0000'])
})

test('a place that no hierarchy explains is a ward, and the facility where it is called as what runs it', () => {
  const at = (location: Json): string | undefined =>
    field(
      notification('notification-admit', [
        visit({ location: [{ location: { reference: 'Location/l' } }] }),
        { resourceType: 'Location', id: 'l', ...location },
      ]),
      'PV1-3',
    )
  expect(at({ name: 'Main' })).toBe('Main')
  expect(at({ name: 'Holy', managingOrganization: { display: 'Holy' } })).toBe('^^^Holy')
  const circle = notification('notification-admit', [
    visit({ location: [{ location: { reference: 'Location/l' } }] }),
    place('l', 'bd', 'A', 'l'),
  ])
  expect(field(circle, 'PV1-3')).toBe('^^A')
})

test("an open visit's end is a guess, and so is its disposition", () => {
  const more = {
    period: { start: '2026-11-02', end: '2026-11-05' },
    hospitalization: { dischargeDisposition: { coding: [{ system: 'http://x/nubc-UB92', code: '1' }] } },
  }
  const open = notification('notification-admit', [visit(more), patient])
  expect([field(open, 'PV1-44'), field(open, 'PV1-45'), field(open, 'PV1-36')]).toEqual([
    '20261102',
    undefined,
    '',
  ])
  const over = notification('notification-discharge', [visit({ ...more, status: 'finished' }), patient])
  expect([field(over, 'PV1-45'), field(over, 'PV1-36')]).toEqual(['20261105', '01'])
})

test('a planned visit begins at some time that is expected', () => {
  const planned = notification('notification-admit', [
    visit({ status: 'planned', period: { start: '2026-12-01' } }),
    patient,
  ])
  expect([field(planned, 'PV1-44'), field(planned, 'PV2-8')]).toEqual([undefined, '20261201'])
})

test('a Bundle without a message tells each visit by where it stands', () => {
  const two = bundle('transaction', [
    visit(),
    visit({ id: 'f', status: 'finished', meta: { versionId: '3' } }),
    patient,
  ])
  expect(texts(two).map(text => text.split('|')[8])).toEqual(['ADT^A01', 'ADT^A03'])
  expect(texts(two).map(text => text.split('|')[9])).toEqual(['e', 'f/3'])
  expect(trigger(bundle('collection', [visit({ class: { code: 'AMB' }, status: 'arrived' }), patient]))).toBe(
    'ADT^A04',
  )
  expect(
    trigger(bundle('history', [{ resourceType: 'Parameters' }, visit({ status: 'unknown' }), patient])),
  ).toBe('ADT^A08')
})

test('a patient that is only named by identifier is enough', () => {
  const subject = { identifier: { system: 'urn:oid:1.2.3', value: 'X9' } }
  expect(field(bundle('collection', [visit({ subject })]), 'PID-3')).toBe('X9^^^&1.2.3&ISO')
})

test.each([
  [bundle('collection', [patient]), 'payload-shape-unsupported'],
  [bundle('message', [visit(), patient]), 'payload-shape-unsupported'],
  [bundle('message', []), 'payload-shape-unsupported'],
  [patient, 'payload-shape-unsupported'],
  [{ data: 'x' }, 'none'],
])('%j is %s', (value, expected) => {
  expect(texts(value)).toEqual([expected])
})

test('a Bundle with more visits than one answer should hold is refused', () => {
  const many = Array.from({ length: 1001 }, (_none, at) => visit({ id: `e${at}` }))
  expect(texts(bundle('collection', [...many, patient]))).toEqual(['payload-too-many-messages'])
})

test('a test message says so in its tags', () => {
  const tagged = { meta: { tag: [{ code: 'HTEST' }] } }
  expect(field(notification('notification-admit', [visit(), patient], tagged), 'MSH-11')).toBe('T')
  expect(field(notification('notification-admit', [visit(), patient]), 'MSH-11')).toBe('P')
})

test('HL7 table 0103 in a tag says the same', () => {
  const tagged = (code: string) =>
    notification('notification-admit', [visit(), patient], {
      meta: { tag: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0103', code }] },
    })
  expect(['T', 'D', 'P'].map(code => field(tagged(code), 'MSH-11'))).toEqual(['T', 'D', 'P'])
})

test('a place that is planned, a class that nobody knows, a length and a way of arrival stand where v2 has them', () => {
  const url = 'http://hl7.org/fhir/StructureDefinition/encounter-modeOfArrival'
  const value = notification('notification-admit', [
    visit({
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor', code: 'UNK' },
      location: [{ location: { display: 'ICU' }, status: 'planned' }],
      length: { value: 3, code: 'd' },
      extension: [{ url, valueCoding: { code: 'C', display: 'Car' } }],
    }),
    patient,
  ])
  expect(['PV1-2', 'PV1-3', 'PV1-42', 'PV2-11', 'PV2-38'].map(at => field(value, at))).toEqual([
    '',
    '',
    'ICU',
    '3',
    'C^Car',
  ])
})

test('a diagnosis is used as its code of table 0052 says, else by its role', () => {
  const used = (use: Json) =>
    field(
      notification('notification-admit', [
        visit({ diagnosis: [{ condition: { reference: 'Condition/c' }, use: { coding: [use] }, rank: 2 }] }),
        patient,
        { resourceType: 'Condition', id: 'c', code: { text: 'Cough' } },
      ]),
      'DG1-6',
    )
  expect(used({ system: 'http://terminology.hl7.org/CodeSystem/v2-0052', code: 'W' })).toBe('W')
  expect(used({ system: 'http://terminology.hl7.org/CodeSystem/diagnosis-role', code: 'DD' })).toBe('F')
  expect(used({ system: 'http://terminology.hl7.org/CodeSystem/diagnosis-role', code: 'billing' })).toBe('')
})

test('delimiters and line ends in values stay values', () => {
  const name = [{ family: 'A|B^C~D&E\\F', given: ['"" '] }]
  expect(field(notification('notification-admit', [visit(), { ...patient, name }]), 'PID-5')).toBe(
    'A\\F\\B\\S\\C\\R\\D\\T\\E\\E\\F^\\X2222\\',
  )
})

test('what is of another kind than FHIR says does no harm', () => {
  const odd = [null, 7, 'x', true, [], {}, [null], [[]], { coding: 'x' }, { reference: 5 }]
  const names = [
    'identifier',
    'class',
    'subject',
    'participant',
    'period',
    'location',
    'diagnosis',
    'hospitalization',
    'account',
    'type',
    'meta',
  ]
  for (const name of names) {
    for (const value of odd) {
      expect(() =>
        messagesFromBundle(notification('notification-admit', [visit({ [name]: value }), patient])),
      ).not.toThrow()
      expect(() =>
        messagesFromBundle(bundle('batch', [visit({ [name]: value }), { ...patient, [name]: value }])),
      ).not.toThrow()
    }
  }
  expect(() => messagesFromBundle({ resourceType: 'Bundle', entry: odd })).not.toThrow()
})

const folder = join(process.env['CASEWIRE_DATA'] ?? '../shared/data', 'adt-corpus/other-shapes')
if (!existsSync(folder)) throw new Error(`The public ADT corpus is missing at ${folder}: set CASEWIRE_DATA`)

test.each([
  ['admit', 'ADT^A04'],
  ['discharge', 'ADT^A03'],
])("the guide's example of a notification of %s is one %s", (name, event) => {
  const payload = readValue(
    readFileSync(join(folder, `${name}-notification-message-bundle-01.json`)),
    undefined,
  )
  if (!payload.ok) throw new Error(payload.failure.message)
  expect(payload.value.map(({ text }) => text.split('|')[8])).toEqual([event])
})
