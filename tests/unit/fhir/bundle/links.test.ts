import { describe, expect, test } from 'vitest'
import {
  entryLinks,
  isConditionalReference,
  isUrn,
  referencesIn,
  rewriteLinks,
} from '../../../../src/fhir/bundle/links.ts'
import { parseJson } from '../../../../src/lib/json.ts'

const targets = new Map([
  ['urn:uuid:1', 'Patient/new'],
  ['http://far.org/fhir/Patient/7', 'Patient/seven'],
])

describe('links of a Bundle', () => {
  test('are replaced where FHIR has links, and nowhere else', () => {
    const before = {
      reference: 'urn:uuid:1',
      value: 'urn:uuid:1',
      display: 'urn:uuid:1',
      list: [{ valueUri: 'urn:uuid:1' }, { valueString: 'urn:uuid:1' }],
      other: { reference: 'urn:uuid:2' },
    }
    expect(rewriteLinks(before, entryLinks(targets, undefined))).toEqual({
      ...before,
      reference: 'Patient/new',
      list: [{ valueUri: 'Patient/new' }, { valueString: 'urn:uuid:1' }],
    })
  })

  test('that lead nowhere leave what they stand in as it was, the very same', () => {
    const kept = { list: [{ reference: 'urn:uuid:2' }], decimal: parseJson('1.50') }
    const changed = rewriteLinks({ kept, reference: 'urn:uuid:1' }, entryLinks(targets, undefined))
    expect(changed.reference).toBe('Patient/new')
    expect(changed.kept).toBe(kept)
  })

  test('in a narrative are replaced in href and src only', () => {
    const div = `<div><a href="urn:uuid:1">urn:uuid:1</a><img alt='x' src='urn:uuid:1'/><a title="urn:uuid:1"/></div>`
    expect(rewriteLinks({ div }, entryLinks(targets, undefined)).div).toBe(
      `<div><a href="Patient/new">urn:uuid:1</a><img alt='x' src='Patient/new'/><a title="urn:uuid:1"/></div>`,
    )
  })

  test('that are relative mean a neighbour under the same root', () => {
    const near = entryLinks(targets, 'http://far.org/fhir/Encounter/1')
    expect([near('Patient/7'), near('Patient/8'), near('http://far.org/fhir/Patient/7')]).toEqual([
      'Patient/seven',
      undefined,
      'Patient/seven',
    ])
    expect(entryLinks(targets, 'http://else.org/fhir/Encounter/1')('Patient/7')).toBeUndefined()
    expect(entryLinks(targets, 'urn:uuid:9')('Patient/7')).toBeUndefined()
  })

  test('leave decimals with their digits', () => {
    const text = '{"valueDecimal":1.50,"reference":"urn:uuid:1"}'
    expect(JSON.stringify(rewriteLinks(parseJson(text), entryLinks(targets, undefined)))).toBe(
      '{"valueDecimal":1.50,"reference":"Patient/new"}',
    )
  })

  test('are found at every depth', () => {
    expect(
      referencesIn({ a: [{ reference: 'x' }, { b: { reference: 'y' } }], reference: { reference: 'z' } }),
    ).toEqual(['x', 'y', 'z'])
    expect(referencesIn(undefined)).toEqual([])
  })

  test.each([
    ['Patient?identifier=1', true, false],
    ['Patient/1', false, false],
    ['Patient?', false, false],
    ['urn:uuid:1', false, true],
    ['URN:OID:1.2', false, true],
    ['urn:other:1', false, false],
    ['http://x.org/Patient?identifier=1', false, false],
  ])('%s: conditional %s, urn %s', (reference, conditional, urn) => {
    expect([isConditionalReference(reference), isUrn(reference)]).toEqual([conditional, urn])
  })
})
