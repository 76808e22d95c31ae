import { statement, unnest } from './writes/flush-statements.ts'

const keyTypes = ['int2', 'int2', 'text', 'int4', 'int8']
const columns = ['ixh', 'patient', 'status', 'owner', 'ds', 'de']

/** The statements of a reindex; index_state has one row (migrations/0003-search.sql). */
export const reindexStatements = {
  /** $1 version, $2 code: a database without resources holds no rows of another one. */
  adopt: statement(
    'index_adopt',
    "update index_state set version = $1, code = $2 where version = 'empty' and not exists (select 1 from resource)",
  ),
  state: statement('index_state', 'select version, code, done, shard from index_state'),

  /** $1 version, $2 owner, $3 code: nothing of a later program is touched. Begins at the beginning when the one before was on its way to another version. */
  claim: statement(
    'index_claim',
    `update index_state s set owner = $2, until = now() + interval '1 minute', target = $1,
       done = case when target = $1 then done else 0 end,
       ${['shard', 'tenant', 'type', 'id'].map(column => `${column} = case when target = $1 then s.${column} end`).join(', ')}
     where version <> $1 and code <= $3 and (owner is null or owner = $2 or until < now())
     returning version, shard, tenant, type, id`,
  ),

  /** $1-$4 after which resource, $5 how many, $6 how many bytes of content, but one at least. */
  readBatch: statement(
    'index_batch',
    `select shard, tenant, type, id, version, ixh, content from (
       select b.*, sum(octet_length(content)) over (order by shard, tenant, type, id) - octet_length(content) as before
       from (
         select shard, tenant, type, id, version, ixh, content from resource
         where (shard, tenant, type, id) > ($1, $2, $3, $4) and not deleted
         order by shard, tenant, type, id limit $5
       ) b
     ) q where before < $6 order by shard, tenant, type, id`,
  ),

  /** $1 version, $2 owner, $3-$6 the last of the batch, $7 how many. Fails when the claim is another's by now. */
  advance: statement(
    'index_advance',
    `with moved as (
       update index_state set shard = $3, tenant = $4, type = $5, id = $6, done = done + $7, until = now() + interval '1 minute'
       where target = $1 and owner = $2 returning 1
     ) select cw_conflict('index_state', case when exists (select 1 from moved) then '{}' else array['claim'] end)`,
  ),

  /** $1 tenant, then places, versions and hashes as they were read: locks them, or fails. */
  guard: statement(
    'index_guard',
    `with held as (
       select r.type, r.id from resource r, ${unnest(keyTypes)} h (shard, type, id, version, had)
       where r.shard = h.shard and r.tenant = $1 and r.type = h.type and r.id = h.id and r.version = h.version and r.ixh = h.had
       for no key update of r
     ) select cw_conflict('resource', case when (select count(*) from held) = cardinality($4) then '{}' else array['batch'] end)`,
  ),

  update: statement(
    'index_update',
    `update resource r set ${columns.map(column => `${column} = h.${column}`).join(', ')}
     from ${unnest([...keyTypes, 'int8', 'text', 'text', 'text', 'timestamptz', 'timestamptz'])}
       h (shard, type, id, version, had, ${columns.join(', ')})
     where r.shard = h.shard and r.tenant = $1 and r.type = h.type and r.id = h.id
       and (${columns.map(column => `r.${column}`).join(', ')}) is distinct from (${columns.map(column => `h.${column}`).join(', ')})`,
  ),

  /** $1 version, $2 owner, $3 code. */
  finish: statement(
    'index_finish',
    `update index_state set version = $1, code = $3, target = null, shard = null, tenant = null, type = null, id = null, owner = null, until = null
     where target = $1 and owner = $2`,
  ),
} as const
