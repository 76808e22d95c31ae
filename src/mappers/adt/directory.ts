import type { Resource } from '../../fhir/resource.ts'
import { derivedId, shardOfKey } from '../../lib/ids.ts'
import { canonicalJson } from '../../lib/json.ts'
import type { MapContext } from './map-context.ts'

/** The id of a directory resource known by `system|value`: any message that names it finds the same. */
export function directoryId(type: string, key: string, { settings }: MapContext): string {
  return derivedId(shardOfKey(settings.tenant, key), settings.tenant, type, key)
}

/**
 * What two messages say about one directory resource, whichever came first: element by element the fuller text wins,
 * of equally full ones the greater. Associative, commutative and idempotent, so it needs no register and no order.
 */
export function joinDirectory<T extends Resource>(standing: Resource | undefined, wanted: T): T {
  if (!standing) return wanted
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
