import { describe, expect, it } from 'vitest'
import { modelRegistry } from '../../../../src/commands/cases/model-registry.ts'
import { knowingModels } from '../../../../src/commands/cases/model-store.ts'
import type { Loaded, Store, Stored } from '../../../../src/commands/ports/store.ts'
import type { ModelProfile } from '../../../../src/care-plan/models/model-profile.ts'
import { shippedModels } from '../../../../src/care-plan/models/shipped-models.ts'
import type { Resource } from '../../../../src/fhir/resource.ts'
import { modelLens } from '../../../../src/mappers/case/lenses/model-lens.ts'
import { caseNames } from '../../../../src/mappers/case/names.ts'
import { nounLenses } from '../../../../src/mappers/case/nouns/noun-lenses.ts'
import { aCase } from '../../../support/case-file.ts'
import { CM } from '../../../support/case-world.ts'

const lens = modelLens(caseNames(CM))
const clinical = shippedModels.find(({ id }) => id === 'clinical') as ModelProfile

const stored = (resource: Resource, version = 1): Stored => ({
  type: resource.resourceType,
  id: resource.id ?? '',
  shard: 1,
  version,
  updated: '2026-10-13T13:00:00.000Z',
  deleted: false,
  indexHash: 0n,
  content: JSON.stringify(resource),
})

const definition = (id: string, more: Partial<ModelProfile> = {}): Stored =>
  stored(lens.write(lens.blank(id), { ...clinical, id, ...more }))

const episode = (model: string, version: string): Stored => {
  const root = aCase({ id: 'case', models: [{ model, version, since: '2026-10-13T09:00:00-04:00' }] })
  const cases = nounLenses(CM).of('case')
  return stored(cases.write(cases.blank({ id: 'case', caseId: 'case', patient: 'p1' }, root), root))
}

/** A store that other processes write: pages of one, and how often it was asked. */
function openWorld() {
  const world = { rows: [] as Stored[], searches: 0, nowMs: 0, episodes: [] as Stored[] }
  const store = {
    search: async (_tenant: number, plan: { readonly after?: unknown }) => {
      if (plan.after === undefined) world.searches += 1
      return { matches: world.rows, included: [] }
    },
    load: async () => ({ resources: world.episodes }) as unknown as Loaded,
  } as unknown as Store
  const clock = { nowMs: () => world.nowMs }
  const registry = modelRegistry({ store, clock, tenant: 1, base: 'http://x/fhir', canonicalBase: CM })
  return { world, registry, store: knowingModels(store, registry, CM) }
}

describe('the registry of models', () => {
  it('knows the shipped ones before it has read anything', () => {
    const { registry } = openWorld()
    expect(registry.models('clinical')).toEqual(clinical)
    expect(registry.list().map(({ profile, version }) => [profile.id, version])).toEqual([
      ['brokerage', 0],
      ['clinical', 0],
      ['intensive', 0],
      ['strengths', 0],
      ['targeted', 0],
    ])
  })

  it('takes what the store has, but for a changed shipped one, of which only the retirement counts', async () => {
    const { world, registry } = openWorld()
    world.rows = [
      definition('house'),
      definition('clinical', { ratio: 99, state: 'draft' }),
      definition('targeted', { ratio: 99, state: 'retired' }),
    ]
    await registry.refresh()
    expect(registry.models('house')).toMatchObject({ id: 'house', ratio: 30 })
    expect(registry.models('clinical')).toEqual(clinical)
    expect(registry.models('targeted')).toBeUndefined()
    expect(registry.models('targeted', '1.0.0')).toMatchObject({ state: 'retired', ratio: 40 })
    expect(registry.list().find(({ profile }) => profile.id === 'house')).toMatchObject({
      resource: 'house',
      version: 1,
    })
  })

  it('lets the smaller id hold when one version stands twice', async () => {
    const { world, registry } = openWorld()
    const twice = (id: string, ratio: number) =>
      stored(lens.write(lens.blank(id), { ...clinical, id: 'house', ratio }))
    world.rows = [twice('b', 20), twice('a', 10), twice('c', 30)]
    await registry.refresh()
    expect(registry.models('house')?.ratio).toBe(10)
  })

  it('looks for a model that it misses at once, and again after two seconds at the earliest', async () => {
    const { world, registry } = openWorld()
    await registry.know(['clinical|1.0.0'])
    expect(world.searches).toBe(0)
    await registry.know(['house|1.0.0'])
    await registry.know(['house|1.0.0'])
    expect(world.searches).toBe(1)
    world.nowMs += 1999
    await registry.know(['house|1.0.0'])
    expect(world.searches).toBe(1)
    world.nowMs += 1
    world.rows = [definition('house')]
    await registry.know(['house|1.0.0', 'clinical|1.0.0'])
    expect(world.searches).toBe(2)
    expect(registry.models('house', '1.0.0')?.id).toBe('house')
  })
})

describe('the store', () => {
  it('knows the models of the cases that it loads before anybody decides', async () => {
    const { world, registry, store } = openWorld()
    world.rows = [definition('house')]
    world.episodes = [episode('clinical', '1.0.0')]
    await store.load({ tenant: 1, lane: 0 })
    expect(world.searches).toBe(0)
    world.episodes = [episode('house', '1.0.0')]
    expect(registry.models('house', '1.0.0')).toBeUndefined()
    await store.load({ tenant: 1, lane: 0 })
    expect(registry.models('house', '1.0.0')?.ratio).toBe(30)
    await store.load({ tenant: 1, lane: 0 })
    expect(world.searches).toBe(1)
  })
})
