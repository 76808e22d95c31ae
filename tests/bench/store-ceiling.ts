import pg from 'pg'
import {
  int2Array,
  int4Array,
  int8Array,
  textArray,
  timestampArray,
} from '../../src/store/connection/binary-arrays.ts'
import type { StoreEvent } from './store-events.ts'
import { runProgram } from './store-runner.ts'

/**
 * The ceiling that the store is held against: raw versioned-flush statements over a bare schema (ids of type uuid, one
 * index each), with every row's version kept in memory, so that nothing is loaded and nothing is built but arrays.
 * `node tests/bench/store-ceiling.ts --url DATABASE_URL [--events 8000] [--lanes 2] [--batch 100]`
 */
const schema = `
create table inbox (source smallint not null, msg_id text not null, part int, off bigint, at timestamptz not null default now(), primary key (source, msg_id));
create table resource (tenant int not null, type smallint not null, id uuid not null, version int not null, updated timestamptz not null, deleted boolean not null default false,
  patient uuid, ixh bigint, status text, owner text, ds timestamptz, de timestamptz, content text, primary key (tenant, type, id)) with (fillfactor = 70);
create table resource_history (tenant int not null, type smallint not null, id uuid not null, version int not null, updated timestamptz not null, content text, primary key (tenant, type, id, version));
create table outbox (seq bigserial primary key, lane smallint not null default 0, target text not null, key text not null, payload text not null,
  attempts smallint not null default 0, next_at timestamptz not null default '-infinity');
create table ix (tenant int not null, type smallint not null, param smallint not null, val text not null, sys text, rid uuid not null);
create index ix_v on ix (tenant, type, param, val text_pattern_ops, sys, rid);
create index ix_r on ix (rid);
create index resource_pat on resource (tenant, patient, type);
create index resource_own on resource (tenant, type, owner, status) where owner is not null;
create index resource_ds on resource (tenant, type, ds) where ds is not null;
create function cw_conflict(ids text[]) returns int language plpgsql as $$ begin
  if cardinality(ids) > 0 then raise exception 'version conflict' using errcode = 'CW409', detail = array_to_string(ids, ','); end if; return 0; end $$;`

const columns = ['type', 'id', 'updated', 'patient', 'ixh', 'status', 'owner', 'ds', 'de', 'content']
const types = [
  'int2',
  'uuid',
  'timestamptz',
  'uuid',
  'int8',
  'text',
  'text',
  'timestamptz',
  'timestamptz',
  'text',
]
const unnest = (list: readonly string[]): string =>
  `unnest(${list.map((type, at) => `$${at + 1}::${type}[]`).join(',')})`

const statements = {
  inbox: `insert into inbox (source, msg_id, part, off) select 1, * from ${unnest(['text', 'int4', 'int8'])}`,
  insert: `insert into resource (tenant, version, ${columns.join()}) select 1, version, ${columns.join()} from ${unnest(['int4', ...types])} h (version, ${columns.join()})`,
  update: `with up as (update resource r set version = h.version, deleted = false, ${columns
    .slice(2)
    .map(column => `${column} = h.${column}`)
    .join()} from ${unnest(['int4', 'int4', ...types])} h (version, expect, ${columns.join()})
    where r.tenant = 1 and r.type = h.type and r.id = h.id and r.version = h.expect returning r.id)
    select cw_conflict(case when (select count(*) from up) = cardinality($3::int2[]) then '{}'
      else array(select id::text from unnest($4::uuid[]) h (id) except select id::text from up) end)`,
  deleteIndex: 'delete from ix where rid = any($1::uuid[])',
  insertIndex: `insert into ix select 1, * from ${unnest(['int2', 'int2', 'text', 'text', 'uuid'])}`,
  history: `insert into resource_history select 1, * from ${unnest(['int2', 'uuid', 'int4', 'timestamptz', 'text'])}`,
  outbox: `insert into outbox (lane, target, key, payload) select * from ${unnest(['int2', 'text', 'text', 'text'])}`,
}

const typeNumbers = { Patient: 0, Encounter: 1, EpisodeOfCare: 2, Coverage: 3, Task: 4 } as const

interface Row {
  readonly type: number
  readonly id: string
  readonly version: number
  readonly expect: number
  readonly atMs: number
  readonly content: string
  readonly of: StoreEvent['resources'][number]
}

const known = new Map<string, { readonly version: number; readonly hash: bigint }>()
const clients: pg.Client[] = []

async function persist(events: readonly StoreEvent[], lane: number): Promise<void> {
  const client = clients[lane]
  if (!client) throw new Error(`no lane ${lane}`)
  const work = plan(events).map(({ name, values }) => client.query({ name, text: statements[name], values }))
  const answers = await Promise.all([client.query('begin'), ...work, client.query('commit')])
  if (answers.at(-1)?.command !== 'COMMIT') throw new Error('not committed')
}

