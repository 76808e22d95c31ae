import type { Resource } from '../../../fhir/resource.ts'
import { sameResource } from '../../../fhir/same-resource.ts'
import { isRawNumber } from '../../../lib/json.ts'
import { claimsOf, withClaims } from '../../us-core/with-claims.ts'
import type { Derived } from './derived.ts'

type Elements = Readonly<Record<string, unknown>>

/**
 * Writes into a resource as it stands what changed in what messages say of it: elements that say the same as before
 * the message stay whatever others made of them, and of lists only what messages had put there is taken away
 * (architecture D1). Undefined when nothing changes. `source` becomes `meta.source` of what does.
 */
export function mergeElements(
  standing: Resource | undefined,
  before: Derived | undefined,
  after: Derived,
  source: string,
): Derived | undefined {
  if (before && (before === after || sameResource(before, after))) return undefined
  const merged = standing
    ? (mergeObject(standing, before ?? { resourceType: after.resourceType, id: after.id }, after) as Derived)
    : after
  if (standing && sameResource(standing, merged)) return undefined
  return from(source, merged)
}

/** Sets `meta.source` on a directory resource when joining it with what stands changed it. */
export function changedFrom(
  standing: Resource | undefined,
  joined: Derived,
  source: string,
): Derived | undefined {
  if (standing && (standing === joined || sameResource(standing, joined))) return undefined
  return from(source, joined)
}

function from(source: string, resource: Derived): Derived {
  const { meta } = resource
  if (meta?.profile !== undefined) return withClaims({ ...resource, meta: { ...meta, source } })
  const profile = claimsOf(resource)
  return { ...resource, meta: profile.length > 0 ? { ...meta, source, profile } : { ...meta, source } }
}

function mergeObject(standing: Elements, before: Elements, after: Elements): Elements | undefined {
  const merged: Record<string, unknown> = { ...standing }
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (same(before[name], after[name])) continue
    const value = mergeValue(standing[name], before[name], after[name])
    if (value === undefined) delete merged[name]
    else merged[name] = value
  }
  return Object.keys(merged).length > 0 ? merged : undefined
}

function mergeValue(standing: unknown, before: unknown, after: unknown): unknown {
  if (standing === undefined || same(standing, before)) return after
  if (Array.isArray(standing) && isList(before) && isList(after))
    return mergeList(standing, before ?? [], after ?? [])
  if (isObject(standing) && isObjectOrNothing(before) && isObjectOrNothing(after)) {
    return mergeObject(standing, before ?? {}, after ?? {})
  }
  return after
}

/**
 * What messages said before and no longer say goes; what they say now stands in its own order, in the places of what they
 * said, else before all others: it must not show what came first. What others put there stays.
 */
function mergeList(
  standing: readonly unknown[],
  before: readonly unknown[],
  after: readonly unknown[],
): unknown {
  const has = (list: readonly unknown[], item: unknown): boolean => list.some(other => same(other, item))
  const isSaid = standing.map(item => has(before, item) || has(after, item))
  const last = isSaid.lastIndexOf(true)
  const left = [...after]
  const placed = standing.flatMap((item, at) =>
    !isSaid[at] ? [item] : left.splice(0, at === last ? left.length : 1),
  )
  const merged = [...left, ...placed]
  return merged.length > 0 ? merged : undefined
}

const isList = (value: unknown): value is readonly unknown[] | undefined =>
  value === undefined || Array.isArray(value)

const isObject = (value: unknown): value is Elements =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value)

const isObjectOrNothing = (value: unknown): value is Elements | undefined =>
  value === undefined || isObject(value)

const same = (a: unknown, b: unknown): boolean =>
  a === b || sameResource({ resourceType: '', value: a }, { resourceType: '', value: b })
