import type { Db } from './connection/db.ts'

const TRIES_MAX = 20

/**
 * Numbers of tenants by name; a name that has none gets the next one, the first of all 1. Several processes may ask at
 * once: who comes second reads what the first one wrote.
 */
export async function tenantNumbers(db: Db, names: readonly string[]): Promise<ReadonlyMap<string, number>> {
  for (const name of names) await number(db, name)
  const { rows } = await db.query<{ name: string; number: number }>({
    name: 'cw_tenants',
    text: 'select name, number from tenant',
  })
  const wanted = new Set(names)
  return new Map(rows.filter(row => wanted.has(row.name)).map(row => [row.name, row.number]))
}

async function number(db: Db, name: string): Promise<void> {
  for (let attempt = 1; attempt <= TRIES_MAX; attempt += 1) {
    const { rowCount } = await db.query({
      name: 'cw_tenant_new',
      text: `insert into tenant (number, name) select coalesce(max(number), 0) + 1, $1 from tenant
        having not exists (select from tenant where name = $1) on conflict do nothing`,
      values: [name],
    })
    const { rows } = await db.query({
      name: 'cw_tenant_has',
      text: 'select 1 as found from tenant where name = $1',
      values: [name],
    })
    if (rowCount === 1 || rows.length > 0) return
  }
  throw new Error('a tenant could not be numbered: others are numbered all the time')
}
