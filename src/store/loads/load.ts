import { shardInId } from '../../lib/ids.ts'
import type { Instant } from '../../lib/clock.ts'
import type { ResourceKey } from '../../fhir/resource.ts'
import { keyText } from '../../fhir/resource.ts'
import type {
  Fact,
  Loaded,
  LoadRequest,
  MessageKey,
  RecordMarks,
  Said,
  Stored,
} from '../../commands/ports/store.ts'
import { int2Array, textArray } from '../connection/binary-arrays.ts'
import type { Db, Rows, Statement } from '../connection/db.ts'
import { gatheredLoads } from './gathered-loads.ts'
import { inboxColumns, toInboxEntry, type InboxRow } from '../queries/inbox-rows.ts'
import { bodyOf, saidName } from './remembered-bodies.ts'
import { loadTied } from './load-tied.ts'
import { wholeRecords } from './load-wholes.ts'
import { rowColumns, storedOf, typeNumber, type ResourceRow } from '../search/search-rows.ts'
import { shardOfSubject } from '../connection/shards.ts'

const storedColumns = rowColumns('r').join(', ')

/** One part of a request: its statements, and how their rows join what was loaded. */
interface Part {
  readonly statement: Statement
  readonly add: (rows: readonly object[], loaded: Loading) => void
}

interface Loading {
  readonly resources: Map<string, Stored>
  readonly facts: Fact[]
  readonly said: Said[]
  readonly messages: ReturnType<typeof toInboxEntry>[]
  record?: RecordMarks
}

/**
 * Everything a decision needs, as it stood at one moment: a decider that saw a register at one moment and facts at
 * another could compute from a state that never was.
 */
export function openLoad(db: Db): (request: LoadRequest) => Promise<Loaded> {
  const once = gatheredLoads(db, part => loadOnce(db, part))
  return request => load(db, once, request)
}

type Load = (request: LoadRequest) => Promise<Loaded>

async function load(db: Db, once: Load, request: LoadRequest): Promise<Loaded> {
  const { whole, seen } = await loadTied(once, request)
  if (!request.lock) return seen
  const parts = partsOf(whole)
  const locks = [...lockResources(request.tenant, seen.resources), ...lockSaid(request.tenant, seen.said)]
  return collect(
    parts,
    await db.hold(request.lane, {
      ...{ keys: holdKeys(whole, seen), locks },
      reads: parts.map(part => part.statement),
    }),
  )
}

async function loadOnce(db: Db, request: LoadRequest): Promise<Loaded> {
  const parts = partsOf(request)
  if (parts.length === 0) return collect([], [])
  return collect(parts, await db.reads(parts.map(part => part.statement)))
}

function collect(parts: readonly Part[], answers: readonly Rows<object>[]): Loaded {
  const loading: Loading = { resources: new Map(), facts: [], said: [], messages: [] }
  parts.forEach((part, index) => part.add(answers[index]?.rows ?? [], loading))
  const { resources, ...rest } = loading
  return { ...rest, resources: [...resources.values()] }
}

const holdKeys = (
  { keys = [], compartments, subjects = [] }: LoadRequest,
  { resources }: Loaded,
): readonly string[] => [
  ...new Set([
    ...keys.map(keyText),
    ...resources.map(keyText),
    ...(compartments?.patients ?? []),
    ...subjects,
  ]),
]

function partsOf({
  tenant,
  keys = [],
  compartments,
  subjects = [],
  messages = [],
  recordOf,
  wholes = [],
}: LoadRequest): readonly Part[] {
  return [
    ...(recordOf ? recordParts(tenant, recordOf) : []),
    ...(keys.length > 0 ? [byKey(tenant, keys)] : []),
    ...(compartments && compartments.patients.length > 0 ? [byPatient(tenant, compartments)] : []),
    ...(wholes.length > 0
      ? wholeRecords(tenant, wholes).map(statement => ({ add: addResources, statement }))
      : []),
    ...(subjects.length > 0 ? [saidAbout(tenant, subjects), factsAbout(tenant, subjects)] : []),
    ...(messages.length > 0 ? [byMessage(tenant, messages)] : []),
  ]
}

const addResources: Part['add'] = (rows, { resources }) => {
  for (const stored of (rows as readonly ResourceRow[]).map(storedOf)) resources.set(keyText(stored), stored)
}

const NO_SHARD = -1

// Each "lateral (... offset 0)" is asked key by key, by an index, whatever the planner knows of the tables: statements are planned
// once a connection, and a plan made while they were small or not yet analysed read them from end to end for every key (measured).

