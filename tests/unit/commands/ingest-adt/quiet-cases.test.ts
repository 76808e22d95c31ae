import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import type { ModelProfile } from '../../../../src/care-plan/model-profile.ts'
import type { Stay } from '../../../../src/care-plan/stay.ts'
import { noting, quietCases, type CasesView } from '../../../../src/commands/ingest-adt/quiet-cases.ts'

const patient = { resourceType: 'Patient', id: 'p' }
const task = { resourceType: 'Task', id: 't' }
const encounter = { resourceType: 'Encounter', id: 'e' }
const stay = { encounter: 'e' } as Stay
const profile = { id: 'm' } as unknown as ModelProfile

const payers = () => [{ names: ['A'], from: '2026-01-01' }]

const view = (changed: Partial<CasesView> = {}): CasesView => ({
  person: { patient: 'p', shard: 1, stays: [stay], payers },
  compartment: [patient, task],
  models: () => profile,
  encounterOf: () => encounter,
  ...changed,
})

describe('where nothing followed for cases', () => {
  const quiet = quietCases()
  const { person, models, asked } = noting(view().person, view().models)
  models('m', '1.0.0')
  person.payers?.()
  quiet.keep(view(), asked)

  test('nothing follows again of the very same', () => {
    expect(quiet.has(view())).toBe(true)
    expect(quiet.has(view({ person: { patient: 'p', shard: 1, stays: [stay], payers } }))).toBe(true)
  })

  test.each<readonly [string, Partial<CasesView>]>([
    ['another stay', { person: { patient: 'p', shard: 1, stays: [{ ...stay }], payers } }],
    ['one stay more', { person: { patient: 'p', shard: 1, stays: [stay, { ...stay }], payers } }],
    [
      'a death',
      { person: { patient: 'p', shard: 1, stays: [stay], payers, deceased: { at: '2026-01-01' } } },
    ],
    ['another insurance', { person: { patient: 'p', shard: 1, stays: [stay], payers: () => [] } }],
    ['another version of a resource', { compartment: [patient, { ...task }] }],
    ['another version of the Patient', { compartment: [{ ...patient }, task] }],
    ['a resource less', { compartment: [patient] }],
    ['another version of the Encounter', { encounterOf: () => ({ ...encounter }) }],
    ['a model that was published since', { models: () => ({ ...profile }) }],
  ])('%s has it looked at again', (_what, changed) => {
    expect(quiet.has(view(changed))).toBe(false)
  })

  test('a patient of whom nothing stands is looked at always', () => {
    const unknown = view({ compartment: [task] })
    quiet.keep(unknown, asked)
    expect(quiet.has(unknown)).toBe(false)
  })
})

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

test('the batch that a patient came with is not kept for as long as the patient is', async () => {
  const quiet = quietCases()
  const ofBatch = (): WeakRef<object> => {
    const batch = { payers: payers() }
    const person = { ...view().person, payers: () => batch.payers }
    const noted = noting(person, view().models)
    noted.person.payers?.()
    quiet.keep(view({ person }), noted.asked)
    return new WeakRef(batch)
  }
  const batch = ofBatch()
  await new Promise(resolve => setImmediate(resolve))
  collect()
  expect(batch.deref()).toBeUndefined()
  expect(quiet.has(view())).toBe(true)
})
