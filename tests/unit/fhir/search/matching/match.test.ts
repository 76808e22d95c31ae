import { describe, expect, test } from 'vitest'
import { matches } from '../../../../../src/fhir/search/matching/match.ts'
import { searchParameterOf } from '../../../../../src/fhir/search/parameters.ts'
import { parseSearch } from '../../../../../src/fhir/search/parse-search.ts'
import type { Criterion } from '../../../../../src/fhir/search/plan.ts'
import type { Resource } from '../../../../../src/fhir/resource.ts'

const BASE = 'http://x.org/fhir'

const criterionOf = (type: string, query: string): Criterion => {
  const parsed = parseSearch({
    type,
    pairs: [...new URLSearchParams(query)],
    lenient: false,
    base: BASE,
    nowMs: Date.parse('2026-11-22T00:00:00Z'),
  })
  if (!parsed.ok) throw new Error(parsed.failure.message)
  return { kind: 'all', of: parsed.value.plan.where }
}

const patient: Resource = {
  resourceType: 'Patient',
  id: 'p1',
  meta: { lastUpdated: '2026-05-01T10:00:00.000Z' },
  identifier: [{ system: 'urn:mrn', value: 'A' }],
  name: [{ family: 'García-López', given: ['Ana'] }],
  birthDate: '1980-02',
  gender: 'female',
  generalPractitioner: [{ reference: `${BASE}/Practitioner/d1` }],
}

const encounter: Resource = {
  resourceType: 'Encounter',
  id: 'e1',
  status: 'finished',
  class: { code: 'IMP' },
  subject: { reference: 'Patient/p1' },
  period: { start: '2026-03-14' },
}

describe('the matcher', () => {
  test.each([
    ['_id=p1', true],
    ['_id:not=p1', false],
    ['_lastUpdated=2026-05-01', true],
    ['_lastUpdated=gt2026-05-01', false],
    ['identifier=urn:mrn|A', true],
    ['identifier=urn:other|A', false],
    ['identifier=|A', false],
    ['identifier=urn:mrn|', true],
    ['identifier:not=A', false],
    ['identifier:missing=true', false],
    ['family=garcia', true],
    ['family:contains=lopez', true],
    ['family:exact=garcía-lópez', false],
    ['family:exact=García-López', true],
    ['birthdate=1980', true],
    ['birthdate=1980-02-01', false],
    ['birthdate=ge1980-02-28', true],
    ['birthdate:missing=true', false],
    ['gender=http://hl7.org/fhir/administrative-gender|female', true],
    ['gender=http://hl7.org/fhir/administrative-gender|', false],
    ['general-practitioner=Practitioner/d1', true],
    ['general-practitioner:Organization=d1', false],
    ['phone:missing=true', true],
    ['gender=female&family=garcia', true],
    ['gender=male,female&family=x', false],
  ])('%s: %s', (query, wanted) => expect(matches(patient, criterionOf('Patient', query), BASE)).toBe(wanted))

  test.each([
    ['status=finished', true],
    ['status:not=finished', false],
    ['status:missing=false', true],
    ['patient=p1', true],
    ['subject=Group/p1', false],
    ['patient:missing=true', false],
    ['date=ge2026-03-20', true],
    ['date=eb2026-03-20', false],
    ['date:missing=true', false],
  ])('knows what stands in columns: %s: %s', (query, wanted) =>
    expect(matches(encounter, criterionOf('Encounter', query), BASE)).toBe(wanted),
  )

  describe('in three values', () => {
    const parameter = searchParameterOf('Patient', 'general-practitioner')
    if (!parameter) throw new Error('no such parameter')
    const chain: Criterion = {
      kind: 'chain',
      parameter,
      target: 'Practitioner',
      where: { kind: 'all', of: [] },
    }
    const yes = criterionOf('Patient', 'gender=female')
    const no = criterionOf('Patient', 'gender=male')

    test('does not know what a chain finds, nor its negation', () => {
      expect(matches(patient, chain)).toBe('unknown')
      expect(matches(patient, { kind: 'not', of: chain })).toBe('unknown')
    })

    test('decides what it can without the chain', () => {
      expect(matches(patient, { kind: 'all', of: [chain, no] })).toBe(false)
      expect(matches(patient, { kind: 'all', of: [chain, yes] })).toBe('unknown')
      expect(matches(patient, { kind: 'any', of: [chain, yes] })).toBe(true)
      expect(matches(patient, { kind: 'any', of: [chain, no] })).toBe('unknown')
    })

    test('knows that a chain to nothing finds nothing', () => {
      const nothing: Criterion = { kind: 'any', of: [] }
      expect(matches(patient, { ...chain, where: { kind: 'all', of: [yes, nothing] } })).toBe(false)
    })
  })
})