/** The shard that an id carries, and for ids that clients chose, also those that happen to look like ours, that of the directory. */
function byKey(tenant: number, keys: readonly ResourceKey[]): Part {
  return {
    add: addResources,
    statement: {
      name: 'cw_load_by_key',
      text: `select ${storedColumns} from unnest($2::int2[], $3::int2[], $4::text[]) h (shard, type, id)
        cross join lateral (
          select h.shard union all
          select d.shard from id_directory d where d.tenant = $1 and d.type = h.type and d.id = h.id and d.shard <> h.shard) s
        cross join lateral (
          select * from resource r where r.shard = s.shard and r.tenant = $1 and r.type = h.type and r.id = h.id offset 0) r`,
      values: [
        tenant,
        int2Array(keys.map(({ id }) => shardInId(id) ?? NO_SHARD)),
        int2Array(keys.map(({ type }) => typeNumber(type))),
        textArray(keys.map(({ id }) => id)),
      ],
    },
  }
}

function byPatient(tenant: number, { patients, types }: NonNullable<LoadRequest['compartments']>): Part {
  return {
    add: addResources,
    statement: {
      name: 'cw_load_by_patient',
      text: `select ${storedColumns} from unnest($2::text[]) h (patient)
        cross join lateral (
          select * from resource r where r.tenant = $1 and r.patient = h.patient and r.type = any($3::int2[]) offset 0) r`,
      values: [tenant, textArray(patients), int2Array(types.map(typeNumber))],
    },
  }
}

/** The patient of one resource, looked for in the shard that its id carries and where the directory says. */
const OWNER = `owner as (
    select r.shard, r.patient from resource r where r.shard = $2 and r.tenant = $1 and r.type = $3 and r.id = $4
    union select r.shard, r.patient from id_directory d
      join resource r on r.shard = d.shard and r.tenant = $1 and r.type = d.type and r.id = d.id
      where d.tenant = $1 and d.type = $3 and d.id = $4)`

/**
 * Of a row of a record: any change of it is a new version. A database that lost its last transactions (a failover, a restored
 * backup) gives their numbers to others, and a reindex writes another hash of search values: so they are in it too.
 */
const MARK =
  "hashtextextended(r.id, timestamp_hash_extended(r.updated at time zone 'UTC', ((r.type::int8 << 32) | r.version) # r.ixh))"

const RECORD = `from owner o
          cross join lateral (
            select * from resource r where r.tenant = $1 and r.patient = o.patient and r.type = any($5::int2[]) offset 0) r`

/** `shardOfSubject` in SQL: what was born of a patient who was merged since lives elsewhere than the one it belongs to. */
const SUBJECT_SHARD = `(case
    when o.patient ~ '^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'
    then ('x' || substr(o.patient, 16, 3))::bit(12)::int >> 2
    else get_byte(sha256(convert_to($1::int || E'\\nshard\\nPatient/' || o.patient, 'UTF8')), 0) % 4 * 256
      + get_byte(sha256(convert_to($1::int || E'\\nshard\\nPatient/' || o.patient, 'UTF8')), 1)
    end)::int2`

function recordParts(
  tenant: number,
  { key: { type, id }, types, after }: NonNullable<LoadRequest['recordOf']>,
): readonly Part[] {
  const values = [tenant, shardInId(id) ?? NO_SHARD, typeNumber(type), id]
  const numbers = int2Array(types.map(typeNumber))
  const rows = `with ${OWNER} select ${storedColumns}, ${MARK} as mark ${RECORD}`
  return [
    {
      add: addRecord,
      statement:
        after === undefined
          ? { name: 'cw_load_record', text: rows, values: [...values, numbers] }
          : {
              name: 'cw_load_record_after',
              text: `${rows} where r.updated > $6::timestamptz`,
              values: [...values, numbers, after],
            },
    },
    ...(after === undefined
      ? []
      : [
          {
            add: addMark,
            statement: {
              name: 'cw_load_record_mark',
              text: `with ${OWNER} select count(*)::int4 as rows, bit_xor(${MARK}) as mark ${RECORD}`,
              values: [...values, numbers],
            },
          },
        ]),
    {
      add: addSaid,
      statement: {
        name: 'cw_load_record_said',
        text: `with ${OWNER} select s.subject, s.scope, s.version, s.body from owner o
          cross join lateral (select * from said s where s.shard = ${SUBJECT_SHARD} and s.tenant = $1 and s.subject = o.patient offset 0) s`,
        values,
      },
    },
    {
      add: addFacts,
      statement: {
        name: 'cw_load_record_facts',
        text: `with ${OWNER} select ${factColumns} from owner o
          cross join lateral (select * from fact f where f.shard = ${SUBJECT_SHARD} and f.tenant = $1 and f.subject = o.patient offset 0) f`,
        values,
      },
    },
  ]
}

interface MarkedRow extends ResourceRow {
  readonly mark: string
}

