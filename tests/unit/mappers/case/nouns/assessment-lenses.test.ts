import { describe, expect, it } from 'vitest'
import type { NeedState, Score } from '../../../../../src/care-plan/nouns/assessment.ts'
import type { Resource } from '../../../../../src/fhir/resource.ts'
import { validateResource } from '../../../../../src/fhir/validation/validate-resource.ts'
import { nounLenses } from '../../../../../src/mappers/case/nouns/noun-lenses.ts'
import { CM, PATIENT } from '../../../../support/case-world.ts'

const lenses = nounLenses(CM)
const birth = { id: 'x1', caseId: 'c1', patient: PATIENT }

const aScore = (more: Partial<Score> = {}): Score => ({
  id: 'x1',
  state: 'final',
  measure: 'phq-9',
  value: '8',
  inputs: [],
  derivedFrom: [],
  ...more,
})
const scoreOf = (more: Partial<Score>): Resource => {
  const [lens, state] = [lenses.of('score'), aScore(more)]
  return lens.write(lens.blank(birth, state), state)
}
const loincOf = (resource: Resource): readonly string[] =>
  ((resource['code'] as { coding: readonly { system: string; code: string }[] }).coding ?? [])
    .filter(({ system }) => system === 'http://loinc.org')
    .map(({ code }) => code)

describe('a score in an Observation', () => {
  it('has the LOINC code of its measure beside our own', () => {
    expect(scoreOf({ interpretation: 'mild' })).toMatchObject({
      status: 'final',
      category: [{ coding: [{ code: 'survey' }] }],
      code: {
        coding: [
          { system: 'http://loinc.org', code: '44261-6' },
          { system: `${CM}/CodeSystem/measure`, code: 'phq-9' },
        ],
      },
      valueInteger: 8,
      interpretation: [{ coding: [{ code: 'mild' }] }],
    })
  })

  it.each([
    ['patient', '107334-5'],
    ['practitioner', '107333-7'],
    ['caregiver', '107331-1'],
    ['baseline', '112296-9'],
  ])('of a goal as %s rated it has LOINC %s and a level for its value', (rater, code) => {
    const written = scoreOf({ measure: 'gas-level', rater, value: '-1', goal: 'g1' })
    expect(loincOf(written)).toEqual([code])
    expect(written).toMatchObject({
      focus: [{ reference: 'Goal/g1' }],
      valueCodeableConcept: { coding: [{ code: 'LA34483-0', display: 'Less than expected' }] },
    })
    expect(validateResource(written)).toEqual([])
  })

  it('of the start of a goal has the code of a baseline whoever rated', () => {
    const inputs = [{ name: 'baseline', value: 'yes' }]
    const written = scoreOf({ measure: 'gas-level', rater: 'patient', value: '-2', inputs })
    expect(loincOf(written)).toEqual(['112296-9'])
    expect(lenses.of('score').read(written)).toMatchObject({ measure: 'gas-level', rater: 'patient' })
  })

  it('is read from what a PCO app wrote', () => {
    const foreign: Resource = {
      resourceType: 'Observation',
      id: 'pco',
      status: 'final',
      code: { coding: [{ system: 'http://loinc.org', code: '107332-9' }] },
      focus: [{ reference: 'Goal/g1' }],
      valueCodeableConcept: { coding: [{ system: 'http://loinc.org', code: 'LA34479-8' }] },
    }
    expect(lenses.fitting(foreign)?.noun).toBe('score')
    expect(lenses.of('score').read(foreign)).toMatchObject({
      measure: 'gas-level',
      rater: 'baseline',
      value: '2',
      goal: 'g1',
    })
  })

  it.each([
    ['28.40', { valueQuantity: { unit: '{score}' } }],
    ['yes', { valueBoolean: true }],
    ['enrolled', { valueString: 'enrolled' }],
  ])('has %s in the type that fits', (value, element) => {
    const written = scoreOf({ measure: 'other', value })
    expect(written).toMatchObject(element)
    expect(JSON.stringify(written)).toContain(value === 'yes' ? 'true' : value)
  })

  it('answers a screen in LOINC’s words', () => {
    expect(scoreOf({ measure: 'hunger-vital-sign', value: 'yes' })).toMatchObject({
      code: { coding: [{ code: '88124-3' }, {}] },
      valueCodeableConcept: { coding: [{ code: 'LA19952-3', display: 'At risk' }] },
    })
  })

  it('keeps the unit that another gave, and no comparator', () => {
    const foreign = {
      ...scoreOf({ measure: 'other' }),
      valueInteger: undefined,
      valueQuantity: { value: 3, comparator: '<', unit: 'points' },
    }
    const { valueInteger: _none, ...bare } = foreign
    const written = lenses.of('score').write(bare, aScore({ measure: 'other', value: '4' }))
    expect(written['valueQuantity']).toEqual({ value: 4, unit: 'points' })
  })

  it.each([
    ['registered', 'preliminary'],
    ['corrected', 'amended'],
    ['cancelled', 'entered-in-error'],
    ['unknown', 'final'],
  ])('of status %s is %s', (status, state) => {
    expect(lenses.of('score').read({ ...scoreOf({}), status }).state).toBe(state)
  })

  it('names a device that computed it where Observation.performer may not', () => {
    const written = scoreOf({ by: 'Device/local-development' })
    expect(written['performer']).toBeUndefined()
    expect(lenses.of('score').read(written).by).toBe('Device/local-development')
  })
})

