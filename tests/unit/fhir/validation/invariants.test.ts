import { describe, expect, it } from 'vitest'
import { invariants } from '../../../../src/fhir/validation/invariants/invariants.ts'
import { bundleSamples } from './samples/bundle.ts'
import { careSamples } from './samples/care.ts'
import { dataTypeSamples } from './samples/data-types.ts'
import { definitionSamples } from './samples/definitions.ts'
import { structureSamples } from './samples/structures.ts'
import { testSamples } from './samples/tests.ts'

const invariantSamples = [
  ...dataTypeSamples,
  ...bundleSamples,
  ...careSamples,
  ...structureSamples,
  ...testSamples,
  ...definitionSamples,
]

describe('the invariants', () => {
  it.each(invariantSamples)(
    '$path $key holds and breaks as HL7 says',
    ({ path, key, holds, breaks, resource = {} }) => {
      const invariant = invariants.get(path)?.find(row => row.key === key)
      expect(holds.map(element => invariant?.holds(element, { resource }))).toEqual(holds.map(() => true))
      expect(breaks.map(element => invariant?.holds(element, { resource }))).toEqual(breaks.map(() => false))
    },
  )

  it('have a sample each, and no sample is of another', () => {
    const checked = [...invariants].flatMap(([path, rows]) => rows.map(({ key }) => `${path} ${key}`))
    expect(invariantSamples.map(({ path, key }) => `${path} ${key}`).toSorted()).toEqual(checked.toSorted())
  })

  it('carry the words of HL7', () => {
    const wordless = [...invariants.values()].flat().filter(({ text }) => text === '')
    expect(wordless).toEqual([])
  })
})
