import { describe, expect, it } from 'vitest'
import { jsonFaultPlace } from '../../../../src/fhir/validation/json-fault.ts'
import { validateText } from '../../../../src/fhir/validation/validate-text.ts'

const failureOf = (text: string) => {
  const result = validateText(text)
  return result.ok ? undefined : result.failure
}

describe('validateText', () => {
  it('gives a valid resource with the digits of its decimals', () => {
    const text =
      '{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.50}}'
    const result = validateText(text)
    expect(result.ok && JSON.stringify(result.value)).toBe(text)
  })

  it('lists every fault of an invalid resource', () => {
    const failure = failureOf('{"resourceType":"Patient","gender":"F","foo":1}')
    expect(failure?.code).toBe('resource-invalid')
    expect(failure?.issues?.map(issue => issue.expression)).toEqual(['Patient.gender', 'Patient.foo'])
  })

  it('says where a text stops being JSON and repeats nothing of it', () => {
    const failure = failureOf('{\n  "resourceType": "Patient",\n  "birthDate": Jane\n}')
    expect(failure?.message).toContain('line 3, column 16')
    expect(JSON.stringify(failure)).not.toContain('Jane')
  })

  it('refuses nesting of 10,000 levels without running out of stack', () => {
    expect(failureOf(`${'[1.50,'.repeat(10_000)}1${']'.repeat(10_000)}`)?.code).toBe('json-too-deep')
    expect(failureOf('['.repeat(10_000))?.code).toBe('json-too-deep')
  })

  it.each(['', ' ', 'null', '[]', '"Patient"', '{}', '{"resourceType":1}', '{"resourceType":"Foo"}'])(
    'refuses %j',
    text => {
      expect(validateText(text).ok).toBe(false)
    },
  )
})

describe('jsonFaultPlace', () => {
  it.each<[string, number, number]>([
    ['', 1, 1],
    ['{', 1, 2],
    ['{"a":1,}', 1, 8],
    ['{"a" 1}', 1, 6],
    ['{a:1}', 1, 2],
    ['[1,2', 1, 5],
    ['[1 2]', 1, 4],
    ['[01]', 1, 2],
    ['[1.]', 1, 2],
    ['["a\nb"]', 1, 2],
    ['["\\x"]', 1, 2],
    ['{"a":[1,\n{"b":tru}]}', 2, 6],
    ['{} {}', 1, 4],
    ['[}', 1, 2],
    ['[1,]', 1, 4],
  ])('finds the fault of %j', (text, line, column) => {
    expect(() => JSON.parse(text)).toThrow()
    expect(jsonFaultPlace(text)).toEqual({ line, column })
  })
})