const system = (name: string) => `http://terminology.hl7.org/CodeSystem/${name}`
const aCondition = (
  clinical: string | undefined,
  verified: string | undefined,
  more: object = {},
): Resource => ({
  resourceType: 'Condition',
  id: 'x1',
  category: [{ coding: [{ code: 'problem-list-item' }] }],
  ...(clinical !== undefined && {
    clinicalStatus: { coding: [{ system: system('condition-clinical'), code: clinical }] },
  }),
  ...(verified !== undefined && {
    verificationStatus: { coding: [{ system: system('condition-ver-status'), code: verified }] },
  }),
  subject: { reference: 'Patient/p1' },
  code: { text: 'A ride' },
  ...more,
})
const stated = (state: string) => ({
  extension: [{ url: `${CM}/StructureDefinition/state`, valueCode: state }],
})
const inState = (resource: Resource, state: NeedState): Resource => {
  const lens = lenses.of('need')
  return lens.write(resource, { ...lens.read(resource), state })
}
const statusesOf = (resource: Resource): readonly (string | undefined)[] =>
  ['clinicalStatus', 'verificationStatus'].map(
    name => (resource[name] as { coding: readonly { code: string }[] } | undefined)?.coding[0]?.code,
  )

describe('a need in a Condition', () => {
  it.each<[string | undefined, string | undefined, NeedState]>([
    ['active', 'confirmed', 'confirmed'],
    ['active', undefined, 'confirmed'],
    [undefined, undefined, 'confirmed'],
    ['relapse', 'provisional', 'proposed'],
    ['active', 'differential', 'proposed'],
    ['remission', 'confirmed', 'resolved'],
    ['resolved', 'unconfirmed', 'resolved'],
    ['inactive', 'confirmed', 'inactive'],
    ['active', 'refuted', 'inactive'],
    [undefined, 'entered-in-error', 'entered-in-error'],
  ])('that another system calls %s and %s is %s', (clinical, verified, state) => {
    expect(lenses.of('need').read(aCondition(clinical, verified)).state).toBe(state)
  })

  it.each<[string | undefined, string | undefined, string, NeedState]>([
    ['active', 'confirmed', 'deferred', 'deferred'],
    ['active', 'unconfirmed', 'deferred', 'deferred'],
    ['active', 'unconfirmed', 'declined-by-client', 'declined-by-client'],
    ['active', 'confirmed', 'addressed', 'addressed'],
    ['active', 'unconfirmed', 'addressed', 'proposed'],
    ['resolved', 'confirmed', 'deferred', 'resolved'],
    ['active', 'confirmed', 'proposed', 'confirmed'],
    ['active', 'refuted', 'confirmed', 'inactive'],
    [undefined, 'entered-in-error', 'confirmed', 'entered-in-error'],
    ['active', 'confirmed', 'entered-in-error', 'confirmed'],
  ])('%s, %s with the stated state %s is %s', (clinical, verified, exact, state) => {
    expect(lenses.of('need').read(aCondition(clinical, verified, stated(exact))).state).toBe(state)
  })

  it.each<[NeedState, string | undefined, string | undefined]>([
    ['proposed', 'relapse', 'provisional'],
    ['confirmed', 'relapse', 'confirmed'],
    ['addressed', 'relapse', 'confirmed'],
    ['deferred', 'relapse', 'provisional'],
    ['declined-by-client', 'relapse', 'provisional'],
    ['resolved', 'resolved', 'provisional'],
    ['inactive', 'inactive', 'provisional'],
    ['entered-in-error', undefined, 'entered-in-error'],
  ])('that becomes %s changes only what does not go with it', (state, clinical, verified) => {
    // A relapse stays one; what was provisional stays so where nobody confirmed it.
    const from = aCondition('relapse', 'provisional', stated('deferred'))
    expect(statusesOf(inState(from, state))).toEqual([clinical, verified])
  })

  it('that is active again is not abated', () => {
    const over = aCondition('resolved', 'confirmed', { abatementDateTime: '2026-10-01' })
    const again = inState(over, 'confirmed')
    expect(again['abatementDateTime']).toBeUndefined()
    expect(validateResource(again)).toEqual([])
  })

  it('is no need when it is a diagnosis of a visit or a protective factor, unless we say so', () => {
    const of = (code: string, more: object = {}) =>
      lenses.fitting(aCondition('active', 'confirmed', { category: [{ coding: [{ code }] }], ...more }))?.noun
    expect(of('encounter-diagnosis')).toBeUndefined()
    expect(of('protective-factor')).toBeUndefined()
    expect(of('health-concern')).toBe('need')
    expect(of('encounter-diagnosis', stated('confirmed'))).toBe('need')
  })
})

