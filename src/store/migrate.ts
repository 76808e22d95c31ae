import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'
import { StoreFault } from '../commands/ports/store-fault.ts'

interface Migration {
  readonly number: number
  readonly name: string
  readonly text: string
  readonly hash: string
}

/** The same number for every release: who holds it migrates, others wait. */
const ADVISORY_LOCK = 4_277_001

const FOLDER = fileURLToPath(new URL('./migrations', import.meta.url))

/**
 * Brings the schema up to date: each file of migrations/ in its own transaction, in order, once. Several processes may
 * start at once. 'off' applies nothing and throws StoreFault `store-schema` when the schema is not this program's.
 */
export async function migrate(client: pg.Client, mode: 'auto' | 'off'): Promise<readonly string[]> {
  const wanted = readMigrations()
  if (mode === 'off') {
    const applied = await readApplied(client)
    check(wanted, applied)
    const missing = wanted.filter(({ number }) => !applied.has(number))
    if (missing.length > 0) throw oldSchema(missing)
    return []
  }
  const done: string[] = []
  for (const migration of wanted) {
    if (await applyOnce(client, migration, wanted)) done.push(migration.name)
  }
  return done
}

async function applyOnce(
  client: pg.Client,
  migration: Migration,
  wanted: readonly Migration[],
): Promise<boolean> {
  await client.query('begin')
  try {
    await client.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCK])
    await client.query(
      'create table if not exists casewire_migration (number int primary key, name text not null, hash text not null, applied timestamptz not null default now())',
    )
    const applied = await readApplied(client)
    check(wanted, applied)
    const fresh = !applied.has(migration.number)
    if (fresh) {
      await client.query(migration.text)
      const { number, name, hash } = migration
      await client.query('insert into casewire_migration (number, name, hash) values ($1, $2, $3)', [
        number,
        name,
        hash,
      ])
    }
    await client.query('commit')
    return fresh
  } catch (error) {
    await client.query('rollback')
    throw error
  }
}

/** Number and hash of what was applied; empty in a database that was never migrated. */
async function readApplied(client: pg.Client): Promise<ReadonlyMap<number, string>> {
  const { rows: known } = await client.query<{ found: boolean }>(
    "select to_regclass('casewire_migration') is not null as found",
  )
  if (!known[0]?.found) return new Map()
  const { rows } = await client.query<{ number: number; hash: string }>(
    'select number, hash from casewire_migration',
  )
  return new Map(rows.map(({ number, hash }) => [number, hash]))
}

function check(wanted: readonly Migration[], applied: ReadonlyMap<number, string>): void {
  const newest = wanted.at(-1)?.number ?? 0
  const newer = [...applied.keys()].filter(number => number > newest)
  if (newer.length > 0) {
    throw new StoreFault(
      'store-schema',
      `the database has migration ${Math.max(...newer)}, this program knows ${newest} at most: run a newer release`,
    )
  }
  const changed = wanted.find(({ number, hash }) => applied.has(number) && applied.get(number) !== hash)
  if (changed) {
    throw new StoreFault(
      'store-schema',
      `migration ${changed.name} was applied with another text than this release has`,
    )
  }
}

const oldSchema = (missing: readonly Migration[]): StoreFault =>
  new StoreFault(
    'store-schema',
    `the database lacks ${missing.map(({ name }) => name).join(', ')}: run "casewire migrate", or start without MIGRATE=off`,
  )

function readMigrations(): readonly Migration[] {
  return readdirSync(FOLDER)
    .filter(name => name.endsWith('.sql'))
    .toSorted()
    .map(name => {
      const text = readFileSync(`${FOLDER}/${name}`, 'utf8')
      return {
        number: Number.parseInt(name, 10),
        name,
        text,
        hash: createHash('sha256').update(text).digest('hex'),
      }
    })
}
