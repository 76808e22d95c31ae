import { readFileSync } from 'node:fs'
import { parseJson } from '../../lib/json.ts'
import { localReference } from '../../fhir/compartment.ts'
import type { Resource } from '../../fhir/resource.ts'
import { searchParameterOf } from '../../fhir/search/parameters.ts'
import { codeSystemOf, type CodeSystem } from '../../fhir/terminology/code-system.ts'
import { ingredientsOf, type Sources } from '../../fhir/terminology/value-set.ts'
import type { FhirDeps } from '../fhir/fhir-deps.ts'

export type TerminologyType = 'CodeSystem' | 'ValueSet' | 'ConceptMap'

interface Loaded {
  readonly resources: ReadonlyMap<string, Resource>
  readonly maps: readonly Resource[]
}

let loadedOnce: Loaded | undefined

/** The terminology of R4 that comes with the service, read at its first use: most processes never ask. */
function loaded(): Loaded {
  if (loadedOnce) return loadedOnce
  const file = new URL('../../fhir/definitions/terminology.json', import.meta.url)
  const all = JSON.parse(readFileSync(file, 'utf8')) as readonly Resource[]
  const keyed = all.map(
    resource => [`${resource.resourceType} ${String(resource['url'])}`, resource] as const,
  )
  loadedOnce = {
    resources: new Map(keyed),
    maps: all.filter(({ resourceType }) => resourceType === 'ConceptMap'),
  }
  return loadedOnce
}

/** Code systems that come with the service, made once. */
const systems = new Map<string, CodeSystem>()

function loadedSystem(url: string): CodeSystem | undefined {
  const known = systems.get(url)
  if (known) return known
  const resource = loaded().resources.get(`CodeSystem ${url}`)
  if (!resource) return undefined
  const made = codeSystemOf(resource)
  systems.set(url, made)
  return made
}

/** Value sets and code systems that come with the service. */
export const shippedTerminology: Sources = {
  valueSet: url => loaded().resources.get(`ValueSet ${url.split('|')[0]}`),
  codeSystem: url => loadedSystem(url.split('|')[0] ?? ''),
}

const VERSIONS_MAX = 50
const ID = /^[A-Za-z0-9\-.]{1,64}$/

/**
 * A terminology resource by its canonical url (with or without `|version`) or as `Type/id`: what is stored comes before what
 * comes with the service, the newest of several versions before older ones.
 */
export async function findTerminology(
  deps: FhirDeps,
  type: TerminologyType,
  canonical: string,
): Promise<Resource | undefined> {
  const [named, id = '', ...more] = localReference(canonical, deps.base).split('/')
  if (named === type && ID.test(id) && more.length === 0) {
    const stored = await deps.store.read(deps.tenant, { type, id })
    return stored && !stored.deleted ? (parseJson(stored.content) as Resource) : undefined
  }
  const [url = '', version] = canonical.split('|')
  const all = await storedByUrl(deps, type, url)
  const stored = all.filter(resource => version === undefined || resource['version'] === version)
  const newest = stored.toSorted((a, b) =>
    (a.meta?.lastUpdated ?? '') < (b.meta?.lastUpdated ?? '') ? 1 : -1,
  )[0]
  if (newest) return newest
  const packaged = deps.packages?.terminology(type, canonical)
  if (packaged) return packaged
  const own = loaded().resources.get(`${type} ${url}`)
  return own && (version === undefined || own['version'] === version) ? own : undefined
}

async function storedByUrl(deps: FhirDeps, type: TerminologyType, url: string): Promise<readonly Resource[]> {
  const parameter = searchParameterOf(type, 'url')
  if (!parameter || url === '') return []
  const found = await deps.store.search(deps.tenant, {
    type,
    where: [{ kind: 'filter', filter: { parameter, values: [{ kind: 'uri', text: url }] } }],
    ...{ sort: [], count: VERSIONS_MAX, includes: [], revIncludes: [], total: 'none', countOnly: false },
  })
  return found.matches.map(({ content }) => parseJson(content) as Resource)
}

/** Every ConceptMap that is stored (the first thousand) or comes with the service. */
export async function allConceptMaps(deps: FhirDeps): Promise<readonly Resource[]> {
  const found = await deps.store.search(deps.tenant, {
    ...{ type: 'ConceptMap', where: [], sort: [], count: 1000, includes: [], revIncludes: [] },
    ...{ total: 'none', countOnly: false },
  })
  return [...found.matches.map(({ content }) => parseJson(content) as Resource), ...loaded().maps]
}

export async function findCodeSystem(deps: FhirDeps, url: string): Promise<CodeSystem | undefined> {
  const [bare = ''] = url.split('|')
  const resource = await findTerminology(deps, 'CodeSystem', url)
  if (!resource) return undefined
  return loaded().resources.get(`CodeSystem ${bare}`) === resource
    ? loadedSystem(bare)
    : codeSystemOf(resource)
}

/** What one value set may be made of, directly and through others. */
const INGREDIENTS_MAX = 500

/** Everything that value sets are made of, fetched before they are expanded (which is pure). */
export async function sourcesOf(deps: FhirDeps, roots: readonly Resource[]): Promise<Sources> {
  const valueSets = new Map<string, Resource>()
  const codeSystems = new Map<string, CodeSystem>()
  const open = [...roots]
  for (let at = 0; at < open.length && at < INGREDIENTS_MAX; at++) {
    const ingredients = ingredientsOf(open[at] as Resource)
    for (const url of ingredients.codeSystems) {
      const system = codeSystems.has(url) ? undefined : await findCodeSystem(deps, url)
      if (system) codeSystems.set(url, system)
    }
    for (const url of ingredients.valueSets) {
      const valueSet = valueSets.has(url) ? undefined : await findTerminology(deps, 'ValueSet', url)
      if (!valueSet) continue
      valueSets.set(url, valueSet)
      open.push(valueSet)
    }
  }
  return { codeSystem: url => codeSystems.get(url), valueSet: url => valueSets.get(url) }
}
