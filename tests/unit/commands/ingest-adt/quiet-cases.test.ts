import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import type { ModelProfile } from '../../../../src/care-plan/models/model-profile.ts'
import type { Stay } from '../../../../src/care-plan/stays/stay.ts'
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
    ['a resource that changed', { compartment: [patient, { ...task, status: 'ready' }] }],
    ['a Patient that changed', { compartment: [{ ...patient, active: false }, task] }],
    ['another resource', { compartment: [patient, { ...task, id: 'u' }] }],
    ['a resource less', { compartment: [patient] }],
    ['an Encounter that changed', { encounterOf: () => ({ ...encounter, status: 'finished' }) }],
    ['an Encounter that is gone', { encounterOf: () => undefined }],
    ['a model that was published since', { models: () => ({ ...profile }) }],
  ])('%s has it looked at again', (_what, changed) => {
    expect(quiet.has(view(changed))).toBe(false)
  })

  test('nothing follows of what says the same in another version', () => {
    const meta = { versionId: '2', lastUpdated: '2026-01-01T00:00:00Z' }
    const versions: Partial<CasesView> = {
      compartment: [
        { ...task, meta },
        { ...patient, meta },
      ],
      encounterOf: () => ({ ...encounter, meta }),
    }
    expect(quiet.has(view(versions))).toBe(true)
    expect(quiet.has(view())).toBe(true)
  })

  test('a Patient who is dead since nobody knows when is looked at in each version', () => {
    const dead = { ...patient, deceasedBoolean: true }
    const own = quietCases()
    own.keep(view({ compartment: [dead] }), asked)
    expect(own.has(view({ compartment: [dead] }))).toBe(true)
    expect(own.has(view({ compartment: [{ ...dead }] }))).toBe(false)
  })

  test('a value that changed is looked at where there is a case', () => {
    const changed = { ...view().person, changes: [{ value: 'phone', id: 'x', at: '2026-01-01' }] as const }
    expect(quiet.has(view({ person: changed }))).toBe(true)
    const own = quietCases()
    const compartment = [patient, { resourceType: 'EpisodeOfCare', id: 'c' }]
    own.keep(view({ compartment }), asked)
    expect(own.has(view({ compartment }))).toBe(true)
    expect(own.has(view({ compartment, person: changed }))).toBe(false)
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
