import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseJson } from '../../../src/lib/json.ts'
import { shardOfKey } from '../../../src/lib/ids.ts'
import type { Resource } from '../../../src/fhir/resource.ts'
import { isResourceType } from '../../../src/fhir/resource-types.ts'
import type { IndexEntry } from '../../../src/fhir/search/indexing/index-entry.ts'
import { indexResource } from '../../../src/fhir/search/indexing/index-resource.ts'
import type { Stored } from '../../../src/commands/ports/store.ts'
import { reindexAll } from '../../../src/commands/reindex.ts'
import type { Db } from '../../../src/store/connection/db.ts'
import { openFlush } from '../../../src/store/writes/flush.ts'
import { adoptIndex, openReindex } from '../../../src/store/reindex.ts'

/** A migrated, empty database. */
export type OpenDb = () => Promise<{ readonly db: Db; readonly close: () => Promise<void> }>

const AT = '2026-10-05T18:30:00.000Z'
const TABLES = ['ix', 'ix_date', 'ix_number', 'ix_composite', 'ix_text'] as const
const V1 = { name: 'one', code: 1 }
const V2 = { name: 'two', code: 2 }
const V3 = { name: 'three', code: 3 }

/** What a release before numbers and composites would have indexed. */
const firstRelease = (resource: Resource): IndexEntry => {
  const { lookups, dates, ...entry } = indexResource(resource)
  const plain = lookups.filter(({ parameter }) => parameter < 2_000)
  const { patient, status, owner, startMs, endMs } = entry
  const columns = Object.fromEntries(
    Object.entries({ patient, status, owner, startMs, endMs }).filter(([, value]) => value !== undefined),
  )
  return { ...columns, lookups: plain, dates, hash: BigInt(plain.length) * 0x1234_5678_9abn + 5n }
}

const examples = join(process.env['CASEWIRE_DATA'] ?? '../shared/data', 'fhir/r4-core')

function exampleResources(): readonly Resource[] {
  if (!existsSync(examples)) {
    throw new Error(`The public R4 examples are missing at ${examples}: set CASEWIRE_DATA to the data folder`)
  }
  return readdirSync(examples)
    .filter(name => /^[A-Z].*\.json$/.test(name))
    .map(name => parseJson(readFileSync(join(examples, name), 'utf8')) as Resource)
    .filter(({ resourceType, id }) => isResourceType(resourceType) && id !== undefined)
}

const observation = (value: number, more: object = {}): Resource => ({
  resourceType: 'Observation',
  id: 'weight',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '29463-7', display: 'Body weight' }] },
  valueQuantity: { value, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
  text: {
    status: 'generated',
    div: `<div xmlns="http://www.w3.org/1999/xhtml">weighs <b>${value}</b></div>`,
  },
  ...more,
})

/** A row without its place and whose it is. */
const valuesIn = (row: object): string =>
  JSON.stringify({ ...row, place: undefined, rid: undefined, shard: undefined })

