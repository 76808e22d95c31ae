import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { messageFromGoogle } from '../../../src/hl7v2/google-json.ts'
import { readMessage } from '../../../src/hl7v2/read-message.ts'

const lines = (value: unknown): readonly string[] | undefined =>
  messageFromGoogle(value)
    ?.split('\r')
    .filter(line => line !== '')

test('parsedData has its fields by key, those of MSH one below their number', () => {
  const parsedData = {
    segments: [
      {
        segmentId: 'MSH',
        fields: { '0': 'MSH', '1': '^~\\&', '2': 'A', '3': 'H', '8.1': 'ADT', '8.2': 'A01', '11': '2.5' },
      },
      {
        segmentId: 'PID',
        fields: {
          '0': 'PID',
          '3[1].1': '22',
          '3[0].1': '11',
          '3[0].4.2': '1.2.3',
          '3[0].5': 'MR',
          '5.1': 'Ru|z',
        },
      },
      { segmentId: 'ZFA', fields: { '4': 'NY' } },
    ],
  }
  const expected = ['MSH|^~\\&|A|H|||||ADT^A01|||2.5', 'PID|||11^^^&1.2.3^MR~22||Ru\\F\\z', 'ZFA||||NY']
  expect(lines({ name: 'projects/p/messages/m', parsedData })).toEqual(expected)
  expect(lines(parsedData)).toEqual(expected)
})

test('the schematized form comes in the order of the structure, groups and numbered segments too', () => {
  const message = {
    PV1: { '2': 'I', '3': { '1': 'MED' } },
    INSURANCE: [{ IN1: { '1': '1' }, IN2: null }, { IN1: { '1': '2' } }],
    PID: { '3': [{ '1': '1', '4': { '2': '1.2.3' } }, { '1': '2' }] },
    MSH: { '0': 'MSH', '1': '|', '2': '^~\\&', '9': { '1': 'ADT', '2': 'A01' } },
    DG1: [{ '1': '1' }, { '1': '2' }],
  }
  const expected = [
    'MSH|^~\\&|||||||ADT^A01',
    'PID|||1^^^&1.2.3~2',
    'PV1||I|MED',
    'DG1|1',
    'DG1|2',
    'IN1|1',
    'IN1|2',
  ]
  expect(lines({ ADT_A01: message })).toEqual(expected)
  expect(lines({ schematizedData: { data: JSON.stringify({ ADT_A01: message }) } })).toEqual(expected)
  const swap = {
    PV1_2: { '2': 'I' },
    PID_2: { '1': '2' },
    PV1_1: { '2': 'O' },
    PID_1: { '1': '1' },
    MSH: { '9': 'ADT' },
  }
  expect(lines({ ADT_A17: swap })?.slice(1)).toEqual(['PID|1', 'PV1||O', 'PID|2', 'PV1||I'])
})

test.each([
  null,
  'MSH',
  {},
  { segments: [] },
  { segments: [{ segmentId: 'PID', fields: {} }] },
  { segments: [{ segmentId: 'MSH' }, { no: 1 }] },
  { ADT_A01: null },
  { ADT_A01: { MSH: null } },
  { schematizedData: { data: '{' } },
])('%j does no harm', value => {
  expect(() => messageFromGoogle(value)).not.toThrow()
})

test('deep nesting does no harm', () => {
  const deep = Array.from({ length: 50_000 }).reduce<unknown>(inner => ({ '1': inner }), 'x')
  expect(lines({ ADT_A01: { MSH: { '9': deep } } })).toHaveLength(1)
  const groups = Array.from({ length: 50_000 }).reduce<unknown>(inner => ({ G: inner }), {})
  expect(lines({ ADT_A01: { MSH: { '9': 'ADT' }, G: groups } })).toHaveLength(1)
})

const folder = join(process.env['CASEWIRE_DATA'] ?? '../shared/data', 'adt-pairs/google-whistle2')
if (!existsSync(folder)) throw new Error(`The public ADT pairs are missing at ${folder}: set CASEWIRE_DATA`)
const inputs = readdirSync(folder).filter(name => name.endsWith('.input.json'))

test.each(inputs)("%s of Google's own converter is a message with its patient", name => {
  const text = messageFromGoogle(JSON.parse(readFileSync(join(folder, name), 'utf8')))
  const message = readMessage(text ?? '')
  if (!message.ok) throw new Error(message.failure.code)
  const trigger = /adt_(a\d\d)/.exec(name)?.[1]?.toUpperCase()
  expect(message.value.first('MSH')?.text(9, 2)).toBe(trigger)
  expect(message.value.first('PID')?.text(3)).toMatch(/\w/)
})
