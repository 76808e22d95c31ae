import { isRawNumber } from '../lib/json.ts'
import type { Resource, ResourceKey } from '../fhir/resource.ts'

/** A reference as it stands in a resource; other properties of it are kept. */
interface ReferenceValue {
  readonly reference: string
  readonly [property: string]: unknown
}

const LITERAL =
  /^(?:(https?:\/\/.+)\/)?([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[A-Za-z0-9\-.]+)?$/

/** Type and id of a literal reference: relative, or absolute under `base`. */
function localKey(reference: string, base: string): ResourceKey | undefined {
  const [whole, origin, type, id] = LITERAL.exec(reference) ?? []
  if (whole === undefined || type === undefined || id === undefined) return undefined
  return origin === undefined || origin === base ? { type, id } : undefined
}

/** Every literal reference in a resource that points into the server at `base`. */
export function referencedKeys(resource: Resource, base: string): readonly ResourceKey[] {
  const found: ResourceKey[] = []
  rewrite(resource, value => {
    const key = localKey(value.reference, base)
    if (key) found.push(key)
    return value
  })
  return found
}

/** What is needed to say a resource of ours in a peer's words. */
export interface OutboundNames {
  /** Our own public FHIR base. */
  readonly ownBase: string
  readonly peerBase: string
  /** `Type/remoteId`, or `urn:uuid:...` for what the same transaction creates; undefined when it isn't on the peer. */
  readonly onPeer: (key: ResourceKey) => string | undefined
  /** identifier + display, for what isn't pushed (interface.md 6). */
  readonly described: (key: ResourceKey) => { readonly identifier?: unknown; readonly display?: string }
}

/** Our resource as it goes to the peer: references in its ids, what it doesn't hold as identifier + display. */
export function toPeer(resource: Resource, names: OutboundNames): Resource {
  return rewrite(resource, value => {
    const { reference, ...rest } = value
    if (reference.startsWith('#') || reference.startsWith('urn:')) return value
    const key = localKey(reference, names.ownBase)
    if (key) {
      const there = names.onPeer(key)
      return there === undefined
        ? logical(rest, key.type, names.described(key))
        : { ...rest, reference: there }
    }
    const theirs = localKey(reference, names.peerBase)
    if (theirs) return { ...rest, reference: `${theirs.type}/${theirs.id}` }
    return logical(rest, undefined, { identifier: { system: 'urn:ietf:rfc:3986', value: reference } })
  }) as Resource
}

function logical(
  rest: Readonly<Record<string, unknown>>,
  type: string | undefined,
  described: { readonly identifier?: unknown; readonly display?: string },
): Readonly<Record<string, unknown>> {
  return {
    ...(type !== undefined && { type }),
    ...(described.identifier !== undefined && { identifier: described.identifier }),
    ...(described.display !== undefined && { display: described.display }),
    ...rest,
  }
}

/** A peer's resource in our words: linked references in our ids, others as absolute URLs of the peer. */
export function fromPeer(
  resource: Resource,
  peerBase: string,
  ours: (remote: ResourceKey) => ResourceKey | undefined,
): Resource {
  return rewrite(resource, value => {
    const remote = localKey(value.reference, peerBase)
    if (!remote) return value
    const here = ours(remote)
    const reference = here ? `${here.type}/${here.id}` : `${peerBase}/${remote.type}/${remote.id}`
    return { ...value, reference }
  }) as Resource
}

/** A copy in which every Reference with a literal `reference` went through `change`. */
function rewrite(value: unknown, change: (reference: ReferenceValue) => unknown): unknown {
  if (typeof value !== 'object' || value === null || isRawNumber(value)) return value
  if (Array.isArray(value)) return value.map(item => rewrite(item, change))
  const copy = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rewrite(item, change)]))
  return typeof copy['reference'] === 'string' ? change(copy as unknown as ReferenceValue) : copy
}
