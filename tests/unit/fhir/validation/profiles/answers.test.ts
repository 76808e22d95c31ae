import { describe, expect, it } from 'vitest'
import { definitionsWith, profileFaults, profileOf, TEST_PROFILE } from '../../../../support/profiles.ts'

/** Observations that name each other as members, each of which is to meet the profile that asks just that. */
const asking = (elements: Readonly<Record<string, object>> = {}) =>
  definitionsWith([
    profileOf('Observation', {
      'Observation.hasMember': { type: [{ code: 'Reference', targetProfile: [TEST_PROFILE] }] },
      ...elements,
    }),
  ])
const bundleOf = (members: readonly (readonly number[])[], notedOf: readonly number[]) => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: members.map((pointed, id) => ({
    resource: {
      ...{ resourceType: 'Observation', id: `o${id}`, meta: { profile: [TEST_PROFILE] } },
      ...(notedOf.includes(id) && { note: [{ text: 'seen' }] }),
      hasMember: pointed.map(to => ({ reference: `Observation/o${to}` })),
    },
  })),
})
const noted = { 'Observation.note': { min: 1 } }
const all = (count: number) => Array.from({ length: count }, (_, id) => id)

describe('targets that have to meet a profile', () => {
  it('are checked once each, however many ways lead to them', () => {
    const layers = 40
    const members = all(layers * 3).map(id => {
      const next = (Math.floor(id / 3) + 1) * 3
      return next < layers * 3 ? [next, next + 1, next + 2] : []
    })
    expect(profileFaults(bundleOf(members, []), asking())).toEqual([])
  })

  it('are checked once each where all point to all', () => {
    const members = all(24).map(() => all(24))
    expect(profileFaults(bundleOf(members, []), asking())).toEqual([])
  })

  it('fail with the one that fails, in whatever order a circle is gone round', () => {
    const members = [[1], [2], [0, 3], []]
    const faults = profileFaults(bundleOf(members, [0, 1, 2]), asking(noted))
    expect(faults).toEqual([
      'value Bundle.entry[0].resource.hasMember[0].reference',
      'value Bundle.entry[1].resource.hasMember[0].reference',
      'value Bundle.entry[2].resource.hasMember[0].reference',
      'value Bundle.entry[2].resource.hasMember[1].reference',
      'required Bundle.entry[3].resource.note',
    ])
  })

  it('are told in full where many warnings come first', () => {
    const definitions = definitionsWith([
      profileOf('Observation', {
        'Observation.note': {
          constraint: [{ key: 'w-1', severity: 'warning', human: 'never', expression: 'false' }],
        },
        'Observation.value[x]': { min: 1 },
      }),
    ])
    const note = all(600).map(id => ({ text: String(id) }))
    const faults = profileFaults({ resourceType: 'Observation', note }, definitions, TEST_PROFILE)
    expect(faults).toContain('required Observation.value')
  })
})

describe('a data type with a profile of its own', () => {
  it('is checked once, though its profile says that it is to meet itself', () => {
    const quantity = 'https://test.example/StructureDefinition/quantity'
    const own = profileOf(
      'Quantity',
      { Quantity: { type: [{ code: 'Quantity', profile: [quantity] }] }, 'Quantity.code': { min: 1 } },
      { url: quantity, kind: 'complex-type' },
    )
    const profile = profileOf('Observation', {
      'Observation.valueQuantity': { type: [{ code: 'Quantity', profile: [quantity] }] },
    })
    const resource = { resourceType: 'Observation', valueQuantity: { value: 1 } }
    expect(profileFaults(resource, definitionsWith([profile, own]), TEST_PROFILE)).toEqual([
      'required Observation.value.code',
    ])
  })
})

describe('a profile that R4 itself defines', () => {
  const vitalSigns = 'http://hl7.org/fhir/StructureDefinition/vitalsigns'
  it('is no type, so that what it points to may be of the type that it constrains', () => {
    const definitions = definitionsWith([
      profileOf('Observation', {
        'Observation.hasMember': { type: [{ code: 'Reference', targetProfile: [vitalSigns] }] },
      }),
    ])
    const resource = { resourceType: 'Observation', hasMember: [{ reference: 'Observation/x' }] }
    expect(profileFaults(resource, definitions, TEST_PROFILE)).toEqual([])
  })

  it('is checked where it is loaded, and its constraints where a profile takes them over', () => {
    const constraint = [
      { key: 'vs-9', severity: 'error', human: 'noted', expression: 'note.exists()', source: vitalSigns },
    ]
    const own = profileOf('Observation', { Observation: { constraint } }, { url: vitalSigns })
    const resource = { resourceType: 'Observation', meta: { profile: [vitalSigns] } }
    expect(profileFaults(resource, definitionsWith([own]))).toEqual(['invariant Observation'])
  })
})
