import { shardInId } from '../../lib/ids.ts'
import { keyText } from '../../fhir/resource.ts'
import type { Loaded, LoadRequest, Stored } from '../../commands/ports/store.ts'
import { int2Array, textArray } from '../connection/binary-arrays.ts'
import type { Db, Statement } from '../connection/db.ts'
import { rowColumns, storedOf, typeNumber, type ResourceRow } from '../search/search-rows.ts'

type Load = (request: LoadRequest) => Promise<Loaded>

interface Waiting {
  readonly request: LoadRequest
  readonly resolve: (loaded: Loaded) => void
  readonly reject: (error: unknown) => void
}

/** What no database refuses: one odd id must not fail the others. */
const ID = /^[A-Za-z0-9\-.]{1,64}$/
const BATCH_MAX = 64
/** Whoever asks for more waits for more than the others would. */
const KEYS_MAX = 20
const PATIENTS_MAX = 4

/**
 * Loads of few resources and compartments that are asked for in one turn of the event loop become one message, sent after it: a
 * load for each write costs more, here and in the database, than what it looks up. `alone` does all others.
 */
export function gatheredLoads(db: Db, alone: Load): Load {
  let waiting: Waiting[] = []
  const send = (): void => {
    const tenants = Map.groupBy(waiting, ({ request }) => request.tenant)
    waiting = []
    for (const all of tenants.values())
      for (let at = 0; at < all.length; at += BATCH_MAX) void answer(db, alone, all.slice(at, at + BATCH_MAX))
  }
  return request => {
    if (!isSmall(request)) return alone(request)
    return new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(send)
      waiting.push({ request, resolve, reject })
    })
  }
}

function isSmall(request: LoadRequest): boolean {
  const { keys = [], compartments, subjects = [], messages = [], wholes = [], recordOf } = request
  const { patients } = compartments ?? { patients: [] }
  if (recordOf || subjects.length > 0 || messages.length > 0 || wholes.length > 0) return false
  if (keys.length > KEYS_MAX || patients.length > PATIENTS_MAX) return false
  return keys.length + patients.length > 0 && keys.every(({ id }) => ID.test(id)) && patients.every(isId)
}

const isId = (id: string): boolean => ID.test(id)

async function answer(db: Db, alone: Load, waiting: readonly Waiting[]): Promise<void> {
  const [only] = waiting
  try {
    if (only && waiting.length === 1) return only.resolve(await alone(only.request))
    const found = await loadAll(
      db,
      waiting.map(({ request }) => request),
    )
    waiting.forEach(({ resolve }, at) => resolve(loadedOf(found[at] ?? [])))
  } catch (error) {
    for (const { reject } of waiting) reject(error)
  }
}

const loadedOf = (rows: readonly Stored[]): Loaded => ({
  resources: [...new Map(rows.map(row => [keyText(row), row])).values()],
  ...{ facts: [], said: [], messages: [] },
})

/** Something that is asked for, with the place of who asks. */
interface Asked<T> {
  readonly by: number
  readonly what: T
}

interface PlacedRow extends ResourceRow {
  readonly place: string
}

/** What each request finds. */
async function loadAll(db: Db, requests: readonly LoadRequest[]): Promise<readonly (readonly Stored[])[]> {
  const tenant = requests[0]?.tenant ?? 0
  const keys = requests.flatMap(({ keys: own = [] }, by) => own.map(what => ({ by, what })))
  const patients = requests.flatMap(({ compartments }, by) =>
    (compartments?.patients ?? []).map(what => ({ by, what, types: compartments?.types ?? [] })),
  )
  const byTypes = [...Map.groupBy(patients, ({ types }) => types.join())].map(([, of]) => of)
  const parts: readonly (readonly [readonly Asked<unknown>[], Statement])[] = [
    ...(keys.length > 0 ? [[keys, byKeys(tenant, keys)] as const] : []),
    ...byTypes.map(of => [of, byPatients(tenant, of)] as const),
  ]
  const answers = await db.reads(parts.map(([, statement]) => statement))
  const found = requests.map((): Stored[] => [])
  for (const [at, [asked]] of parts.entries()) {
    for (const row of (answers[at]?.rows ?? []) as readonly PlacedRow[]) {
      found[asked[Number(row.place) - 1]?.by ?? -1]?.push(storedOf(row))
    }
  }
  return found
}

const columns = rowColumns('r').join(', ')
const NO_SHARD = -1

/** As load.ts has them, with the place of what was asked for. */
const byKeys = (tenant: number, keys: readonly Asked<{ readonly type: string; readonly id: string }>[]) => ({
  name: 'cw_load_by_keys',
  text: `select h.place, ${columns} from unnest($2::int2[], $3::int2[], $4::text[]) with ordinality h (shard, type, id, place)
    cross join lateral (
      select h.shard union all
      select d.shard from id_directory d where d.tenant = $1 and d.type = h.type and d.id = h.id and d.shard <> h.shard) s
    cross join lateral (
      select * from resource r where r.shard = s.shard and r.tenant = $1 and r.type = h.type and r.id = h.id offset 0) r`,
  values: [
    tenant,
    int2Array(keys.map(({ what }) => shardInId(what.id) ?? NO_SHARD)),
    int2Array(keys.map(({ what }) => typeNumber(what.type))),
    textArray(keys.map(({ what }) => what.id)),
  ],
})

const byPatients = (
  tenant: number,
  patients: readonly (Asked<string> & { readonly types: readonly string[] })[],
): Statement => ({
  name: 'cw_load_by_patients',
  text: `select h.place, ${columns} from unnest($2::text[]) with ordinality h (patient, place)
    cross join lateral (
      select * from resource r where r.tenant = $1 and r.patient = h.patient and r.type = any($3::int2[]) offset 0) r`,
  values: [
    tenant,
    textArray(patients.map(({ what }) => what)),
    int2Array((patients[0]?.types ?? []).map(typeNumber)),
  ],
})
