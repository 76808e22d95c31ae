import type { Resource } from '../../fhir/resource.ts'
import { derivedId, shardOfKey } from '../../lib/ids.ts'
import { canonicalJson } from '../../lib/json.ts'
import type { Derived } from './derived.ts'
import type { MapContext } from './map-context.ts'
import type { SourceSettings } from './source.ts'

/** Beyond this the memo is dropped and built anew: hostile messages must not make it grow. */
const IDS_MAX = 20_000

const ids = new Map<string, string>()

/**
 * The id of a directory resource known by `system|value`: any message that names it finds the same. Remembered, since
 * nearly every message names the same few facilities, wards and doctors.
 */
export function directoryId(type: string, key: string, { settings: { tenant } }: MapContext): string {
  const name = `${tenant} ${type} ${key}`
  const known = ids.get(name)
  if (known !== undefined) return known
  if (ids.size >= IDS_MAX) ids.clear()
  const id = derivedId(shardOfKey(tenant, key), tenant, type, key)
  ids.set(name, id)
  return id
}

const NAMED_MAX = 5000

/** By settings, then by whose facility, zone and text. */
const named = new WeakMap<SourceSettings, Map<string, readonly Derived[]>>()

/**
 * What a field names, made once for all messages that name it alike: the same few doctors and wards are in nearly every
 * message. `text` must mean the same in every message, and say what `make` reads besides the context.
 */
export function remembered(
  { settings, facility, zone }: MapContext,
  text: string,
  make: () => readonly Derived[],
): readonly Derived[] {
  let known = named.get(settings)
  if (!known) named.set(settings, (known = new Map()))
  const key = `${facility}\n${zone.messageOffset ?? zone.timeZone}\n${text}`
  const found = known.get(key)
  if (found) return found
  if (known.size >= NAMED_MAX) known.clear()
  const made = make()
  known.set(key, made)
  return made
}

/**
 * What two messages say about one directory resource, whichever came first: element by element the fuller text wins,
 * of equally full ones the greater. Associative, commutative and idempotent, so it needs no register and no order.
 */
export function joinDirectory<T extends Resource>(standing: Resource | undefined, wanted: T): T {
  if (!standing || standing === wanted) return wanted
  const joined: Record<string, unknown> = { ...standing }
  for (const [name, value] of Object.entries(wanted)) {
    if (name !== 'meta' && name !== 'id') joined[name] = fuller(standing[name], value)
  }
  return joined as T
}

function fuller(standing: unknown, wanted: unknown): unknown {
  if (standing === undefined || wanted === undefined) return wanted ?? standing
  const [a, b] = [canonicalJson(standing), canonicalJson(wanted)]
  return b.length > a.length || (b.length === a.length && b > a) ? wanted : standing
}
