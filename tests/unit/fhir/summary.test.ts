import { describe, expect, test } from 'vitest'
import { parseJson } from '../../../src/lib/json.ts'
import type { Resource } from '../../../src/fhir/resource.ts'
import { elementsOf, isElementOf, partText, summarize, type SummaryMode } from '../../../src/fhir/summary.ts'
import { resourceTypes } from '../../../src/fhir/resource-types.ts'
import { typeRule } from '../../../src/fhir/validation/type-rules.ts'
import { validateResource } from '../../../src/fhir/validation/validate-resource.ts'
import { fhirCorpus } from '../../support/fhir-corpus.ts'

const SUBSETTED = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' }

const patient = {
  resourceType: 'Patient',
  id: 'p',
  meta: { versionId: '3', tag: [{ system: 'urn:t', code: 'x' }] },
  text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">River</div>' },
  extension: [{ url: 'urn:e', valueString: 'x' }],
  active: true,
  name: [{ family: 'River', extension: [{ url: 'urn:n', valueString: 'y' }] }],
  _birthDate: { extension: [{ url: 'urn:unknown', valueCode: 'unknown' }] },
  photo: [{ contentType: 'image/png', data: 'AAAA' }],
  communication: [{ language: { text: 'English' } }],
  deceasedBoolean: false,
  link: [{ other: { reference: 'Patient/q' }, type: 'seealso' }],
} as unknown as Resource

const without = (value: Resource, ...names: readonly string[]) =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)))

const tagged = { versionId: '3', tag: [{ system: 'urn:t', code: 'x' }, SUBSETTED] }

describe('summarize', () => {
  test('true shows what the StructureDefinition marks, with the tag SUBSETTED', () => {
    expect(summarize(patient, 'true')).toEqual({
      ...without(patient, 'text', 'extension', 'photo', 'communication'),
      meta: tagged,
    })
  })

  test('true leaves out what is not marked at any depth, such as the data of an attachment', () => {
    const media = {
      ...{ resourceType: 'Media', status: 'completed', note: [{ text: 'long' }] },
      content: { contentType: 'image/png', data: 'AAAA', title: 'x' },
    } as unknown as Resource
    expect(summarize(media, 'true')).toEqual({
      ...{ resourceType: 'Media', status: 'completed' },
      meta: { tag: [SUBSETTED] },
      content: { contentType: 'image/png', title: 'x' },
    })
  })

  test('text shows id, meta, text and what is mandatory; data shows all but text; false is the resource itself', () => {
    const plan = {
      ...{ resourceType: 'CarePlan', id: 'c', status: 'active', intent: 'plan', title: 'Home again' },
      subject: { reference: 'Patient/p' },
      text: patient['text'],
    } as unknown as Resource
    expect(summarize(plan, 'text')).toEqual({ ...without(plan, 'title'), meta: { tag: [SUBSETTED] } })
    expect(summarize(plan, 'data')).toEqual({ ...without(plan, 'text'), meta: { tag: [SUBSETTED] } })
    expect(summarize(plan, 'false')).toBe(plan)
  })

  test('contained resources stay where something left refers to them, others go', () => {
    const request = {
      ...{ resourceType: 'ServiceRequest', status: 'active', intent: 'order' },
      contained: [
        { resourceType: 'Patient', id: 'who', managingOrganization: { reference: '#org' } },
        { resourceType: 'Organization', id: 'org', name: 'Org' },
        { resourceType: 'Specimen', id: 'spare' },
      ],
      subject: { reference: '#who' },
      supportingInfo: [{ reference: '#spare' }],
    } as unknown as Resource
    const ids = (resource: Resource) =>
      (resource['contained'] as readonly { id: string }[] | undefined)?.map(({ id }) => id)
    expect(ids(summarize(request, 'true'))).toEqual(['who', 'org'])
    expect(ids(elementsOf(request, ['supportingInfo']))).toEqual(['who', 'org', 'spare'])
    expect(ids(summarize(request, 'data'))).toEqual(['who', 'org', 'spare'])
  })

  test('is not tagged twice', () => {
    expect(summarize(summarize(patient, 'true'), 'text').meta).toEqual(tagged)
  })

  test('of every R4 type with its mandatory elements shows them', () => {
    for (const type of Object.keys(resourceTypes)) {
      const mandatory = typeRule(type).required.map(({ properties: [property = ''] }) => [property, 'x'])
      const resource = { resourceType: type, ...Object.fromEntries(mandatory) } as unknown as Resource
      for (const mode of ['true', 'text', 'data'] as const) {
        expect(Object.keys(summarize(resource, mode)).toSorted()).toEqual(
          [...Object.keys(resource), 'meta'].toSorted(),
        )
      }
    }
  })

  test('of valid resources has a valid shape', () => {
    const examples = fhirCorpus('r4-core').filter(({ resource }) => validateResource(resource).length === 0)
    expect(examples.length).toBeGreaterThan(100)
    for (const { text } of examples) {
      for (const mode of ['true', 'text', 'data'] satisfies SummaryMode[]) {
        const part: unknown = parseJson(partText(text, { kind: 'summary', mode }))
        expect(validateResource(part).filter(({ code }) => code !== 'invariant')).toEqual([])
      }
    }
  })
})

describe('elementsOf', () => {
  test('gives the elements asked for and what is mandatory, choices by any of their names', () => {
    expect(elementsOf(patient, ['birthDate', 'deceased'])).toEqual({
      ...{ resourceType: 'Patient', id: 'p', meta: tagged },
      _birthDate: patient['_birthDate'],
      deceasedBoolean: false,
    })
    expect(elementsOf(patient, ['deceased[x]'])['deceasedBoolean']).toBe(false)
    expect(elementsOf(patient, ['deceasedBoolean'])['deceasedBoolean']).toBe(false)
  })

  test('names only elements of the top', () => {
    const names = ['name', 'deceased', 'deceased[x]', 'deceasedDateTime', 'id', 'contained']
    expect(names.filter(name => !isElementOf('Patient', name))).toEqual([])
    const wrong = ['name.family', '_birthDate', 'name[x]', 'status', '', 'constructor', '__proto__']
    expect(wrong.filter(name => isElementOf('Patient', name))).toEqual([])
  })
})

test('decimals keep their digits', () => {
  const text = '{"resourceType":"Observation","status":"final","code":{},"valueQuantity":{"value":1.50}}'
  expect(partText(text, { kind: 'summary', mode: 'true' })).toContain('"value":1.50')
  expect(partText(text, { kind: 'elements', names: ['value'] })).toContain('"value":1.50')
  expect(partText(text, { kind: 'summary', mode: 'false' })).toBe(text)
})
