import type { Resource } from './resource.ts'

/**
 * True when two resources say the same: order of properties doesn't matter, order of lists does, and what the server
 * itself sets (meta.versionId, meta.lastUpdated) is left out. Decimals differ when their digits do.
 */
export function sameResource(a: Resource, b: Resource): boolean {
  const { meta: metaA, ...restA } = a
  const { meta: metaB, ...restB } = b
  return same(restA, restB) && same(ownMeta(metaA), ownMeta(metaB))
}

function ownMeta(meta: Resource['meta']): unknown {
  if (!meta) return {}
  const { versionId: _version, lastUpdated: _updated, ...own } = meta
  return own
}

function same(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => same(item, b[i]))
    )
  }
  const left = entriesOf(a)
  const right = new Map(entriesOf(b))
  return (
    left.length === right.size && left.every(([key, value]) => right.has(key) && same(value, right.get(key)))
  )
}

/** A property that is undefined is a property that isn't there. */
const entriesOf = (value: object): readonly [string, unknown][] =>
  Object.entries(value).filter(([, item]) => item !== undefined)
