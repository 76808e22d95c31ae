import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { derivedId, shardOfKey } from '../../src/lib/ids.ts'
import type { Changes, Store, Write } from '../../src/commands/ports/store.ts'
import { migratePostgres, openPostgresStore } from '../../src/store/open-store.ts'
import { storeContract } from '../contract/store.contract.ts'
import { contractIndexer } from '../contract/store/store-trial.ts'
import { oldSchema } from '../support/old-schema.ts'
import { describeWith, freshDatabase, type FreshDatabase } from '../support/real-servers.ts'

const AT = '2026-10-05T18:30:00.000Z'

const migrations = [
  ...['0001-store.sql', '0002-case-events.sql', '0003-search.sql', '0004-page-key.sql'],
  ...[
    '0005-tenants.sql',
    '0006-access-events.sql',
    '0009-inbox-visit.sql',
    '0010-status-order.sql',
    '0011-unread-statistics.sql',
  ],
]

const open = (
  databaseUrl: string,
  more: { readonly lanes?: number; readonly prepare?: boolean; readonly migrate?: 'off' } = {},
): Promise<Store> =>
  openPostgresStore({
    databaseUrl,
    clock: { nowMs: () => Date.parse(AT) },
    indexResource: contractIndexer,
    migrate: 'auto',
    ...more,
  })

const patient = (key: string, version = 0): Write => {
  const shard = shardOfKey(1, key)
  const id = derivedId(shard, 1, 'Patient', key)
  return { type: 'Patient', id, shard, expect: version, versions: [{ resourceType: 'Patient', id }] }
}
const changes = (parts: Partial<Changes>): Changes => ({ tenant: 1, lane: 0, at: AT, writes: [], ...parts })

