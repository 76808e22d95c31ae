import { statement, unnest } from './flush-statements.ts'

/** Arrays of numeric go over as texts: they have no binary form here. */
const place = ['int2', 'int2', 'text']

/** The statements that write the rows of search values; $1 is the tenant. */
export const indexStatements = {
  deleteLookups: statement('delete_lookups', deleteRows('ix')),
  /**
   * $2-$4 resources, $5-$8 values with the place of their resource among those. The rows of each resource are read once and
   * looked for in a hash of the values (`is true` keeps the planner from making a join of it).
   */
  deleteSomeLookups: statement(
    'delete_some_lookups',
    `delete from ix where ctid = any (array(
       select x.ctid from ${unnest(['int2', 'int2', 'text'])} with ordinality h (shard, type, id, place)
       cross join lateral (
         select x.ctid, x.param, x.val, x.sys from ix x
         where x.shard = h.shard and x.tenant + 0 = $1 and x.type = h.type and x.rid = h.id offset 0) x
       where ((h.place::int, x.param, x.val, coalesce('=' || x.sys, '')) in (
         select place, param, val, coalesce('=' || sys, '')
         from ${unnest(['int4', 'int2', 'text', 'text'], 5)} v (place, param, val, sys))) is true))`,
  ),
  insertLookups: statement(
    'insert_lookups',
    `insert into ix (tenant, shard, type, param, val, sys, rid)
     select $1, shard, type, param, val, sys, rid from ${unnest(['int2', 'int2', 'int2', 'text', 'text', 'text'])} h (shard, type, param, val, sys, rid)`,
  ),

  deleteDates: statement('delete_dates', deleteRows('ix_date')),
  insertDates: statement(
    'insert_dates',
    `insert into ix_date (tenant, shard, type, param, low, high, rid)
     select $1, shard, type, param, low, high, rid
     from ${unnest(['int2', 'int2', 'int2', 'timestamptz', 'timestamptz', 'text'])} h (shard, type, param, low, high, rid)`,
  ),

  deleteNumbers: statement('delete_numbers', deleteRows('ix_number')),
  insertNumbers: statement(
    'insert_numbers',
    `insert into ix_number (tenant, shard, type, rid, param, low, high, sys, code, unit, canonical)
     select $1, shard, type, rid, param, low::numeric, high::numeric, sys, code, unit, canonical
     from ${unnest([...place, 'int2', 'text', 'text', 'text', 'text', 'text', 'bool'])}
       h (shard, type, rid, param, low, high, sys, code, unit, canonical)`,
  ),

  deleteComposites: statement('delete_composites', deleteRows('ix_composite')),
  insertComposites: statement(
    'insert_composites',
    `insert into ix_composite (tenant, shard, type, rid, param, val, sys, val2, sys2, unit, low, high, low2, high2, dlow, dhigh, canonical)
     select $1, shard, type, rid, param, val, sys, val2, sys2, unit, low::numeric, high::numeric,
       low2::numeric, high2::numeric, dlow, dhigh, canonical
     from ${unnest([
       ...[...place, 'int2', 'text', 'text', 'text', 'text', 'text'],
       ...['text', 'text', 'text', 'text', 'timestamptz', 'timestamptz', 'bool'],
     ])}
       h (shard, type, rid, param, val, sys, val2, sys2, unit, low, high, low2, high2, dlow, dhigh, canonical)`,
  ),

  deleteTexts: statement('delete_texts', deleteRows('ix_text')),
  insertTexts: statement(
    'insert_texts',
    `insert into ix_text (tenant, shard, type, rid, body)
     select $1, shard, type, rid, to_tsvector('simple', body) from ${unnest([...place, 'text'])} h (shard, type, rid, body)`,
  ),
} as const

// The rows of a resource can't change under the hands of who has changed the resource itself in the same transaction. They are
// looked up first, resource by resource: joined to the keys they would be found by reading every row of the type, on a table
// that was never analysed.
function deleteRows(table: 'ix' | 'ix_date' | 'ix_number' | 'ix_composite' | 'ix_text'): string {
  return `delete from ${table} where ctid = any (array(
     select x.ctid from ${unnest(['int2', 'int2', 'text'])} h (shard, type, id)
     cross join lateral (
       select x.ctid from ${table} x where x.shard = h.shard and x.tenant + 0 = $1 and x.type = h.type and x.rid = h.id offset 0) x))`
}