function plan(
  events: readonly StoreEvent[],
): readonly { readonly name: keyof typeof statements; readonly values: Buffer[] }[] {
  const rows = versionsOf(events)
  const last = [...new Map(rows.map(row => [row.id, row])).values()].toSorted(
    (a, b) => a.type - b.type || (a.id < b.id ? -1 : 1),
  )
  const [fresh, updated] = [last.filter(row => row.expect === 0), last.filter(row => row.expect > 0)]
  const changed = last.filter(row => known.get(row.id)?.hash !== row.of.index.hash)
  const stale = changed.filter(row => row.expect > 0)
  const lookups = changed.flatMap(row => row.of.index.lookups.map(lookup => ({ row, ...lookup })))
  for (const row of last) known.set(row.id, { version: row.version, hash: row.of.index.hash })
  const outbox = events.flatMap(event => event.outbox.map(row => ({ ...row, lane: event.patient % 64 })))
  return [
    {
      name: 'inbox',
      values: [
        textArray(events.map(event => event.messageId)),
        int4Array(events.map(event => event.patient % 12)),
        int8Array(events.map(event => event.number)),
      ],
    },
    ...(fresh.length
      ? [{ name: 'insert' as const, values: [int4Array(fresh.map(row => row.version)), ...state(fresh)] }]
      : []),
    ...(updated.length
      ? [
          {
            name: 'update' as const,
            values: [
              int4Array(updated.map(row => row.version)),
              int4Array(updated.map(row => row.expect)),
              ...state(updated),
            ],
          },
        ]
      : []),
    ...(stale.length
      ? [{ name: 'deleteIndex' as const, values: [uuidArray(stale.map(row => row.id))] }]
      : []),
    ...(lookups.length
      ? [
          {
            name: 'insertIndex' as const,
            values: [
              int2Array(lookups.map(({ row }) => row.type)),
              int2Array(lookups.map(({ parameter }) => parameter)),
              textArray(lookups.map(({ value }) => value)),
              textArray(lookups.map(({ system }) => system)),
              uuidArray(lookups.map(({ row }) => row.id)),
            ],
          },
        ]
      : []),
    {
      name: 'history',
      values: [
        int2Array(rows.map(row => row.type)),
        uuidArray(rows.map(row => row.id)),
        int4Array(rows.map(row => row.version)),
        timestampArray(rows.map(row => row.atMs)),
        textArray(rows.map(row => row.content)),
      ],
    },
    {
      name: 'outbox',
      values: [
        int2Array(outbox.map(row => row.lane)),
        textArray(outbox.map(row => row.target)),
        textArray(outbox.map(row => row.key)),
        textArray(outbox.map(row => JSON.stringify(row.payload))),
      ],
    },
  ]
}

function versionsOf(events: readonly StoreEvent[]): readonly Row[] {
  const next = new Map<string, number>()
  return events.flatMap(event =>
    event.resources.map(of => {
      const expect = known.get(of.id)?.version ?? 0
      const version = (next.get(of.id) ?? expect) + 1
      next.set(of.id, version)
      return {
        type: typeNumbers[of.type],
        id: of.id,
        version,
        expect,
        atMs: event.atMs,
        content: of.content,
        of,
      }
    }),
  )
}

const state = (rows: readonly Row[]): Buffer[] => [
  int2Array(rows.map(row => row.type)),
  uuidArray(rows.map(row => row.id)),
  timestampArray(rows.map(row => row.atMs)),
  uuidArray(rows.map(row => row.of.index.patient ?? '')),
  int8Array(rows.map(row => row.of.index.hash)),
  textArray(rows.map(row => row.of.index.status)),
  textArray(rows.map(row => row.of.index.owner)),
  timestampArray(rows.map(row => row.of.index.startMs)),
  timestampArray(rows.map(row => row.of.index.endMs)),
  textArray(rows.map(row => row.content)),
]

const UUID = 2950
const HYPHEN = 45
/** Value of a hexadecimal digit by its character code. */
const hexDigits = Int8Array.from(
  { length: 128 },
  (_, code) => Number.parseInt(String.fromCharCode(code), 16) || 0,
)

function uuidArray(values: readonly string[]): Buffer {
  const buffer = Buffer.allocUnsafe(20 + values.length * 20)
  ;[values.length ? 1 : 0, 1, UUID, values.length, 1].forEach((word, at) => buffer.writeInt32BE(word, at * 4))
  let to = 20
  for (const value of values) {
    to = buffer.writeInt32BE(16, to)
    for (let from = 0; from < 36; from += 2) {
      if (value.charCodeAt(from) === HYPHEN) from += 1
      const [high, low] = [hexDigits[value.charCodeAt(from)] ?? 0, hexDigits[value.charCodeAt(from + 1)] ?? 0]
      buffer[to] = high * 16 + low
      to += 1
    }
  }
  return values.length ? buffer : buffer.subarray(0, 12)
}

await runProgram({
  prepare: async (url, lanes) => {
    for (let lane = 0; lane < lanes; lane += 1) {
      const client = new pg.Client({ connectionString: url, pipeline: true })
      await client.connect()
      clients.push(client)
    }
    for (const statement of schema.split(/;\n/)) await clients[0]?.query(statement)
  },
  persist,
  close: async () => {
    await Promise.all(clients.map(client => client.end()))
  },
})
