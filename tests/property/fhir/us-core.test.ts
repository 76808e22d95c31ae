import { describe, expect, it } from 'vitest'
import type { Resource } from '../../../src/fhir/resource.ts'
import { validateProfiles } from '../../../src/fhir/validation/profiles/validate-profiles.ts'
import { validateResource } from '../../../src/fhir/validation/validate-resource.ts'
import { fhirCorpus } from '../../support/fhir-corpus.ts'
import { definitionsWith, usCoreResources } from '../../support/profiles.ts'

const resources = usCoreResources()
const definitions = definitionsWith(resources)
const examples = fhirCorpus('us-core-8.0.0/examples')

interface ElementRow {
  readonly id: string
  readonly min?: number
  readonly sliceName?: string
  readonly [name: string]: unknown
}

const elementsOf = (canonical: string): readonly ElementRow[] => {
  const found = resources.find(({ url }) => url === canonical.split('|')[0])
  return (found?.['snapshot'] as { readonly element: readonly ElementRow[] } | undefined)?.element ?? []
}

const errorsOf = (resource: unknown): readonly { readonly expression?: string }[] =>
  [...validateResource(resource), ...validateProfiles(resource, definitions)].filter(
    ({ severity }) => severity === 'error',
  )

interface Mutant {
  readonly what: string
  readonly at: string
  readonly resource: Resource
}

type Json = { [name: string]: unknown }

/** Each place in a resource where an element of a path stands: the object that holds it and its expression. */
function placesOf(
  resource: Json,
  steps: readonly string[],
  at: string,
): readonly { holder: Json; at: string }[] {
  const [step = '', ...rest] = steps
  if (rest.length === 0) return [{ holder: resource, at }]
  const value = resource[step]
  if (Array.isArray(value)) {
    return value.flatMap((item: Json, index) => placesOf(item, rest, `${at}.${step}[${index}]`))
  }
  return typeof value === 'object' && value !== null ? placesOf(value as Json, rest, `${at}.${step}`) : []
}

const keysOf = (holder: Json, name: string): readonly string[] => {
  const bare = name.replace('[x]', '')
  const pattern = name.endsWith('[x]') ? new RegExp(`^_?${bare}[A-Z]`) : new RegExp(`^_?${bare}$`)
  return Object.keys(holder).filter(key => pattern.test(key))
}

/** Copies of an example that each lack one mandatory element, at each of the places where it stands. */
function mutantsOf(example: Resource): readonly Mutant[] {
  const claims = example.meta?.profile ?? []
  return claims.flatMap(elementsOf).flatMap(({ id, min = 0 }) => {
    const [type = '', ...steps] = id.split('.')
    if (min === 0 || steps.length === 0 || id.includes(':')) return []
    const count = placesOf(example, steps, type).length
    return Array.from({ length: count }, (_, index) => {
      const copy = structuredClone(example) as Json
      const place = placesOf(copy, steps, type)[index]
      const name = steps.at(-1) ?? ''
      const keys = place ? keysOf(place.holder, name) : []
      for (const key of keys) delete place?.holder[key]
      const at = `${place?.at}.${name.replace('[x]', '')}`
      return keys.length === 0 ? undefined : { what: id, at, resource: copy as unknown as Resource }
    }).filter(mutant => mutant !== undefined)
  })
}

describe('the examples of US Core 8', () => {
  it.each(examples.map(({ name, resource }) => [name, resource] as const))(
    'meet the profiles that they claim: %s',
    (_name, resource) => {
      expect(errorsOf(resource)).toEqual([])
    },
  )

  it('claim profiles that are loaded, most of them', () => {
    const claimed = examples.filter(({ resource }) =>
      ((resource as Resource).meta?.profile ?? []).some(url => elementsOf(url).length > 0),
    )
    expect(claimed.length).toBeGreaterThanOrEqual(55)
  })

  it('are refused at each mandatory element when it is taken away', () => {
    const mutants = examples.flatMap(({ resource }) => mutantsOf(resource as Resource))
    expect(mutants.length).toBeGreaterThanOrEqual(300)
    const missed = mutants.filter(({ resource, at }) => {
      return !errorsOf(resource).some(({ expression = '' }) => expression === at)
    })
    expect(missed.map(({ what, at }) => `${what} at ${at}`)).toEqual([])
  })

  it('are refused when what tells a mandatory slice is another', () => {
    const condition = examples.find(({ name }) => name.endsWith('encounter-diagnosis-example1.json'))
      ?.resource as Resource
    const category = [{ coding: [{ system: 'urn:other', code: 'encounter-diagnosis' }] }]
    expect(errorsOf({ ...condition, category })).toMatchObject([
      { code: 'required', expression: 'Condition.category' },
    ])
  })
})

describe('what US Core asks in FHIRPath', () => {
  const patient = examples.find(({ name }) => name.endsWith('Patient-example.json'))?.resource as Resource

  it('refuses a name with neither family nor given', () => {
    expect(errorsOf({ ...patient, name: [{ use: 'official' }] })).toMatchObject([
      { code: 'invariant', expression: 'Patient.name[0]' },
    ])
  })

  it('refuses an NPI with a wrong check digit', () => {
    const practitioner = examples.find(({ name }) => name.endsWith('practitioner-2.json'))
      ?.resource as Resource
    const identifier = [{ system: 'http://hl7.org/fhir/sid/us-npi', value: '1234567890' }]
    expect(errorsOf({ ...practitioner, identifier })).toMatchObject([
      { code: 'invariant', expression: 'Practitioner.identifier[0]' },
    ])
  })

  it('refuses an extension that its definition does', () => {
    const race = { url: 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-race', extension: [] }
    const extension = [{ ...race, extension: [{ url: 'ombCategory', valueString: 'x' }] }]
    expect(errorsOf({ ...patient, extension }).map(({ expression }) => expression)).toEqual([
      'Patient.extension[0].extension[0].value',
      'Patient.extension[0].extension',
    ])
  })
})
