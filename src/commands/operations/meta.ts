import { listOf } from '../../lib/list-of.ts'
import { ok, type Result } from '../../lib/result.ts'
import { parseJson } from '../../lib/json.ts'
import { sameValue } from '../../lib/same-value.ts'
import { etagOf } from '../../fhir/etag.ts'
import { badInput } from '../../fhir/operations/operation-input.ts'
import type { Meta, Resource, ResourceKey } from '../../fhir/resource.ts'
import type { Caller, FhirDeps } from '../fhir/fhir-deps.ts'
import { readCurrent } from '../fhir/fhir-read.ts'
import { writeAll } from '../fhir/fhir-write.ts'

/** `$meta` of a resource (http://hl7.org/fhir/R4/resource-operation-meta.html). Failures: those of a read. */
export async function metaOf(deps: FhirDeps, key: ResourceKey): Promise<Result<Meta>> {
  const stored = await readCurrent(deps, key)
  return stored.ok ? ok((parseJson(stored.value.content) as Resource).meta ?? {}) : stored
}

export interface MetaChange {
  readonly key: ResourceKey
  /** Profiles, tags and labels to add or to take away. */
  readonly meta: unknown
  readonly does: 'add' | 'delete'
}

/** Somebody else may have written in between. */
const TRIES = 5

/**
 * `$meta-add` and `$meta-delete` (http://hl7.org/fhir/R4/resource-operation-meta-add.html): gives the meta as it then is.
 * What changes something is a new version like any other write; the rest of the resource stays. Failures: those of a read
 * and of a write, `operation-input`.
 */
export async function changeMeta(deps: FhirDeps, caller: Caller, change: MetaChange): Promise<Result<Meta>> {
  const { key, meta } = change
  if (!isMeta(meta) || lists.some(name => meta[name] !== undefined && !Array.isArray(meta[name]))) {
    return badInput('meta must be one Meta with lists of profile, tag or security')
  }
  for (let tried = 1; ; tried++) {
    const stored = await readCurrent(deps, key)
    if (!stored.ok) return stored
    const resource = parseJson(stored.value.content) as Resource
    const changed = changedMeta(resource.meta ?? {}, { ...change, meta })
    const [ifMatch, next] = [etagOf(stored.value.version), { ...resource, meta: changed }]
    const refused = deps.validate(next).find(({ severity }) => severity === 'error')
    if (refused) return badInput(`meta: ${refused.diagnostics}`)
    const written = await writeAll(deps, caller, [{ method: 'PUT', ...key, resource: next, ifMatch }])
    if (written.ok) return metaOf(deps, key)
    if (written.failure.code !== 'version-stale' || tried === TRIES) return written
  }
}

const isMeta = (value: unknown): value is Meta =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const lists = ['profile', 'security', 'tag'] as const

function changedMeta(now: Meta, { meta, does }: MetaChange & { readonly meta: Meta }): Meta {
  const changed = lists.map(name => {
    const [had, given] = [listOf(now[name]), listOf(meta[name])]
    const rest = had.filter(item => !given.some(other => isSame(item, other)))
    return [
      name,
      does === 'delete' ? rest : [...had, ...given.filter(item => !had.some(other => isSame(item, other)))],
    ] as const
  })
  const others = Object.fromEntries(
    Object.entries(now).filter(([name]) => !(lists as readonly string[]).includes(name)),
  )
  return { ...others, ...Object.fromEntries(changed.filter(([, items]) => items.length > 0)) }
}

/** A tag or label is the same when system and code are. */
function isSame(one: unknown, other: unknown): boolean {
  if (!isMeta(one) || !isMeta(other)) return sameValue(one, other)
  return one['system'] === other['system'] && one['code'] === other['code']
}
