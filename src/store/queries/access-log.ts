import type {
  AccessEvent,
  AccessFilter,
  AccessLog,
  KeptAccessEvent,
} from '../../commands/ports/access-log.ts'
import type { Instant } from '../../lib/clock.ts'
import { int2Array, int4Array, textArray, timestampArray } from '../connection/binary-arrays.ts'
import type { Db, Statement } from '../connection/db.ts'

interface AccessRow {
  readonly seq: string
  readonly tenant: number
  readonly at: Instant
  readonly actor: string | null
  readonly client: string | null
  readonly method: string
  readonly route: string
  readonly entity: string | null
  readonly patient: string | null
  readonly status: number
  readonly requestId: string
}

const columns =
  'seq, tenant, at, actor, client, method, route, entity, patient, status, request_id as "requestId"'

/** The rows of `access_event`; they are written apart from every unit of work, many at once. */
export const openAccessLog = (db: Db): AccessLog => ({
  append: async events => {
    await db.query(insertOf(events))
  },
  find: async (tenant, filter) => (await db.query<AccessRow>(findOf(tenant, filter))).rows.map(eventOf),
})

const insertOf = (events: readonly AccessEvent[]): Statement => ({
  name: 'cw_access_append',
  text: `insert into access_event (tenant, at, actor, client, method, route, entity, patient, status, request_id)
    select * from unnest($1::int4[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::int2[], $10::text[])`,
  values: [
    int4Array(events.map(({ tenant }) => tenant)),
    timestampArray(events.map(({ at }) => Date.parse(at))),
    textArray(events.map(({ actor }) => actor)),
    textArray(events.map(({ client }) => client)),
    textArray(events.map(({ method }) => method)),
    textArray(events.map(({ route }) => route)),
    textArray(events.map(({ entity }) => entity)),
    textArray(events.map(({ patient }) => patient)),
    int2Array(events.map(({ status }) => status)),
    textArray(events.map(({ requestId }) => requestId)),
  ],
})

function findOf(
  tenant: number,
  { entity, patient, actor, requestId, refused, from, before, after, count }: AccessFilter,
): Statement {
  const values: unknown[] = [tenant, count]
  const bind = (value: unknown): string => `$${values.push(value)}`
  const conditions = [
    'tenant = $1',
    ...(entity === undefined ? [] : [`entity = ${bind(entity)}`]),
    ...(patient === undefined ? [] : [`patient = ${bind(patient)}`]),
    ...(actor === undefined ? [] : [`actor = ${bind(actor)}`]),
    ...(requestId === undefined ? [] : [`request_id = ${bind(requestId)}`]),
    ...(refused === true ? ['status >= 400'] : []),
    ...(from === undefined ? [] : [`at >= ${bind(from)}`]),
    ...(before === undefined ? [] : [`at < ${bind(before)}`]),
    ...(after === undefined ? [] : [`seq < ${bind(after)}::int8`]),
  ]
  return {
    text: `select ${columns} from access_event where ${conditions.join(' and ')} order by seq desc limit $2`,
    values,
  }
}

function eventOf({ actor, client, entity, patient, ...row }: AccessRow): KeptAccessEvent {
  return {
    ...row,
    ...(actor !== null && { actor }),
    ...(client !== null && { client }),
    ...(entity !== null && { entity }),
    ...(patient !== null && { patient }),
  }
}
