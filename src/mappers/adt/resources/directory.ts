import type { Resource } from '../../../fhir/resource.ts'
import { namedId } from '../../../lib/ids.ts'
import { canonicalJson } from '../../../lib/json.ts'
import { ownText } from '../../../lib/own-text.ts'
import { sameValue } from '../../../lib/same-value.ts'
import { unchanging } from '../../../lib/unchanging.ts'
import type { Derived } from './derived.ts'
import type { MapContext } from '../map-context.ts'
import type { SourceSettings } from '../source.ts'

/** The id of a directory resource known by `system|value`: any message that names it finds the same. */
export const directoryId = (type: string, key: string, { settings: { tenant } }: MapContext): string =>
  namedId(tenant, type, key).id

const NAMED_MAX = 5000
/** Characters of a text that is remembered: a longer one is seldom said twice, and many of them would be much. */
const TEXT_MAX = 1000

/** What texts name, and how many texts of all facilities are remembered. */
interface Named {
  readonly byPlace: Map<string, Map<string, readonly Derived[]>>
  size: number
}

/** By settings, then by facility and zone, then by text. */
const named = new WeakMap<SourceSettings, Named>()

/**
 * What fields name, made once for all messages of a facility that name it alike: the same few doctors and wards are in
 * nearly every message. A text must mean the same in every message, and say what `make` reads besides the context.
 */
export function remembering({
  settings,
  facility,
  zone,
}: MapContext): (text: string, make: () => readonly Derived[]) => readonly Derived[] {
  let all = named.get(settings)
  if (!all) named.set(settings, (all = { byPlace: new Map(), size: 0 }))
  const place = `${facility}\n${zone.messageOffset ?? zone.timeZone}`
  let known = all.byPlace.get(place)
  return (text, make) => {
    if (text.length > TEXT_MAX) return make()
    const found = known?.get(text)
    if (found) return found
    if (all.size >= NAMED_MAX) {
      all.byPlace.clear()
      all.size = 0
    }
    known = all.byPlace.get(place) ?? new Map<string, readonly Derived[]>()
    const made = make().map(copyOf).map(unchanging)
    known.set(ownText(text), made)
    all.byPlace.set(place, known)
    all.size += 1
    return made
  }
}

/** With texts of its own: those that are cut out of a message would keep all of it in memory. */
const copyOf = (resource: Derived): Derived => JSON.parse(JSON.stringify(resource)) as Derived

/**
 * What two messages say about one directory resource, whichever came first: element by element the fuller text wins,
 * of equally full ones the greater. Associative, commutative and idempotent, so it needs no register and no order.
 */
export function joinDirectory<T extends Resource>(standing: Resource | undefined, wanted: T): T {
  if (!standing || standing === wanted) return wanted
  if (saysAll(standing, wanted)) return standing as T
  const joined: Record<string, unknown> = { ...standing }
  for (const [name, value] of Object.entries(wanted)) {
    if (name !== 'meta' && name !== 'id') joined[name] = fuller(standing[name], value)
  }
  return joined as T
}

/** What is wanted stands already. */
const saysAll = (standing: Resource, wanted: Resource): boolean =>
  Object.entries(wanted).every(
    ([name, value]) => name === 'meta' || value === undefined || sameValue(standing[name], value),
  )

function fuller(standing: unknown, wanted: unknown): unknown {
  if (standing === undefined || wanted === undefined) return wanted ?? standing
  const [a, b] = [canonicalJson(standing), canonicalJson(wanted)]
  return b.length > a.length || (b.length === a.length && b > a) ? wanted : standing
}
