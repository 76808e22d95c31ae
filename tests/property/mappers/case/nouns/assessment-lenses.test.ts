import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NounName } from '../../../../../src/care-plan/case/case-file.ts'
import type { Resource } from '../../../../../src/fhir/resource.ts'
import { validateResource } from '../../../../../src/fhir/validation/validate-resource.ts'
import { canonicalJson, parseJson } from '../../../../../src/lib/json.ts'
import { sameValue } from '../../../../../src/lib/same-value.ts'
import { withCaseLink } from '../../../../../src/mappers/case/nouns/case-link.ts'
import type { NounLens } from '../../../../../src/mappers/case/nouns/noun-lens.ts'
import { nounLenses } from '../../../../../src/mappers/case/nouns/noun-lenses.ts'
import { assessmentNouns, assessmentStates } from '../../../../support/assessment-arbitraries.ts'
import { CM, PATIENT } from '../../../../support/case-world.ts'
import { publicResources } from '../../../../support/public-resources.ts'

const numRuns = process.env['CASEWIRE_LONG'] === '1' ? 20_000 : 500
const lenses = nounLenses(CM)
const types = ['ClinicalImpression', 'QuestionnaireResponse', 'Observation', 'RiskAssessment', 'Condition']
const foreign = publicResources(...types)

const raw = (digits: string): unknown => (parseJson(`[${digits}]`) as readonly unknown[])[0]

/** Nothing foreign may be lost, whatever it is: decimals with trailing zeros, unknown extensions, strange shapes. */
const strange: readonly Resource[] = types.map(resourceType => ({
  resourceType,
  id: 'strange',
  extension: [
    { url: 'urn:kept', valueDecimal: raw('1.50') },
    { url: 'urn:also-kept', valueString: 'x' },
  ],
  status: 'unheard-of',
  code: {
    coding: [
      { system: 'urn:codes', code: 'kept', display: 'kept' },
      { system: 'urn:more', code: 'too' },
    ],
  },
  category: [{ coding: [{ system: 'urn:categories', code: 'kept' }] }],
  valueQuantity: { value: raw('22.50'), unit: 'kept', comparator: '<' },
  interpretation: [{ text: 'kept' }],
  focus: [{ display: 'kept' }, { reference: 'Encounter/kept' }],
  performer: [{ display: 'kept' }],
  derivedFrom: [{ reference: 'Media/kept' }],
  evidence: [{ code: [{ text: 'kept' }], detail: [{ reference: 'DiagnosticReport/kept' }] }],
  finding: [{ itemCodeableConcept: { text: 'kept' } }, { itemReference: { reference: 'Condition/kept' } }],
  investigation: [{ code: { text: 'kept' }, item: [{ reference: 'ImagingStudy/kept' }] }],
  prediction: [{ outcome: { text: 'kept' }, probabilityDecimal: raw('0.020') }],
  item: [
    {
      linkId: '1',
      text: 'kept',
      item: [{ linkId: '1.1', answer: [{ valueDecimal: raw('7.50'), item: [{ linkId: '1.1.1' }] }] }],
    },
    { linkId: '2', answer: [{ valueAttachment: { title: 'kept' } }, { valueString: 'a' }] },
  ],
}))

/** What a lens may change: everything else must come out as it went in. */
const owned: Readonly<Record<string, readonly string[]>> = {
  ClinicalImpression: [
    ...['status', 'statusReason', 'assessor', 'effectiveDateTime', '_effectiveDateTime', 'effectivePeriod'],
    ...['extension', 'finding', 'investigation', 'previous', 'summary'],
  ],
  QuestionnaireResponse: ['status', 'extension', 'questionnaire', 'authored', 'author', 'item'],
  Observation: [
    ...['status', 'code', 'extension', 'interpretation', 'performer', 'derivedFrom', 'focus'],
    ...['effectiveDateTime', 'effectivePeriod', 'effectiveInstant', 'effectiveTiming', 'dataAbsentReason'],
    ...['valueQuantity', 'valueCodeableConcept', 'valueString', 'valueBoolean', 'valueInteger', 'valueRange'],
    ...['valueRatio', 'valueSampledData', 'valueTime', 'valueDateTime', 'valuePeriod'],
  ],
  RiskAssessment: [
    ...['status', 'extension', 'method', 'prediction', 'encounter'],
    ...['occurrenceDateTime', 'occurrencePeriod'],
  ],
  Condition: [
    ...['clinicalStatus', 'verificationStatus', 'extension', 'category', 'code', 'asserter', 'recordedDate'],
    ...[
      'evidence',
      'abatementDateTime',
      'abatementPeriod',
      'abatementAge',
      'abatementString',
      'abatementRange',
    ],
  ],
}

