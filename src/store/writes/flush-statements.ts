import type { Statement } from '../connection/db.ts'

type Values = readonly unknown[]
export type Make = (values: Values) => Statement

/** `unnest($2::int2[], ...)` from the given parameter number on. */
export const unnest = (types: readonly string[], from = 2): string =>
  `unnest(${types.map((type, index) => `$${index + from}::${type}[]`).join(', ')})`

/** A statement that is prepared once a connection. */
export const statement =
  (name: string, text: string): Make =>
  values => ({ name: `cw_${name}`, text, values })

const state = ['patient', 'ixh', 'status', 'owner', 'ds', 'de', 'content']
const stateTypes = ['text', 'int8', 'text', 'text', 'timestamptz', 'timestamptz', 'text']
const resourceTypes = ['int2', 'int2', 'text', 'int4', 'timestamptz', 'bool', ...stateTypes]
const resourceColumns = ['shard', 'type', 'id', 'version', 'updated', 'deleted', ...state].join(', ')

/**
 * The statements of a flush; $1 is the tenant wherever there is one. Each guard is part of the statement it guards and
 * raises inside the database (migrations/0001-store.sql), because COMMIT is on its way already.
 */
export const flushStatements = {
  fence: statement(
    'fence',
    `with moved as (
       update consumer_offset set next_offset = $5
       where consumer_group = $1 and topic = $2 and partition = $3 and next_offset = $4 returning 1
     ) select cw_fence((select count(*) from moved))`,
  ),

  claimInbox: statement(
    'claim_inbox',
    `insert into inbox (tenant, source, message_id, payload_hash, trigger, outcome, reason, subject, visit, received, origin, raw, resources)
     select $1, source, message_id, payload_hash, trigger, outcome, reason, subject, visit, received, origin, raw, string_to_array(resources, ' ')
     from ${unnest(['text', 'text', 'text', 'text', 'text', 'text', 'text', 'text', 'timestamptz', 'text', 'bytea', 'text'])}
       h (source, message_id, payload_hash, trigger, outcome, reason, subject, visit, received, origin, raw, resources)`,
  ),

  updateInbox: statement(
    'update_inbox',
    `with changed as (
       update inbox i set trigger = h.trigger, outcome = h.outcome, reason = h.reason, subject = h.subject, visit = h.visit, resources = string_to_array(h.resources, ' ')
       from ${unnest(['text', 'text', 'text', 'text', 'text', 'text', 'text', 'text', 'text'])}
         h (source, message_id, payload_hash, trigger, outcome, reason, subject, visit, resources)
       where i.tenant = $1 and i.source = h.source and i.message_id = h.message_id and i.payload_hash = h.payload_hash
       returning 1
     ) select cw_expect('inbox', (select count(*) from changed), cardinality($2)::bigint)`,
  ),

  insertResources: statement(
    'insert_resources',
    `insert into resource (tenant, ${resourceColumns})
     select $1, ${resourceColumns} from ${unnest(resourceTypes)} h (${resourceColumns})`,
  ),

  updateResources: statement(
    'update_resources',
    `with changed as (
       update resource r set version = h.version, updated = h.updated, deleted = h.deleted,
         patient = case when h.deleted then r.patient else h.patient end,
         ${state
           .slice(1)
           .map(column => `${column} = h.${column}`)
           .join(', ')}
       from (
         select h.*, o.ctid as place from ${unnest([...resourceTypes, 'int4', 'int8'])} h (${resourceColumns}, expect, had)
         cross join lateral (
           select o.ctid from resource o where o.shard = h.shard and o.tenant = $1 and o.type = h.type and o.id = h.id offset 0) o) h
       where r.ctid = h.place and r.version = h.expect and (h.had is null or r.ixh = h.had)
       returning r.type, r.id
     ) select cw_conflict('resource', case when (select count(*) from changed) = cardinality($4) then '{}'
       else array(select type || '/' || id collate "C" from unnest($3::int2[], $4::text[]) h (type, id) except select type || '/' || id collate "C" from changed) end)`,
  ),

  insertDirectory: statement(
    'insert_directory',
    `insert into id_directory (tenant, type, id, shard) select $1, type, id, shard from ${unnest(['int2', 'text', 'int2'])} h (type, id, shard)`,
  ),

  insertVersions: statement(
    'insert_versions',
    `insert into resource_version (tenant, shard, type, id, version, updated, deleted, content)
     select $1, shard, type, id, version, updated, deleted, content
     from ${unnest(['int2', 'int2', 'text', 'int4', 'timestamptz', 'bool', 'text'])} h (shard, type, id, version, updated, deleted, content)`,
  ),

  insertSaid: statement(
    'insert_said',
    `insert into said (tenant, shard, subject, scope, version, body)
     select $1, shard, subject, scope, version, body from ${unnest(['int2', 'text', 'text', 'int4', 'text'])} h (shard, subject, scope, version, body)`,
  ),

  updateSaid: statement(
    'update_said',
    `with changed as (
       update said s set version = h.version, body = h.body
       from (
         select h.*, o.ctid as place from ${unnest(['int2', 'text', 'text', 'int4', 'text'])} h (shard, subject, scope, version, body)
         cross join lateral (
           select o.ctid from said o where o.shard = h.shard and o.tenant = $1 and o.subject = h.subject and o.scope = h.scope offset 0) o) h
       where s.ctid = h.place and s.version = h.version - 1
       returning s.subject, s.scope
     ) select cw_conflict('said', case when (select count(*) from changed) = cardinality($3) then '{}'
       else array(select h.subject from unnest($3::text[], $4::text[]) h (subject, scope)
                  where (h.subject, h.scope) not in (select subject, scope from changed)) end)`,
  ),

  insertFacts: statement(
    'insert_facts',
    `insert into fact (tenant, shard, subject, id, kind, scope, at, recorded, actor, source, body)
     select $1, shard, subject, id, kind, scope, at, recorded, actor, source, body
     from ${unnest(['int2', 'text', 'text', 'text', 'text', 'timestamptz', 'timestamptz', 'text', 'text', 'text'])}
       h (shard, subject, id, kind, scope, at, recorded, actor, source, body)
     on conflict do nothing`,
  ),

  insertEvents: statement(
    'insert_events',
    `insert into case_event (tenant, shard, patient, case_id, id, type, noun, noun_id, at, recorded, actor, body)
     select $1, shard, patient, case_id, id, type, noun, noun_id, at, recorded, actor, body
     from ${unnest(['int2', 'text', 'text', 'text', 'text', 'text', 'text', 'timestamptz', 'timestamptz', 'text', 'text'])}
       h (shard, patient, case_id, id, type, noun, noun_id, at, recorded, actor, body)`,
  ),

  insertAnswers: statement(
    'insert_answers',
    `insert into kept_answer (tenant, key, request_hash, status, body, created)
     select $1, key, request_hash, status, body, $2 from ${unnest(['text', 'text', 'int4', 'text'], 3)} h (key, request_hash, status, body)`,
  ),

  putTimers: statement(
    'put_timers',
    `insert into timer (tenant, id, due, kind, subject, payload)
     select $1, id, due, kind, subject, payload from ${unnest(['text', 'timestamptz', 'text', 'text', 'text'])} h (id, due, kind, subject, payload)
     on conflict (tenant, id) do update
     set due = excluded.due, kind = excluded.kind, subject = excluded.subject, payload = excluded.payload, claimed_until = null`,
  ),
  /** Not a join: of a table that was never analyzed PostgreSQL looks at every timer for each that goes. */
  dropTimers: statement('drop_timers', 'delete from timer where tenant = $1 and id = any ($2::text[])'),

  putLinks: statement(
    'put_links',
    `insert into sync_link (tenant, peer, type, id, remote_id, remote_version, remote_hash, base)
     select $1, peer, type, id, remote_id, remote_version, remote_hash, base
     from ${unnest(['text', 'text', 'text', 'text', 'text', 'text', 'text'])} h (peer, type, id, remote_id, remote_version, remote_hash, base)
     on conflict (peer, type, id) do update
     set remote_id = excluded.remote_id, remote_version = excluded.remote_version, remote_hash = excluded.remote_hash, base = excluded.base`,
  ),
  putCursors: statement(
    'put_cursors',
    `insert into sync_cursor (peer, type, watermark) select peer, type, watermark from ${unnest(['text', 'text', 'timestamptz'], 1)} h (peer, type, watermark)
     on conflict (peer, type) do update set watermark = excluded.watermark`,
  ),

  insertAudit: statement(
    'insert_audit',
    `insert into audit (tenant, at, actor, action, key, version, request_id)
     select $1, at, actor, action, key, version, request_id
     from ${unnest(['timestamptz', 'text', 'text', 'text', 'int4', 'text'])} h (at, actor, action, key, version, request_id)`,
  ),

  /** $1: hashes of (tenant, target, key), sorted. What follows takes its numbers in the order of the commits. */
  lockOutboxKeys: statement(
    'lock_outbox_keys',
    'select count(pg_advisory_xact_lock_shared(0)) + (select count(pg_advisory_xact_lock(k)) from unnest($1::int8[]) k)',
  ),
  /** Instead, for a flush with more keys than the server's lock table should hold. */
  lockOutbox: statement('lock_outbox', 'select pg_advisory_xact_lock(0)'),
  insertOutbox: statement(
    'insert_outbox',
    `insert into outbox (tenant, lane, target, key, payload, created)
     select $1, lane, target, key, payload, $2 from ${unnest(['int2', 'text', 'text', 'text'], 3)} h (lane, target, key, payload)`,
  ),
} as const
