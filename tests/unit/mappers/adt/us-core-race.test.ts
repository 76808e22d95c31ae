import { describe, expect, test } from 'vitest'
import { listAt, textAt } from '../../../../src/lib/json-view.ts'
import { convertMessage } from '../../../../src/mappers/adt/convert.ts'
import type { SourceSettings } from '../../../../src/mappers/adt/source.ts'
import { settings } from '../../../support/adt/memory.ts'

interface Part {
  readonly url: string
  readonly valueCoding?: { readonly code: string; readonly system: string }
  readonly valueString?: string
}

/** Of a person whose PID-10 (race) or PID-22 (ethnic group) says this: url and code or text of each part. */
function parts(name: 'race' | 'ethnicity', field: string, own: SourceSettings = settings) {
  const pid = ['PID', '1', '', '4711^^^NORTH^MR', '', 'RIVERA^ANA', ...Array<string>(17).fill('')]
  pid[name === 'race' ? 10 : 22] = field
  const header = ['MSH|^~\\&|ADT|NORTH|CW|CW|20261005183000||ADT^A28|C1|P|2.5.1', 'EVN|A28|20261005183000']
  const bundle = convertMessage([...header, pid.join('|')].join('\r'), own)
  const resources = listAt(bundle, 'entry').map(entry => (entry as { resource: unknown }).resource)
  const patient = resources.find(resource => textAt(resource, 'resourceType') === 'Patient')
  const found = listAt(patient, 'extension').filter(one => textAt(one, 'url')?.endsWith(`us-core-${name}`))
  expect(found.length).toBeLessThanOrEqual(1)
  const read = listAt(found[0], 'extension') as unknown as readonly Part[]
  return read.map(({ url, valueCoding, valueString }) => `${url} ${valueCoding?.code ?? valueString}`)
}

describe('PID-10 as the US Core race of a Patient', () => {
  test.each([
    ['2106-3^White^HL70005~2028-9^Asian^HL70005', ['2106-3', '2028-9'], 'White, Asian'],
    [
      '2106-3^White^CDCREC~1002-5^AI^CDCREC~2131-1^Other^CDCREC',
      ['2106-3', '1002-5', '2131-1'],
      'White, AI, Other',
    ],
    ['2106-3^WHITE^HL7000', ['2106-3'], 'WHITE'],
    ['2054-5', ['2054-5'], 'Black or African American'],
    ['W^Weiß^L^2106-3^White^CDCREC', ['2106-3'], 'Weiß'],
    ['UNK^Unknown^NULLFL', ['UNK'], 'Unknown'],
    ['U', ['UNK'], 'unknown'],
    ['ASKU~2106-3^White^CDCREC', ['2106-3'], 'asked but unknown, White'],
    ['2106-3^White~2106-3^White', ['2106-3'], 'White'],
  ])('%s has these OMB categories and words', (field, codes, text) => {
    expect(parts('race', field)).toEqual([...codes.map(code => `ombCategory ${code}`), `text ${text}`])
  })

  test('another code of CDCREC is a detail beside its category', () => {
    expect(parts('race', '2028-9^Asian^CDCREC~2039-6^Japanese^urn:oid:2.16.840.1.113883.6.238')).toEqual([
      'ombCategory 2028-9',
      'detailed 2039-6',
      'text Asian, Japanese',
    ])
  })

  test.each([
    ['C^Caucasian^L', 'Caucasian'],
    ['C', 'C'],
    ['^Hmong', 'Hmong'],
    ['2039-6^Bay 39^L', 'Bay 39'],
    ['2039-7^Wrong check digit^CDCREC', 'Wrong check digit'],
    ['2135-2^Hispanic or Latino^CDCREC', 'Hispanic or Latino'],
    ['U^Ukrainian', 'Ukrainian'],
  ])('what US Core has no code for keeps its words only (%s)', (field, text) => {
    expect(parts('race', field)).toEqual([`text ${text}`])
  })

  test("a sender's own codes are those that its settings make of table 0005", () => {
    const system = 'urn:oid:2.16.840.1.113883.6.238'
    const own = { ...settings, codes: { '0005': { C: { code: '2106-3', system, display: 'White' } } } }
    expect(parts('race', 'C^Caucasian', own)).toEqual(['ombCategory 2106-3', 'text Caucasian'])
  })

  test('a race taken back is none', () => {
    expect(parts('race', '""')).toEqual([])
  })
})

describe('PID-22 as the US Core ethnicity of a Patient', () => {
  test.each([
    ['2186-5^Not Hispanic or Latino^CDCREC', '2186-5', 'Not Hispanic or Latino'],
    ['H^Hispanic or Latino^HL70189', '2135-2', 'Hispanic or Latino'],
    ['N^NOT HISPANIC OR LATINO^HL70189', '2186-5', 'NOT HISPANIC OR LATINO'],
    ['N', '2186-5', 'Not Hispanic or Latino'],
    ['U^^HL70189', 'UNK', 'unknown'],
  ])('%s has this OMB category and words', (field, code, text) => {
    expect(parts('ethnicity', field)).toEqual([`ombCategory ${code}`, `text ${text}`])
  })

  test('a person has one OMB category, and every detail', () => {
    expect(parts('ethnicity', '2135-2^Hispanic~2148-5^Mexican^CDCREC~2186-5^Not Hispanic')).toEqual([
      'ombCategory 2135-2',
      'detailed 2148-5',
      'text Hispanic, Mexican, Not Hispanic',
    ])
  })

  test.each([
    'N^Black or Black British - African',
    'R^Other - Chinese^^^',
    'W^White^L',
    '2106-3^White^CDCREC',
  ])('a code of another list keeps its words only (%s)', field => {
    expect(parts('ethnicity', field)).toEqual([`text ${field.split('^')[1]}`])
  })
})