const addRecord: Part['add'] = (rows, loading) => {
  const marks = new Map<Stored, bigint>()
  for (const row of rows as readonly MarkedRow[]) {
    const stored = storedOf(row)
    loading.resources.set(keyText(stored), stored)
    marks.set(stored, BigInt(row.mark))
  }
  loading.record = { marks, rows: marks.size, mark: xorOf(marks.values()) }
}

const xorOf = (marks: Iterable<bigint>): bigint => Iterator.from(marks).reduce((all, one) => all ^ one, 0n)

/** Of the whole record; no row at all has no exclusive or. */
const addMark: Part['add'] = (rows, loading) => {
  const [row] = rows as readonly { readonly rows: number; readonly mark: string | null }[]
  const { marks = new Map<Stored, bigint>() } = loading.record ?? {}
  loading.record = { marks, rows: row?.rows ?? 0, mark: BigInt(row?.mark ?? 0) }
}

const subjectValues = (tenant: number, subjects: readonly string[]): readonly unknown[] => [
  tenant,
  int2Array(subjects.map(subject => shardOfSubject(tenant, subject))),
  textArray(subjects),
]

interface SaidRow {
  readonly subject: string
  readonly scope: string
  readonly version: number
  readonly body: string
}

const addSaid: Part['add'] = (rows, { said }) => {
  for (const row of rows as readonly SaidRow[]) said.push({ ...row, body: bodyOf(row.body, saidName(row)) })
}

const saidAbout = (tenant: number, subjects: readonly string[]): Part => ({
  add: addSaid,
  statement: {
    name: 'cw_load_said',
    text: `select s.subject, s.scope, s.version, s.body from unnest($2::int2[], $3::text[]) h (shard, subject)
      cross join lateral (select * from said s where s.shard = h.shard and s.tenant = $1 and s.subject = h.subject offset 0) s`,
    values: subjectValues(tenant, subjects),
  },
})

interface FactRow extends Omit<Fact, 'body'> {
  readonly body: string
  readonly at: Instant
}

const addFacts: Part['add'] = (rows, { facts }) => {
  for (const row of rows as readonly FactRow[]) facts.push({ ...row, body: bodyOf(row.body, row.id) })
}

const factColumns = 'f.id, f.subject, f.kind, f.scope, f.at, f.recorded, f.actor, f.source, f.body'

const factsAbout = (tenant: number, subjects: readonly string[]): Part => ({
  add: addFacts,
  statement: {
    name: 'cw_load_facts',
    text: `select ${factColumns} from unnest($2::int2[], $3::text[]) h (shard, subject)
      cross join lateral (select * from fact f where f.shard = h.shard and f.tenant = $1 and f.subject = h.subject offset 0) f`,
    values: subjectValues(tenant, subjects),
  },
})

const byMessage = (tenant: number, messages: readonly MessageKey[]): Part => ({
  add: (rows, { messages: entries }) => {
    for (const row of rows as readonly InboxRow[]) entries.push(toInboxEntry(row))
  },
  statement: {
    name: 'cw_load_messages',
    text: `select ${inboxColumns} from (select distinct * from unnest($2::text[], $3::text[]) k (source, message_id)) h
      cross join lateral (
        select * from inbox i where i.tenant = $1 and i.source = h.source and i.message_id = h.message_id offset 0) i`,
    values: [
      tenant,
      textArray(messages.map(({ source }) => source)),
      textArray(messages.map(({ messageId }) => messageId)),
    ],
  },
})

/** In the order in which a flush writes them. */
function lockResources(tenant: number, resources: readonly Stored[]): readonly Statement[] {
  if (resources.length === 0) return []
  return [
    {
      name: 'cw_lock_resources',
      text: `select 1 from unnest($2::int2[], $3::int2[], $4::text[]) h (shard, type, id)
        join resource r on r.shard = h.shard and r.tenant = $1 and r.type = h.type and r.id = h.id
        order by r.type, r.id for no key update of r`,
      values: [
        tenant,
        int2Array(resources.map(({ shard }) => shard)),
        int2Array(resources.map(({ type }) => typeNumber(type))),
        textArray(resources.map(({ id }) => id)),
      ],
    },
  ]
}

function lockSaid(tenant: number, said: readonly Said[]): readonly Statement[] {
  if (said.length === 0) return []
  return [
    {
      name: 'cw_lock_said',
      text: `select 1 from unnest($2::int2[], $3::text[], $4::text[]) h (shard, subject, scope)
        join said s on s.shard = h.shard and s.tenant = $1 and s.subject = h.subject and s.scope = h.scope
        order by s.subject, s.scope for no key update of s`,
      values: [
        tenant,
        int2Array(said.map(({ subject }) => shardOfSubject(tenant, subject))),
        textArray(said.map(({ subject }) => subject)),
        textArray(said.map(({ scope }) => scope)),
      ],
    },
  ]
}
