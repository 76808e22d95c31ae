import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Resource } from '../../../../src/fhir/resource.ts'
import { validateProfiles } from '../../../../src/fhir/validation/profiles/validate-profiles.ts'
import { validateResource } from '../../../../src/fhir/validation/validate-resource.ts'
import { parseJson } from '../../../../src/lib/json.ts'
import { withClaims } from '../../../../src/mappers/us-core/with-claims.ts'
import { usCoreRules } from '../../../../src/mappers/us-core/us-core-rules.ts'
import { fhirCorpus } from '../../../support/fhir-corpus.ts'
import { convertedLast, goldens } from '../../../support/golden.ts'
import { definitionsWith, usCore, usCoreResources } from '../../../support/profiles.ts'

/** The public copy of US Core 8 has no definition of its AllergyIntolerance, which asks for code and patient. */
const uncopied: ReadonlySet<string> = new Set(['AllergyIntolerance'])
const definitions = definitionsWith(usCoreResources())

const errorsOf = (resource: Resource, ...asked: readonly string[]) =>
  validateProfiles(resource, definitions, asked).filter(({ severity }) => severity === 'error')

/** Profiles of the type that the validator finds met. */
const met = ({ meta: _meta, ...resource }: Resource): readonly string[] =>
  (usCoreRules[resource.resourceType] ?? [])
    .map(({ name }) => `${usCore}${name}`)
    .filter(url => errorsOf(resource as Resource, url).length === 0)

const claimed = ({ meta: _meta, ...resource }: Resource): readonly string[] =>
  withClaims(resource as Resource).meta?.profile ?? []

const entriesOf = (bundle: Resource): readonly Resource[] =>
  ((bundle['entry'] ?? []) as readonly { readonly resource?: Resource }[]).flatMap(
    ({ resource }) => resource ?? [],
  )

const examples = fhirCorpus('us-core-8.0.0/examples', 'r4-core').flatMap(({ resource }) => {
  return resource.resourceType === 'Bundle' ? entriesOf(resource) : [resource]
})
const converted = goldens().flatMap(golden => entriesOf(convertedLast(golden)))
const known = [...examples, ...converted].filter(
  resource =>
    usCoreRules[resource.resourceType] !== undefined &&
    !uncopied.has(resource.resourceType) &&
    validateResource(resource).length === 0,
)

describe('a resource claims the profiles of US Core that it meets', () => {
  it('and each rule is about a profile that there is', () => {
    for (const [type, rules] of Object.entries(usCoreRules)) {
      if (uncopied.has(type)) continue
      for (const { name } of rules)
        expect([name, definitions.profile(`${usCore}${name}`)?.type]).toEqual([name, type])
    }
  })

  it('as the validator sees it: in the examples of US Core and of R4, and in what messages make', () => {
    expect(known.length).toBeGreaterThan(500)
    const wrong = known.filter(resource => claimed(resource).join() !== met(resource).join())
    expect(
      wrong.map(resource => [resource.resourceType, resource.id, claimed(resource), met(resource)]),
    ).toEqual([])
  })

  it('and no others after any element is taken away', () => {
    const kinds = Object.values(Object.groupBy(known, ({ resourceType }) => resourceType)).flatMap(
      all => all ?? [],
    )
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
        (resource, steps) => {
          const less = without(resource, steps)
          if (validateResource(less).length > 0) return
          for (const url of claimed(less)) expect(errorsOf(less, url)).toEqual([])
        },
      ),
      { numRuns: process.env['CASEWIRE_LONG'] === '1' ? 20_000 : 1_500 },
    )
  })
})

/** The resource without the element or item that the numbers lead to. */
function without(resource: Resource, steps: readonly number[]): Resource {
  // Not structuredClone, which refuses decimals that are kept as text.
  const copy = parseJson(JSON.stringify(resource)) as Record<string, unknown>
  let node: Record<string, unknown> | unknown[] = copy
  steps.forEach((step, at) => {
    const names = Object.keys(node).filter(name => name !== 'resourceType')
    const name = names[step % names.length]
    if (name === undefined) return
    const value: unknown = (node as Record<string, unknown>)[name]
    if (at < steps.length - 1 && typeof value === 'object' && value !== null) node = value as typeof node
    else if (Array.isArray(node)) node.splice(Number(name), 1)
    else delete node[name]
  })
  return copy as unknown as Resource
}

describe('claims', () => {
  const patient = {
    resourceType: 'Patient',
    identifier: [{ system: 'urn:mrn', value: '1' }],
    name: [{ family: 'River' }],
  }
  const url = `${usCore}us-core-patient`

  it('stand beside those of others and go when they are true no more', () => {
    const both = withClaims({ ...patient, meta: { source: 'urn:x', profile: ['urn:other'] } })
    expect(both.meta).toEqual({ source: 'urn:x', profile: ['urn:other', url] })
    expect(withClaims({ ...both, name: [{ text: 'x' }] }).meta).toEqual({
      source: 'urn:x',
      profile: ['urn:other'],
    })
    const unnamed: Resource = { ...withClaims<Resource>(patient), name: [{ text: 'x' }] }
    expect(withClaims(unnamed).meta).toBeUndefined()
  })

  it('are none of a patient whose race or ethnicity lacks its text', () => {
    const race = (...parts: readonly object[]): Resource => ({
      ...patient,
      extension: [{ url: `${usCore}us-core-race`, extension: parts }],
    })
    const category = { url: 'ombCategory', valueCoding: { code: '2106-3' } }
    expect(withClaims(race(category)).meta).toBeUndefined()
    expect(withClaims(race(category, { url: 'text', valueString: 'White' })).meta?.profile).toEqual([url])
  })

  it('are left where they are right, with a version too', () => {
    const own = withClaims(patient)
    expect(withClaims(own)).toBe(own)
    const versioned = { ...patient, meta: { profile: [`${url}|6.1.0`] } }
    expect(withClaims(versioned)).toBe(versioned)
  })

  it('are none of types that US Core has no profile of', () => {
    const task = { resourceType: 'Task', status: 'requested', intent: 'order' }
    expect(withClaims(task)).toBe(task)
  })
})