describe('findings', () => {
  it('reads barriers in either SNOMED CT code, in words or coded', () => {
    const barrier = (code: string, value: object): Resource => ({
      resourceType: 'Observation',
      id: 'b1',
      status: 'final',
      code: { coding: [{ system: 'http://snomed.info/sct', code }] },
      focus: [{ reference: 'Goal/g1' }],
      ...value,
    })
    const worded = barrier('811791000000103', { valueString: 'Dark roads' })
    const coded = barrier('452341000124107', {
      valueCodeableConcept: {
        coding: [{ system: 'http://snomed.info/sct', code: '48694002', display: 'Feeling anxious' }],
      },
    })
    expect([worded, coded].map(one => lenses.fitting(one)?.noun)).toEqual(['barrier', 'barrier'])
    expect(lenses.of('barrier').read(worded)).toMatchObject({ state: 'open', text: 'Dark roads', goal: 'g1' })
    expect(lenses.of('barrier').read(coded)).toMatchObject({
      text: 'Feeling anxious',
      code: { code: '48694002' },
    })
  })

  it('writes a barrier in words alone as valueString, as PCO has it', () => {
    const lens = lenses.of('barrier')
    const state = { id: 'x1', state: 'open', text: 'Dark roads' } as const
    expect(lens.write(lens.blank(birth, state), state)['valueString']).toBe('Dark roads')
  })

  it('writes a strength with its kind and who embodies it', () => {
    const lens = lenses.of('strength')
    const state = {
      id: 'x1',
      state: 'active',
      kind: 'family',
      text: 'Sam drives',
      embodiedBy: 'RelatedPerson/sam',
      linkedTo: ['g1'],
    } as const
    expect(lens.write(lens.blank(birth, state), state)).toMatchObject({
      code: { coding: [{ system: `${CM}/CodeSystem/finding`, code: 'strength' }] },
      valueCodeableConcept: {
        coding: [{ system: `${CM}/CodeSystem/strength-kind`, code: 'family' }],
        text: 'Sam drives',
      },
      focus: [{ reference: 'RelatedPerson/sam' }],
    })
  })
})

describe('answers in a QuestionnaireResponse', () => {
  const lens = lenses.of('answers')
  const foreign: Resource = {
    resourceType: 'QuestionnaireResponse',
    id: 'q1',
    questionnaire: 'http://example.org/Questionnaire/x|2',
    status: 'completed',
    item: [
      {
        linkId: 'g',
        text: 'Group',
        item: [
          { linkId: 'a', answer: [{ valueBoolean: true }] },
          { linkId: 'b', answer: [{ valueInteger: 3 }, { valueInteger: 4 }] },
          {
            linkId: 'c',
            answer: [
              {
                valueCoding: { code: 'x', display: 'X' },
                item: [{ linkId: 'd', answer: [{ valueString: 'why' }] }],
              },
            ],
          },
        ],
      },
      { linkId: 'e', answer: [{ valueAttachment: { title: 'scan' } }] },
    ],
  }

  it('are read from groups and from under answers, in the order of the form', () => {
    expect(lens.read(foreign)).toMatchObject({
      state: 'completed',
      instrument: 'http://example.org/Questionnaire/x|2',
      items: [
        { linkId: 'a', answer: 'true' },
        { linkId: 'b', answer: '3' },
        { linkId: 'b', answer: '4' },
        { linkId: 'c', answer: 'x' },
        { linkId: 'd', answer: 'why' },
      ],
    })
  })

  it('are changed in place and in their type', () => {
    const items = lens.read(foreign).items.map(row => (row.answer === '4' ? { ...row, answer: '5' } : row))
    const written = lens.write(foreign, { ...lens.read(foreign), items })
    expect(written['item']).toEqual([
      {
        ...(foreign['item'] as readonly object[])[0],
        item: [
          { linkId: 'a', answer: [{ valueBoolean: true }] },
          { linkId: 'b', answer: [{ valueInteger: 3 }, { valueInteger: 5 }] },
          {
            linkId: 'c',
            answer: [
              {
                valueCoding: { code: 'x', display: 'X' },
                item: [{ linkId: 'd', answer: [{ valueString: 'why' }] }],
              },
            ],
          },
        ],
      },
      { linkId: 'e', answer: [{ valueAttachment: { title: 'scan' } }] },
    ])
  })

  it('take a new question at the end and keep what has no words', () => {
    const items = [...lens.read(foreign).items, { linkId: 'new', answer: 'n' }]
    const written = lens.write(foreign, { ...lens.read(foreign), items })
    expect((written['item'] as readonly object[]).slice(1)).toEqual([
      { linkId: 'e', answer: [{ valueAttachment: { title: 'scan' } }] },
      { linkId: 'new', answer: [{ valueString: 'n' }] },
    ])
  })
})