describeWith(['postgres'], 'the store on PostgreSQL', () => {
  storeContract(async clock => {
    const database = await freshDatabase()
    const options = {
      databaseUrl: database.url,
      clock: { nowMs: () => clock.nowMs() },
      indexResource: contractIndexer,
      migrate: 'auto' as const,
    }
    const [store, other] = await Promise.all([openPostgresStore(options), openPostgresStore(options)])
    return {
      store,
      other,
      close: async () => {
        await Promise.all([store.close(), other.close()])
        await database[Symbol.asyncDispose]()
      },
    }
  })

  describe('faults', () => {
    let database: FreshDatabase
    let admin: Client

    beforeAll(async () => {
      database = await freshDatabase()
      admin = new Client({ connectionString: database.url })
      await admin.connect()
    })
    afterAll(async () => {
      await admin.end()
      await database[Symbol.asyncDispose]()
    })

    test('a connection that is lost in the middle of a flush leaves nothing half-written, and the store goes on', async () => {
      const store = await open(database.url)
      // Another session holds the key of the last statement, so that the flush stands in the middle.
      await admin.query('begin; lock table outbox in access exclusive mode')
      const cut = store
        .flush(changes({ writes: [patient('cut')], outbox: [{ target: 'peer:x', key: 'k', payload: {} }] }))
        .catch((error: unknown) => error)
      await until(async () => (await waiting(admin)) > 0)
      const killer = new Client({ connectionString: database.url })
      await killer.connect()
      await killer.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'casewire' and datname = current_database()",
      )
      await killer.end()
      expect(await cut).toMatchObject({ name: 'StoreFault', code: 'store-unavailable' })
      await admin.query('rollback')
      expect(await store.read(1, patient('cut'))).toBeUndefined()
      expect(await store.flush(changes({ writes: [patient('cut')] }))).toMatchObject({ ok: true })
      await store.close()
    })

    test('every connection may be lost at once: the next use connects again', async () => {
      const store = await open(database.url)
      await admin.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'casewire' and datname = current_database()",
      )
      await until(() =>
        store.ping().then(
          () => true,
          () => false,
        ),
      )
      expect(await store.flush(changes({ writes: [patient('after')] }))).toMatchObject({ ok: true })
      expect(await store.read(1, patient('after'))).toMatchObject({ version: 1 })
      await store.close()
    })

    test('a lane that is held when its connection is lost writes nothing of the flush that takes it over', async () => {
      const store = await open(database.url)
      await store.flush(changes({ writes: [patient('held')] }))
      const { resources } = await store.load({ tenant: 1, lane: 0, keys: [patient('held')], lock: true })
      await admin.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'casewire' and datname = current_database()",
      )
      await until(async () => (await connections(admin)) === 0)
      const write = {
        ...patient('held', 1),
        ...(resources[0] && { expectIndexHash: resources[0].indexHash }),
      }
      await expect(store.flush(changes({ writes: [write, patient('beside')] }))).rejects.toMatchObject({
        code: 'store-unavailable',
      })
      await until(() =>
        store.ping().then(
          () => true,
          () => false,
        ),
      )
      expect(await store.read(1, patient('beside'))).toBeUndefined()
      expect(await store.flush(changes({ writes: [write] }))).toMatchObject({ ok: true })
      await store.close()
    })

    test('a locking load keeps other processes from changing what it read', async () => {
      const [store, other] = await Promise.all([open(database.url), open(database.url)])
      await store.flush(changes({ writes: [patient('locked')] }))
      await store.load({ tenant: 1, lane: 0, keys: [patient('locked')], lock: true })
      const theirs = other.flush(changes({ writes: [patient('locked', 1)] }))
      const ours = await store.flush(changes({ writes: [patient('locked', 1)] }))
      expect(ours.ok).toBe(true)
      expect(await theirs).toMatchObject({ ok: false, failure: { kind: 'stale' } })
      await Promise.all([store.close(), other.close()])
    })

    test('deadlocked writers are told to decide again', async () => {
      const store = await open(database.url)
      await store.flush(changes({ writes: [patient('d1'), patient('d2')] }))
      const [first, second] = [patient('d1'), patient('d2')].toSorted((a, b) => (a.id < b.id ? -1 : 1))
      // The admin takes the rows against the order of a flush, after making itself the one that waits longer.
      await admin.query("set deadlock_timeout = '60s'")
      await admin.query('begin')
      await admin.query('select 1 from resource where id = $1 for update', [second?.id])
      const flushed = store.flush(changes({ writes: [patient('d1', 1), patient('d2', 1)] }))
      await until(async () => (await waiting(admin)) > 0)
      const blocked = admin.query('select 1 from resource where id = $1 for update', [first?.id])
      const result = await flushed
      expect(result).toMatchObject({ ok: false, failure: { kind: 'stale' } })
      expect(!result.ok && result.failure.kind === 'stale' && result.failure.keys).toHaveLength(2)
      await blocked
      await admin.query('rollback')
      await store.close()
    })

    test('a server that is not there is a fault that says what to look at', async () => {
      const url = new URL(database.url)
      url.port = '1'
      await expect(open(url.href)).rejects.toThrow(/ECONNREFUSED.*DATABASE_URL/)
    })
  })

  describe('migrations', () => {
    test('an old schema is refused when migrating is off, and the refusal says what to run', async () => {
      await using database = await freshDatabase()
      await expect(open(database.url, { migrate: 'off' })).rejects.toMatchObject({
        code: 'store-schema',
        message: expect.stringContaining('casewire migrate') as string,
      })
      expect(await migratePostgres(database.url)).toEqual(migrations)
      expect(await migratePostgres(database.url)).toEqual([])
      await (await open(database.url, { migrate: 'off' })).close()
    })

    test('a database of the first release is brought up to date where it stands, and keeps what it holds', async () => {
      await using database = await freshDatabase()
      const client = new Client({ connectionString: database.url })
      await client.connect()
      await oldSchema(client)
      await client.query(
        "insert into resource_version (shard, tenant, type, id, version, updated, deleted, content) values (1, 1, 103, 'old', 1, $1, false, '{}')",
        [AT],
      )
      await client.end()
      expect(await migratePostgres(database.url)).toEqual(migrations.slice(1))
      const store = await open(database.url, { migrate: 'off' })
      const event = {
        ...{
          id: 'Goal/g/_history/1#01',
          caseId: 'c',
          patient: 'p',
          type: 'GoalSet',
          noun: 'goal',
          nounId: 'g',
        },
        ...{ at: AT, recorded: AT, actor: 'Device/a', body: {} },
      }
      expect(await store.flush(changes({ writes: [patient('new')], events: [event] }))).toMatchObject({
        ok: true,
      })
      expect(await store.caseEvents(1, { count: 9 })).toEqual([event])
      await store.close()
    })

    test('processes that start together migrate once', async () => {
      await using database = await freshDatabase()
      const applied = await Promise.all(Array.from({ length: 4 }, () => migratePostgres(database.url)))
      expect(applied.flat().toSorted()).toEqual(migrations)
    })

    test('a schema of a newer release is refused', async () => {
      await using database = await freshDatabase()
      await migratePostgres(database.url)
      const client = new Client({ connectionString: database.url })
      await client.connect()
      await client.query(
        "insert into casewire_migration (number, name, hash) values (9999, '9999-later.sql', '')",
      )
      await client.end()
      await expect(open(database.url)).rejects.toThrow(/newer release/)
    })
  })

  test('without prepared statements, for a pooler in transaction mode, the store works the same', async () => {
    await using database = await freshDatabase()
    const store = await open(database.url, { prepare: false, lanes: 1 })
    expect(await store.flush(changes({ writes: [patient('unnamed')] }))).toMatchObject({ ok: true })
    expect(await store.read(1, patient('unnamed'))).toMatchObject({ version: 1, updated: AT })
    const client = new Client({ connectionString: database.url })
    await client.connect()
    const { rows } = await client.query(
      "select query from pg_stat_activity where application_name = 'casewire' and datname = current_database()",
    )
    expect(rows.length).toBeGreaterThan(0)
    await client.end()
    await store.close()
  })
})

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await holds()) return
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  throw new Error('it did not come to that in 4 s')
}

const count = async (client: Client, where: string): Promise<number> => {
  const { rows } = await client.query<{ n: string }>(
    `select count(*) as n from pg_stat_activity where application_name = 'casewire' and datname = current_database() and ${where}`,
  )
  return Number(rows[0]?.n)
}
const waiting = (client: Client): Promise<number> => count(client, "wait_event_type = 'Lock'")
const connections = (client: Client): Promise<number> => count(client, 'true')
