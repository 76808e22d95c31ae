import pg from 'pg'
import type { Write } from '../../../src/commands/ports/store.ts'
import type { Resource } from '../../../src/fhir/resource.ts'
import { indexResource } from '../../../src/fhir/search/indexing/index-resource.ts'
import { indexVersion } from '../../../src/fhir/search/indexing/index-version.ts'
import { SHARDS } from '../../../src/lib/ids.ts'
import { openPostgresStore } from '../../../src/store/open-store.ts'
import { progress } from './figures.ts'
import { AT, familyOf, MARK } from './sample-family.ts'

/** A thousand families of ten resources each are written by the store itself; SQL copies their rows as often as needed. */
const FAMILIES = 1_000
const FAMILY_SIZE = 10

/**
 * Fills an empty database of PostgreSQL with so many resources and all their search values (rounded to families of ten), as
 * fast as the database copies rows. Ids, references, identifiers and values that carry the mark differ in every copy, and an hour lies between
 * one copy and the next.
 */
export async function fillDatabase(url: string, resources: number): Promise<void> {
  const families = Math.min(FAMILIES, Math.max(1, Math.round(resources / FAMILY_SIZE)))
  await writeFamilies(url, families)
  const copies = Math.max(1, Math.round(resources / FAMILY_SIZE / families)) - 1
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    if (copies > 0) await copyAll(client, copies)
    await client.query('vacuum (analyze)')
  } finally {
    await client.end()
  }
  progress(`${families * FAMILY_SIZE * (copies + 1)} resources are there`)
}

async function writeFamilies(url: string, families: number): Promise<void> {
  const store = await openPostgresStore({
    ...{ databaseUrl: url, clock: { nowMs: () => Date.parse(AT) }, migrate: 'auto' },
    indexResource: resource => indexResource(resource),
    // Else the service would index all of it anew while it is measured.
    indexVersion: indexVersion(),
  })
  const chunk = 50
  for (let first = 0; first < families; first += chunk) {
    const length = Math.min(chunk, families - first)
    const writes = Array.from({ length }, (_, at) => writesOf(first + at)).flat()
    const flushed = await store.flush({ tenant: 1, lane: 0, at: timeOf(first), writes })
    if (!flushed.ok) throw new Error('filling met a conflict')
  }
  await store.close()
}

/** Each flush a minute earlier. */
const timeOf = (first: number): string => new Date(Date.parse(AT) - first * 60_000).toISOString()

function writesOf(n: number): readonly Write[] {
  const shard = (n * 37) % SHARDS
  return familyOf(n, shard).map((resource: Resource) => ({
    ...{ type: resource.resourceType, id: resource.id ?? '', shard, expect: 0, versions: [resource] },
  }))
}

const TABLES = [
  'resource',
  'resource_version',
  'ix',
  'ix_date',
  'ix_number',
  'ix_composite',
  'ix_text',
] as const

/** Indexes that no constraint needs are made after the rows: a third of the time. */
async function copyAll(client: pg.Client, copies: number): Promise<void> {
  const { rows: indexes } = await client.query<{ name: string; text: string }>(
    `select indexname as name, indexdef as text from pg_indexes where schemaname = 'public' and tablename = any($1)
     and not exists (select 1 from pg_constraint where conname = indexname)`,
    [TABLES],
  )
  await client.query("set synchronous_commit = off; set maintenance_work_mem = '512MB'")
  for (const { name } of indexes) await client.query(`drop index ${name}`)
  for (const table of TABLES) {
    await copyTable(client, table, copies)
    progress(`${table} is copied`)
  }
  for (const { text } of indexes) await client.query(text)
}

async function copyTable(client: pg.Client, table: string, copies: number): Promise<void> {
  const { rows } = await client.query<{ name: string; type: string }>(
    `select column_name as name, udt_name as type from information_schema.columns
     where table_schema = 'public' and table_name = $1 and is_generated = 'NEVER' order by ordinal_position`,
    [table],
  )
  const names = rows.map(({ name }) => name).join(', ')
  const values = rows.map(({ name, type }) => {
    if (name === 'updated') return "t.updated - c.n * interval '1 hour'"
    return type === 'text' ? `replace(t.${name}, '${MARK}', c.mark)` : `t.${name}`
  })
  await client.query(`insert into ${table} (${names}) select ${values.join(', ')} from (
      select left('${MARK}', 4) || lpad(to_hex(n), 4, '0') as mark, n from generate_series(1, ${copies}) n) c
    cross join (select * from ${table}) t`)
}
