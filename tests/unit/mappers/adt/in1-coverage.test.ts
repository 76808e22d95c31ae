import { describe, expect, test } from 'vitest'
import type { Resource } from '../../../../src/fhir/resource.ts'
import { validateResource } from '../../../../src/fhir/validation/validate-resource.ts'
import { convertMessage } from '../../../../src/mappers/adt/convert.ts'
import { settings } from '../../../support/adt/memory.ts'

/** The Bundle of an admission whose insurance has these group numbers (IN1-8) and group names (IN1-9). */
function withGroups(numbers: string, names: string): Resource {
  const lines = [
    'MSH|^~\\&|ADT|NORTH|CW|CW|20261005183000||ADT^A01|C1|P|2.5.1',
    'EVN|A01|20261005183000',
    'PID|1||4711^^^NORTH^MR||RIVERA^ANA',
    'PV1|1|I|MED^7^B^NORTH||||||||||||||||V1^^^NORTH^VN',
    `IN1|1|PPO|I1|INSURER||||${numbers}|${names}`,
  ]
  return convertMessage(lines.join('\r'), settings)
}

const classesOf = (bundle: Resource): readonly unknown[] => {
  const entries = (bundle['entry'] ?? []) as readonly { readonly resource: Resource }[]
  const coverage = entries.find(({ resource }) => resource.resourceType === 'Coverage')?.resource
  const classes = (coverage?.['class'] ?? []) as readonly Record<string, unknown>[]
  return classes.map(({ value, name }) => [value, name])
}

describe('the groups of an insurance', () => {
  test('take the name that stands beside their number', () => {
    expect(classesOf(withGroups('G1~G2', 'ONE~TWO'))).toEqual([
      ['G1', 'ONE'],
      ['G2', 'TWO'],
    ])
  })

  test.each([
    ['G1', 'ONE~TWO'],
    ['G1~""', 'ONE~TWO'],
    ['', 'ONE'],
  ])('are valid when there are more names than numbers (%s, %s)', (numbers, names) => {
    const bundle = withGroups(numbers, names)
    const faults = validateResource(JSON.parse(JSON.stringify(bundle))).filter(
      ({ severity }) => severity === 'error',
    )
    expect(faults).toEqual([])
    expect(classesOf(bundle)).toEqual(numbers === '' ? [] : [['G1', undefined]])
  })
})

describe('what the patient is to the insured', () => {
  const coverageOf = (relationship17: string, relationship72: string) => {
    const in1 = `IN1|1|PPO|I1|INSURER${'|'.repeat(12)}RIVERA^SOL|${relationship17}`
    const lines = [
      'MSH|^~\\&|ADT|NORTH|CW|CW|20261005183000||ADT^A28|C1|P|2.5.1',
      'EVN|A28|20261005183000',
      'PID|1||4711^^^NORTH^MR||RIVERA^ANA',
      in1,
      `IN2${'|'.repeat(72)}${relationship72}`,
    ]
    const bundle = convertMessage(lines.join('\r'), settings)
    const resources = (bundle['entry'] as readonly { readonly resource: Resource }[]).map(one => one.resource)
    const faults = validateResource(JSON.parse(JSON.stringify(bundle)))
    expect(faults.filter(({ severity }) => severity === 'error')).toEqual([])
    const coverage = resources.find(({ resourceType }) => resourceType === 'Coverage')
    const said = coverage?.['relationship'] as { readonly coding: readonly { readonly code: string }[] }
    const isOther = resources.some(({ resourceType }) => resourceType === 'RelatedPerson')
    return { codes: said.coding.map(({ code }) => code), isOther }
  }

  test.each([
    ['01', 'self', false],
    ['02', 'spouse', true],
    ['4', 'child', true],
    ['15', 'injured', true],
    ['18', 'parent', true],
    ['08', 'other', true],
  ])('is said by IN2-72 (%s) where IN1-17 says nothing', (code, fhir, isOther) => {
    expect(coverageOf('', code)).toEqual({ codes: [fhir, code], isOther })
  })

  test('unknown (09) is no relationship of FHIR, and kept as sent', () => {
    expect(coverageOf('', '09').codes).toEqual(['09'])
  })

  test('is said by IN1-17 first', () => {
    expect(coverageOf('SPO', '01')).toEqual({ codes: ['spouse', 'SPS', 'SPO'], isOther: true })
  })
})
