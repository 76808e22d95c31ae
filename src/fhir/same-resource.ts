import type { Resource } from './resource.ts'

/**
 * True when two resources say the same: order of properties doesn't matter, order of lists does, and what the server
 * itself sets (meta.versionId, meta.lastUpdated) is left out. Decimals differ when their digits do.
 */
export function sameResource(a: Resource, b: Resource): boolean {
  return sameBut(a, b, 'meta') && sameMeta(a.meta ?? NONE, b.meta ?? NONE)
}

const NONE: Node = {}

type Node = Readonly<Record<string, unknown>>

function sameMeta(a: Node, b: Node): boolean {
  return a === b || sameBut(ownMeta(a), ownMeta(b), '')
}

function ownMeta(meta: Node): Node {
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
  return sameBut(a as Node, b as Node, '')
}

/** Compares all properties but one. A property that is undefined is a property that isn't there. */
function sameBut(a: Node, b: Node, apart: string): boolean {
  let properties = 0
  for (const key in a) {
    if (key === apart || a[key] === undefined) continue
    if (!Object.hasOwn(b, key) || !same(a[key], b[key])) return false
    properties += 1
  }
  for (const key in b) if (key !== apart && b[key] !== undefined) properties -= 1
  return properties === 0
}
