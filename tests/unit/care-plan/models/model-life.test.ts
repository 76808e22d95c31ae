import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ModelProfile } from '../../../../src/care-plan/models/model-profile.ts'
import {
  cloneModel,
  compareVersions,
  editModel,
  modelMachine,
  publishModel,
  retireModel,
  wholeModel,
} from '../../../../src/care-plan/models/model-life.ts'
import { modelLookup, shippedModels } from '../../../../src/care-plan/models/shipped-models.ts'
import type { Result } from '../../../../src/lib/result.ts'
import { anyModel } from '../../../support/model-arbitraries.ts'

const clinical = shippedModels.find(({ id }) => id === 'clinical') as ModelProfile
const valueOf = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(result.failure.message)
  return result.value
}
const failureOf = (result: Result<unknown>) => (result.ok ? undefined : result.failure)

describe('a clone', () => {
  it('is a new model at 1.0.0 under an id of its own, with all that the source has', () => {
    const draft = valueOf(cloneModel(clinical, { id: 'nursing', title: 'Nursing' }, shippedModels))
    expect(draft).toEqual({ ...clinical, id: 'nursing', title: 'Nursing', version: '1.0.0', state: 'draft' })
  })

  it('is the next version of the same model without one, whichever version it is taken from', () => {
    const known = ['1.9.0', '1.10.0', '1.2.0'].map(version => ({ ...clinical, version }))
    expect(valueOf(cloneModel(known[2] ?? clinical, {}, known))).toMatchObject({
      id: 'clinical',
      version: '1.11.0',
      title: clinical.title,
    })
  })

  it('takes no id of another model, and makes no second draft', () => {
    expect(failureOf(cloneModel(clinical, { id: 'intensive' }, shippedModels))).toMatchObject({
      code: 'model-exists',
      kind: 'conflict',
    })
    const draft = valueOf(cloneModel(clinical, {}, shippedModels))
    expect(failureOf(cloneModel(clinical, {}, [...shippedModels, draft]))).toMatchObject({
      code: 'model-exists',
    })
  })
})

describe('the life of a version', () => {
  const acts = {
    EditModel: (profile: ModelProfile) => editModel(profile, clinical),
    PublishModel: publishModel,
    RetireModel: retireModel,
  }

  it('goes only as its machine says, and names what would be legal', () => {
    for (const state of modelMachine.states)
      for (const [name, act] of Object.entries(acts)) {
        const move = modelMachine.moves.find(one => one.command === name && one.from.includes(state))
        const result = act({ ...clinical, state })
        const legal = modelMachine.moves.filter(one => one.from.includes(state)).map(({ command }) => command)
        if (move) expect(valueOf(result).state).toBe(move.to)
        else expect(failureOf(result)).toMatchObject({ code: 'illegal-transition', legal })
      }
  })

  it('keeps id and version of a draft whatever its new content says', () => {
    fc.assert(
      fc.property(anyModel, anyModel, (draft, { id: _id, version: _version, state: _state, ...content }) => {
        const edited = valueOf(editModel({ ...draft, state: 'draft' }, content))
        expect(edited).toEqual({ ...content, id: draft.id, version: draft.version, state: 'draft' })
      }),
    )
  })
})

describe('a whole model', () => {
  it('is every generated one, as it is', () => {
    fc.assert(
      fc.property(anyModel, model => {
        expect(wholeModel(model)).toEqual({ ok: true, value: model })
      }),
    )
  })

  it.each([
    ['without a ratio', { ratio: undefined }, 'ratio'],
    ['with a ratio of nothing', { ratio: 0 }, 'ratio'],
    ['without contacts', { cadence: [] }, 'cadence'],
    ['with an id of capitals', { id: 'Clinical' }, 'id'],
    ['with a version of two numbers', { version: '1.0' }, 'version'],
    ['with a share over all', { fidelity: { communityShare: 1.5 } }, 'fidelity.communityShare'],
    ['with a field that models have not', { colour: 'red' }, undefined],
    ['whose last phase ends', { cadence: [{ everyDays: 7, times: 3 }] }, 'cadence.0.times'],
    ['whose first phase never ends', { cadence: [{ everyDays: 7 }, { everyDays: 14 }] }, 'cadence.0.times'],
    ['with grace for nothing', { reassessGraceDays: 60 }, 'reassessGraceDays'],
  ])('is none %s', (_says, change, expression) => {
    const { reassessDays: _days, ...base } = clinical
    const value = Object.fromEntries(
      Object.entries({ ...base, ...change }).filter(([, field]) => field !== undefined),
    )
    const failure = failureOf(wholeModel(value))
    expect(failure).toMatchObject({ code: 'model-invalid', kind: 'unprocessable' })
    expect(failure?.issues?.length).toBeGreaterThan(0)
    if (expression !== undefined && expression !== 'ratio') expect(failure?.expression).toBe(expression)
  })
})

it('orders versions by their numbers', () => {
  const versions = ['1.10.0', '1.9.9', '0.1.0', '1.10.1', '2.0.0']
  expect(versions.toSorted(compareVersions)).toEqual(['0.1.0', '1.9.9', '1.10.0', '1.10.1', '2.0.0'])
  expect(compareVersions('1.2.3', '1.2.3')).toBe(0)
})

it('is looked up as the newest published version unless one is named', () => {
  const lookup = modelLookup([
    { ...clinical, version: '1.9.0' },
    { ...clinical, version: '1.10.0' },
    { ...clinical, version: '1.11.0', state: 'draft' },
    { ...clinical, version: '1.12.0', state: 'retired' },
  ])
  expect(lookup('clinical')?.version).toBe('1.10.0')
  expect(lookup('clinical', '1.12.0')?.state).toBe('retired')
  expect(lookup('other')).toBeUndefined()
})
