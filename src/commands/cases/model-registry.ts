import type { Clock } from '../../lib/clock.ts'
import { derivedId, shardOfKey } from '../../lib/ids.ts'
import { parseJson } from '../../lib/json.ts'
import type { ModelLookup, ModelProfile } from '../../care-plan/models/model-profile.ts'
import { compareVersions } from '../../care-plan/models/model-life.ts'
import { modelLookup, shippedModels } from '../../care-plan/models/shipped-models.ts'
import type { Resource } from '../../fhir/resource.ts'
import { readPageToken } from '../../fhir/search/page-token.ts'
import { searchParameterOf, type SearchParameter } from '../../fhir/search/parameters.ts'
import type { SearchPlan } from '../../fhir/search/plan.ts'
import { MODEL_TYPE, modelLens, modelsIn, type ModelLens } from '../../mappers/case/lenses/model-lens.ts'
import { caseNames } from '../../mappers/case/names.ts'
import type { Found } from '../ports/search-result.ts'
import type { Store } from '../ports/store.ts'

/** The models that there are: those shipped, and the PlanDefinitions in the store. */
export interface ModelRegistry {
  /** As it was last read; for pure code. */
  readonly models: ModelLookup
  /** Every version, by id and version. */
  readonly list: () => readonly KnownModel[]
  /** Reads the store anew. */
  readonly refresh: () => Promise<void>
  /** Reads the store anew when one of these (`clinical|1.0.0`) is not known; one that stays unknown at most every 2 s. */
  readonly know: (versions: Iterable<string>) => Promise<void>
}

/** A version of a model and where it stands. */
export interface KnownModel {
  readonly profile: ModelProfile
  /** Id of its PlanDefinition. */
  readonly resource: string
  /** Of its PlanDefinition; 0 while what is shipped has not been written yet. */
  readonly version: number
}

export interface RegistryOptions {
  readonly store: Pick<Store, 'search'>
  readonly clock: Clock
  readonly tenant: number
  readonly base: string
  readonly canonicalBase: string
}

const PAGE = 500
/** Several processes write models: what this one misses is looked for again after so long. */
const AGAIN_AFTER_MS = 2000

export function modelRegistry(options: RegistryOptions): ModelRegistry {
  const lens = modelLens(caseNames(options.canonicalBase))
  const parsed = new Map<string, Resource>()
  const missed = new Map<string, number>()
  let known = joined([], options, lens)
  let lookup = lookupOf(known)

  const refresh = async (): Promise<void> => {
    const rows = await planDefinitions(options)
    const kept = new Set(rows.map(keyOf))
    for (const key of parsed.keys()) if (!kept.has(key)) parsed.delete(key)
    known = joined(
      rows.map(row => ({ resource: resourceOf(row, parsed), version: row.version })),
      options,
      lens,
    )
    lookup = lookupOf(known)
  }

  const know = async (versions: Iterable<string>): Promise<void> => {
    const unknown = [...versions].filter(name => !isKnown(name, lookup))
    const now = options.clock.nowMs()
    const due = unknown.filter(name => now >= (missed.get(name) ?? 0))
    if (due.length === 0) return
    await refresh()
    for (const name of due)
      if (isKnown(name, lookup)) missed.delete(name)
      else missed.set(name, now + AGAIN_AFTER_MS)
  }

  return { models: (id, version) => lookup(id, version), list: () => known, refresh, know }
}

function isKnown(name: string, lookup: ModelLookup): boolean {
  const [id = '', version] = name.split('|')
  return lookup(id, version) !== undefined
}

const keyOf = ({ id, version }: Found): string => `${id}/${version}`

function resourceOf(row: Found, parsed: Map<string, Resource>): Resource {
  const key = keyOf(row)
  const known = parsed.get(key)
  if (known) return known
  const resource = parseJson(row.content) as Resource
  parsed.set(key, resource)
  return resource
}

/**
 * What is shipped holds whatever its copy in the store says, but for its retirement; of two PlanDefinitions of one
 * version the one with the smaller id holds.
 */
function joined(
  rows: readonly { readonly resource: Resource; readonly version: number }[],
  { tenant }: Pick<RegistryOptions, 'tenant'>,
  lens: ModelLens,
): readonly KnownModel[] {
  const stored = rows
    .toSorted((a, b) => ((a.resource.id ?? '') < (b.resource.id ?? '') ? 1 : -1))
    .flatMap(({ resource, version }) =>
      modelsIn([resource], lens).map(profile => ({ profile, resource: resource.id ?? '', version })),
    )
  const byName = new Map<string, KnownModel>(stored.map(one => [nameOf(one.profile), one]))
  for (const shipped of shippedModels) {
    const copy = byName.get(nameOf(shipped))
    const state = copy?.profile.state === 'retired' ? 'retired' : shipped.state
    const place = copy ?? { resource: modelResourceId(tenant, shipped), version: 0 }
    byName.set(nameOf(shipped), { ...place, profile: { ...shipped, state } })
  }
  return [...byName.values()].toSorted((a, b) => inOrder(a.profile, b.profile))
}

const lookupOf = (known: readonly KnownModel[]): ModelLookup =>
  modelLookup(known.map(({ profile }) => profile))

/** Every process derives the same id, so that two that write one version at once collide instead of doubling it. */
export const modelResourceId = (tenant: number, { id, version }: Pick<ModelProfile, 'id' | 'version'>) =>
  derivedId(shardOfKey(tenant, `PlanDefinition/${id}`), tenant, 'PlanDefinition', `${id}|${version}`)

/** As a plan and a case name a version of a model. */
export const nameOf = ({ id, version }: Pick<ModelProfile, 'id' | 'version'>): string => `${id}|${version}`

const inOrder = (a: ModelProfile, b: ModelProfile): number =>
  a.id === b.id ? compareVersions(a.version, b.version) : a.id < b.id ? -1 : 1

async function planDefinitions({ store, tenant, base }: RegistryOptions): Promise<readonly Found[]> {
  const rows: Found[] = []
  let next: string | undefined
  do {
    // oxlint-disable-next-line no-await-in-loop -- a page is asked for by the one before
    const page = await store.search(tenant, planOf(base, next))
    rows.push(...page.matches)
    next = page.next
  } while (next !== undefined)
  return rows
}

function planOf(base: string, next: string | undefined): SearchPlan {
  const after = next === undefined ? undefined : readPageToken(next, 1)
  return {
    type: 'PlanDefinition',
    base,
    where: [
      {
        kind: 'filter',
        filter: { parameter: parameterOf('type'), values: [{ kind: 'token', code: MODEL_TYPE }] },
      },
    ],
    sort: [{ by: parameterOf('_lastUpdated'), descending: false }],
    count: PAGE,
    ...(after && { after }),
    includes: [],
    revIncludes: [],
    total: 'none',
    countOnly: false,
  }
}

function parameterOf(code: string): SearchParameter {
  const parameter = searchParameterOf('PlanDefinition', code)
  if (!parameter) throw new Error(`no search parameter ${code}`)
  return parameter
}
