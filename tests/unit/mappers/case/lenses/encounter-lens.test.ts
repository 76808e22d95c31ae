import { describe, expect, it } from 'vitest'
import { validateResource } from '../../../../../src/fhir/validation/validate-resource.ts'
import type { Resource } from '../../../../../src/fhir/resource.ts'
import { mergeElements } from '../../../../../src/mappers/adt/resources/merge-elements.ts'
import { withCaseEffect } from '../../../../../src/mappers/case/lenses/encounter-lens.ts'
import { CM } from '../../../../support/case-world.ts'

const encounter = {
  resourceType: 'Encounter',
  id: 'e',
  status: 'finished',
  class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
}
const effect = { encounter: 'e', isReadmission: true, episodes: ['one'] }

describe('an Encounter of a case', () => {
  it('refers to its case and says that it is a readmission', () => {
    const said = withCaseEffect(encounter, effect, CM)
    expect(said).toMatchObject({
      episodeOfCare: [{ reference: 'EpisodeOfCare/one' }],
      hospitalization: { reAdmission: { coding: [{ code: 'R' }] } },
    })
    expect(validateResource(said)).toEqual([])
    expect(withCaseEffect(said, effect, CM)).toBe(said)
  })

  it('has a tag for each case that facts give it, beside those of others, until it is of that case no more', () => {
    const system = `${CM}/sid/case`
    const theirs = { system: 'urn:theirs', code: 'x' }
    const tagged: Resource = { ...encounter, meta: { tag: [theirs, { system, code: 'said' }] } }
    const tagsOf = (from: Resource): unknown => from.meta?.tag
    const one = withCaseEffect(tagged, effect, CM)
    expect(tagsOf(one)).toEqual([theirs, { system, code: 'said' }, { system, code: 'one' }])
    const both = withCaseEffect(one, { ...effect, episodes: ['two', 'one'] }, CM)
    expect(tagsOf(both)).toEqual([
      ...[theirs, { system, code: 'said' }],
      ...[
        { system, code: 'one' },
        { system, code: 'two' },
      ],
    ])
    expect(tagsOf(withCaseEffect(both, { ...effect, episodes: [] }, CM))).toEqual(tagged.meta?.tag)
    const { meta: _none, ...before } = one
    expect(withCaseEffect(before, effect, CM)).toBe(before)
  })

  it('keeps what PV1-13 said about a readmission, and the episodes that others named', () => {
    const told = {
      ...encounter,
      episodeOfCare: [{ reference: 'EpisodeOfCare/one' }, { identifier: { value: 'theirs' } }],
      hospitalization: { reAdmission: { text: 'as the sender says' } },
    }
    expect(withCaseEffect(told, effect, CM)).toEqual(told)
    expect(withCaseEffect(told, { ...effect, isReadmission: false, episodes: [] }, CM)).toBe(told)
  })

  it('lists its cases in one order, after the episodes that messages named, whichever came first', () => {
    const linked = (from: Resource, ...episodes: readonly string[]): Resource =>
      withCaseEffect(from, { ...effect, episodes }, CM)
    const source = 'urn:message'
    const named = { ...encounter, episodeOfCare: [{ identifier: { value: 'theirs' } }] }
    const told = (from: Resource): Resource => mergeElements(from, encounter, named, source) as Resource
    const one = linked(linked(told(encounter), 'two'), 'one', 'two')
    const other = told(linked(linked(encounter, 'one'), 'two', 'one'))
    expect(one['episodeOfCare']).toMatchObject([
      { identifier: { value: 'theirs' } },
      { reference: 'EpisodeOfCare/one' },
      { reference: 'EpisodeOfCare/two' },
    ])
    expect(other['episodeOfCare']).toEqual(one['episodeOfCare'])
  })
})