/** What every back end must do with the rows of search values. */
export function indexContract(open: OpenDb): void {
  let under: Awaited<ReturnType<OpenDb>>
  let tenant = 0
  beforeAll(async () => {
    under = await open()
  })
  afterAll(() => under.close())

  const write = async (
    resource: Resource,
    before?: Stored,
    index: (resource: Resource) => IndexEntry = indexResource,
    standing?: () => Resource,
  ): Promise<Stored> => {
    const { resourceType: type, id = '' } = resource
    const shard = shardOfKey(tenant, `${type}/${id}`)
    const known = before ? { expectIndexHash: before.indexHash, expectUpdated: before.updated } : {}
    const versions = [resource['gone'] === true ? undefined : resource]
    const was = standing ? { before: standing } : {}
    const writes = [{ type, id, shard, expect: before?.version ?? 0, versions, ...known, ...was }]
    const flushed = await openFlush(under.db, index)({ tenant, lane: 0, at: AT, writes })
    if (!flushed.ok) throw new Error(`conflict: ${JSON.stringify(flushed.failure)}`)
    const [stored] = flushed.value.written
    if (!stored) throw new Error('a flush gives what it wrote')
    return stored
  }
  const rowsOf = async (of: number, place = false): Promise<Record<string, readonly object[]>> => {
    const found: Record<string, readonly object[]> = {}
    for (const table of TABLES) {
      const { rows } = await under.db.query<Record<string, unknown>>({
        text: `select ${place ? 'ctid::text as place, ' : ''}x.* from ${table} x where tenant = ${of}`,
      })
      found[table] = rows
        .map(row => ({ ...row, tenant: undefined }))
        .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
    }
    return found
  }
  const counts = async (): Promise<readonly number[]> => {
    const rows = await rowsOf(tenant)
    return ['ix_number', 'ix_composite', 'ix_text'].map(table => rows[table]?.length ?? 0)
  }

  describe('a flush', () => {
    test('writes numbers, composites and words beside the other values, in canonical units too', async () => {
      tenant += 1
      await write(observation(72.5))
      const { ix_number: numbers, ix_composite: composites } = await rowsOf(tenant)
      const kg = { code: 'kg', unit: 'kg', sys: 'http://unitsofmeasure.org', canonical: false }
      expect(numbers).toContainEqual(expect.objectContaining({ low: '72.5', high: '72.5', ...kg }))
      expect(numbers).toContainEqual(
        expect.objectContaining({ low: '72500', high: '72500', code: 'g', canonical: true }),
      )
      expect(composites).toContainEqual(
        expect.objectContaining({ val: '29463-7', val2: 'g', low: '72500', canonical: true }),
      )
      const words = await under.db.query<{ n: number }>({
        text: `select count(*)::int as n from ix_text where tenant = ${tenant} and body @@ websearch_to_tsquery('simple', 'weighs 72.5')`,
      })
      expect(words.rows).toEqual([{ n: 1 }])
    })

    test('rewrites them when they change, leaves them alone when they do not, and clears them in the end', async () => {
      tenant += 1
      const first = await write(observation(72.5))
      const before = await rowsOf(tenant, true)
      const second = await write(observation(72.5, { issued: AT }), first)
      expect(await rowsOf(tenant, true)).toEqual(before)
      const third = await write(observation(80, { text: undefined }), second)
      expect(JSON.stringify(await rowsOf(tenant))).not.toContain('72.5')
      expect(await counts()).toEqual([2, 2, 0])
      const fourth = await write(observation(80, { text: undefined, valueQuantity: undefined }), third)
      expect(await counts()).toEqual([0, 0, 0])
      const fifth = await write(observation(80), fourth)
      expect(await counts()).toEqual([2, 2, 1])
      await write({ ...observation(80), gone: true }, fifth)
      expect(Object.values(await rowsOf(tenant)).flat()).toEqual([])
    })

    test('writes of changed search values those alone that changed, whether it knows what stood there or not', async () => {
      tenant += 1
      const line = (city: string) => ({ address: [{ city, country: 'DE', use: 'home' }] })
      const base = { resourceType: 'Patient', id: 'moves', birthDate: '1970-01-01', ...line('Berlin') }
      const versions: readonly Resource[] = [
        base,
        { ...base, ...line('Bonn') },
        { ...base, ...line('Bonn'), birthDate: '1971-01-01', gender: 'other' },
        { ...base, ...line('DE'), gender: 'other' },
        base,
      ]
      const remembering = (resource: Resource): IndexEntry => indexResource(resource)
      for (const isKnown of [true, false]) {
        tenant += 1
        let before: Stored | undefined
        let standing: Resource | undefined
        for (const version of versions) {
          const [had, was] = [await rowsOf(tenant, true), standing]
          before = await write(
            version,
            before,
            isKnown ? remembering : one => indexResource(one),
            was && (() => was),
          )
          standing = version
          const has = await rowsOf(tenant, true)
          const kept = new Set(Object.values(had).flat().map(valuesIn))
          const places = new Set(
            Object.values(had)
              .flat()
              .map(row => JSON.stringify(row)),
          )
          const moved = Object.values(has)
            .flat()
            .filter(row => kept.has(valuesIn(row)) && !places.has(JSON.stringify(row)))
          expect(moved).toEqual([])
          const alone = tenant + 1_000
          const written = Object.values(await rowsOf(tenant))
            .flat()
            .map(valuesIn)
          tenant = alone
          await write({ ...version, id: `alone-${before.version}` })
          const fresh = Object.values(await rowsOf(alone)).flat()
          tenant = alone - 1_000
          const own = fresh.filter(row => JSON.stringify(row).includes(`alone-${before?.version}"`))
          expect(written.toSorted()).toEqual(own.map(valuesIn).toSorted())
        }
      }
      tenant += 2_000
    })

    test('sends no statement for the rare tables when nobody has, or had, rows in them', async () => {
      tenant += 1
      const plain = { resourceType: 'Patient', id: 'p', gender: 'female' }
      const first = await write(plain)
      const seen: string[] = []
      const tx: Db['tx'] = (lane, statements, keys) => {
        seen.push(...statements.map(({ name = '' }) => name))
        return under.db.tx(lane, statements, keys)
      }
      const flushed = await openFlush(
        { ...under.db, tx },
        indexResource,
      )({
        ...{ tenant, lane: 0, at: AT },
        writes: [
          {
            ...{ type: 'Patient', id: 'p', shard: first.shard, expect: 1 },
            ...{ expectIndexHash: first.indexHash, expectUpdated: first.updated },
            versions: [{ ...plain, gender: 'male' }],
          },
        ],
      })
      expect(flushed.ok).toBe(true)
      expect(seen.filter(name => /number|composite|text/.test(name))).toEqual([])
    })
  })

  describe('a reindex', () => {
    const prepare = async (): Promise<{ readonly old: number; readonly fresh: number }> => {
      await under.db.query({ text: 'delete from resource' })
      for (const table of TABLES) await under.db.query({ text: `delete from ${table}` })
      await under.db.query({
        text: "update index_state set version = '', code = 0, target = null, owner = null",
      })
      const resources = exampleResources()
      const [old, fresh] = [tenant + 1, tenant + 2]
      for (const [of, index] of [
        [old, firstRelease],
        [fresh, indexResource],
      ] as const) {
        tenant = of
        for (const resource of resources) await write(resource, undefined, index)
      }
      return { old, fresh }
    }
    const withoutShard = (rows: Record<string, readonly object[]>) =>
      Object.fromEntries(
        Object.entries(rows).map(([table, list]) => [
          table,
          list.map(row => JSON.stringify({ ...row, shard: undefined })).toSorted((a, b) => (a < b ? -1 : 1)),
        ]),
      )

    test('gives the rows of a fresh insert, survives a crash and works for one owner at a time', async () => {
      const { old, fresh } = await prepare()
      const queue = openReindex(under.db, { indexResource, indexVersion: V2 })
      expect(await queue.state()).toEqual({ isCurrent: false, done: 0, share: 0 })
      expect(await queue.step('one')).toBe('more')
      expect(await queue.step('two')).toBe('taken')
      const halfway = await queue.state()
      expect(halfway.done).toBeGreaterThan(0)
      // The owner is gone: its claim runs out, and another goes on from where it was.
      await under.db.query({ text: "update index_state set until = now() - interval '1 second'" })
      expect(await queue.step('two')).toBe('more')
      expect((await queue.state()).done).toBeGreaterThan(halfway.done)
      expect(await reindexAll(queue, 'two', () => undefined)).toBe(true)
      expect(await queue.state()).toEqual({ isCurrent: true, done: 0, share: 1 })
      expect(await queue.step('one')).toBe('current')
      expect(withoutShard(await rowsOf(old))).toEqual(withoutShard(await rowsOf(fresh)))
      expect((await rowsOf(old))['ix_number']).not.toEqual([])
      const hashes = (of: number) =>
        under.db.query({
          text: `select type, id, ixh, patient, status, owner, ds, de from resource where tenant = ${of} order by type, id`,
        })
      expect((await hashes(old)).rows).toEqual((await hashes(fresh)).rows)
    })

    test('does not spoil what is written meanwhile, nor is it spoilt', async () => {
      await prepare()
      const queue = openReindex(under.db, { indexResource, indexVersion: V2 })
      tenant += 1
      const before = await write(observation(70), undefined, firstRelease)
      // A writer that has loaded before the reindex and flushes after it: decided again, because its rows are others now.
      await reindexAll(queue, 'one', () => undefined)
      await expect(write(observation(71), before)).rejects.toThrow('stale')
      const { rows } = await under.db.query<{ ixh: string }>({
        text: `select ixh from resource where tenant = ${tenant}`,
      })
      await write(observation(71), { ...before, indexHash: BigInt(rows[0]?.ixh ?? 0) })
      expect(await counts()).toEqual([2, 2, 1])
      expect(JSON.stringify(await rowsOf(tenant))).not.toContain('"70')
      // A batch that was read before a write: read again.
      await queue.restart()
      let isFirst = true
      const racing: Db = {
        ...under.db,
        tx: async (lane, statements, keys) => {
          if (isFirst) await under.db.query({ text: 'update resource set version = version + 1' })
          isFirst = false
          return under.db.tx(lane, statements, keys)
        },
      }
      const late = openReindex(racing, { indexResource, indexVersion: V2 })
      expect(await late.step('one')).toBe('more')
      expect((await late.state()).done).toBe(0)
      expect(await reindexAll(late, 'one', () => undefined)).toBe(true)
    })

    test('is not needed in an empty database, and an older program leaves the rows of a later one alone', async () => {
      await under.db.query({ text: 'delete from resource' })
      await under.db.query({ text: "update index_state set version = 'empty', code = 0, owner = null" })
      await adoptIndex(under.db, V2)
      const queue = openReindex(under.db, { indexResource, indexVersion: V2 })
      expect(await queue.step('one')).toBe('current')
      expect(await openReindex(under.db, { indexResource, indexVersion: V1 }).step('old')).toBe('current')
      const later = openReindex(under.db, { indexResource, indexVersion: V3 })
      expect((await later.state()).isCurrent).toBe(false)
      expect(await later.step('new')).toBe('finished')
      expect(await queue.step('one')).toBe('current')
    })
  })
}
