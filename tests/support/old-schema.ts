import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type pg from 'pg'

const FIRST = '0001-store.sql'

/** The schema of release 0.1, with the row that says so: what a later release finds when it starts on an old database. */
export async function oldSchema(client: Pick<pg.Client, 'query'>): Promise<void> {
  const text = readFileSync(new URL(`../../src/store/migrations/${FIRST}`, import.meta.url), 'utf8')
  await client.query(
    'create table casewire_migration (number int primary key, name text not null, hash text not null, applied timestamptz not null default now())',
  )
  await client.query(text)
  await client.query('insert into casewire_migration (number, name, hash) values (1, $1, $2)', [
    FIRST,
    createHash('sha256').update(text).digest('hex'),
  ])
}