const rest = (resource: Resource): string =>
  canonicalJson(
    Object.fromEntries(
      Object.entries(resource).filter(([name]) => !(owned[resource.resourceType] ?? []).includes(name)),
    ),
  )

/** The extensions that are not ours, in their order. */
const foreignParts = (resource: Resource): readonly string[] =>
  ((resource['extension'] ?? []) as readonly { readonly url: string }[])
    .filter(({ url }) => !url.startsWith(CM))
    .map(canonicalJson)

describe.each(assessmentNouns)('the lens of %s', noun => {
  const lens = lenses.of(noun) as unknown as NounLens<NounName>
  const resources = [...foreign, ...strange].filter(({ resourceType }) => lens.types.includes(resourceType))
  const anyResource = fc.constantFrom(...resources)
  const anyState = (assessmentStates[noun] as fc.Arbitrary<{ readonly id: string }>).map(
    state => Object.fromEntries(Object.entries(state).filter(([, value]) => value !== undefined)) as never,
  )

  it('has foreign resources to be tried on', () => {
    expect(resources.length).toBeGreaterThan(0)
  })

  it('gives back the very same object when what was read is written (get-put)', () => {
    for (const one of resources) expect(lens.write(one, lens.read(one))).toBe(one)
  })

  it('reads what was written, whatever stood there (put-get), and leaves alone what is not its own', () => {
    fc.assert(
      fc.property(anyResource, anyState, (resource, state) => {
        const written = lens.write(resource, state)
        const { id: _written, ...read } = lens.read(written)
        const { id: _state, ...wanted } = state as { readonly id: string }
        expect(read).toEqual(wanted)
        expect(rest(written)).toBe(rest(resource))
        expect(foreignParts(written)).toEqual(foreignParts(resource))
      }),
      { numRuns },
    )
  })

  it('goes from any state to any other and back without a trace of what was between (put-put)', () => {
    fc.assert(
      fc.property(anyResource, anyState, anyState, (resource, one, other) => {
        const there = lens.write(resource, one)
        const back = lens.write(lens.write(there, other), one)
        expect(sameValue(lens.read(back), lens.read(there))).toBe(true)
      }),
      { numRuns },
    )
  })

  it('gives birth to valid R4 that is this noun and no other, linked to its case', () => {
    fc.assert(
      fc.property(anyState, state => {
        const birth = { id: (state as { readonly id: string }).id, caseId: 'c1', patient: PATIENT }
        const blank = withCaseLink(lens.blank(birth, state), 'c1', lenses.names)
        const born = lens.write(blank, state)
        expect(validateResource(born)).toEqual([])
        expect(lenses.fitting(born)?.noun).toBe(noun)
        expect(sameValue(lens.read(born), state)).toBe(true)
      }),
      { numRuns },
    )
  })
})

describe('foreign resources of a case', () => {
  const nounOf = (resource: Resource): string | undefined => lenses.fitting(resource)?.noun
  const named = (name: string): Resource => {
    const found = foreign.find(({ id }) => id === name)
    if (!found) throw new Error(`${name} is not in the public data`)
    return found
  }

  it.each([
    ['SDOHCC-ConditionFoodInsecurityExample', 'need'],
    ['SDOHCC-ConditionProtectiveFactor', undefined],
    ['PHQ9-item-example-44261-6', 'score'],
    ['AHC-HRSN-item-example-68517-2', 'score'],
    ['SDOHCC-VitalSignsHeightExample', undefined],
    ['SDOHCC-LabObservationLeadLevelExample', undefined],
    ['phq-9-example', 'answers'],
    ['condition-duodenal-ulcer', 'need'],
    ['encounter-diagnosis-example1', undefined],
  ])('%s is %s', (name, noun) => {
    expect(nounOf(named(name))).toBe(noun)
  })

  it('reads the total of a PHQ-9 that another system reported', () => {
    expect(lenses.of('score').read(named('PHQ9-item-example-44261-6'))).toMatchObject({
      measure: 'phq-9',
      value: '12',
      derivedFrom: ['answers/phq-9-example'],
    })
  })

  it('reads a food insecurity that is only unconfirmed as a proposed need', () => {
    expect(lenses.of('need').read(named('SDOHCC-ConditionFoodInsecurityExample'))).toMatchObject({
      state: 'proposed',
      text: 'Food insecurity',
      evidence: ['SDOHCC-ObservationResponseHungerVitalSignQuestion3Example'],
    })
  })

  it('is written in the digits it came with', () => {
    fc.assert(
      fc.property(fc.constantFrom(...foreign), resource => {
        const lens = lenses.fitting(resource)
        if (!lens) return
        expect(canonicalJson(lens.write(resource, lens.read(resource)))).toBe(canonicalJson(resource))
      }),
    )
  })
})
