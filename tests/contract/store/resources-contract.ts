import { describe, expect, test } from 'vitest'
import { derivedId, shardOfKey } from '../../../src/lib/ids.ts'
import { parseJson } from '../../../src/lib/json.ts'
import type { Write } from '../../../src/commands/ports/store.ts'
import { AT, known, patientId, write, type StoreTrial } from './store-trial.ts'

/** Current rows, versions and tombstones. */
export function resourcesContract(trial: StoreTrial): void {
  const { conflict, flush, fresh, read } = trial

  describe('resources', () => {
    test('a created resource is read back with its id, version and time inside its content', async () => {
      const of = fresh()
      await flush(of, { writes: [write(of, 'a', 0)] })
      const stored = await read(of, 'a')
      expect(stored).toMatchObject({
        type: 'Patient',
        version: 1,
        updated: AT,
        deleted: false,
        shard: shardOfKey(of, 'a'),
      })
      expect(JSON.parse(stored?.content ?? '')).toEqual({
        resourceType: 'Patient',
        id: patientId(of, 'a'),
        meta: { versionId: '1', lastUpdated: AT },
        gender: 'female',
      })
    })

    test('a flush answers with the rows as they stand afterwards', async () => {
      const of = fresh()
      const written = await flush(of, { writes: [write(of, 'a', 0), write(of, 'b', 0)] })
      expect(written).toEqual([await read(of, 'a'), await read(of, 'b')])
    })

    test('the rest of meta and the digits of decimals are kept', async () => {
      const of = fresh()
      const body = parseJson(
        '{"meta":{"source":"urn:x","versionId":"9"},"extension":[{"url":"u","valueDecimal":1.50}]}',
      ) as object
      await flush(of, { writes: [write(of, 'a', 0, { resources: [body] })] })
      const stored = await read(of, 'a')
      expect(stored?.content).toContain('"valueDecimal":1.50')
      expect(JSON.parse(stored?.content ?? '')).toMatchObject({
        meta: { source: 'urn:x', versionId: '1', lastUpdated: AT },
      })
    })

    test('versions have no gaps, whatever one flush adds', async () => {
      const of = fresh()
      await flush(of, {
        writes: [
          write(of, 'a', 0, { resources: [{ gender: 'female' }, { gender: 'male' }, { gender: 'other' }] }),
        ],
      })
      await flush(of, {
        writes: [write(of, 'a', 3, { ...known(await read(of, 'a')), resources: [{ gender: 'unknown' }] })],
      })
      const history = await trial
        .store()
        .history(of, { type: 'Patient', id: patientId(of, 'a') }, { count: 10 })
      expect(history.map(({ version }) => version)).toEqual([4, 3, 2, 1])
      expect(history.map(({ content }) => (JSON.parse(content) as { gender: string }).gender)).toEqual([
        'unknown',
        'other',
        'male',
        'female',
      ])
    })

    test('lastUpdated grows strictly with the version, even when the clock stands still or goes back', async () => {
      const of = fresh()
      await flush(of, {
        writes: [write(of, 'a', 0, { resources: [{ gender: 'female' }, { gender: 'male' }] })],
      })
      await flush(of, {
        at: '2026-10-05T18:00:00.000Z',
        writes: [write(of, 'a', 2, known(await read(of, 'a')))],
      })
      const history = await trial
        .store()
        .history(of, { type: 'Patient', id: patientId(of, 'a') }, { count: 10 })
      const times = history.map(({ updated }) => updated)
      expect(times).toEqual(['2026-10-05T18:30:00.002Z', '2026-10-05T18:30:00.001Z', AT])
    })

    test('history pages by version', async () => {
      const of = fresh()
      await flush(of, {
        writes: [
          write(of, 'a', 0, { resources: Array.from({ length: 5 }, (_, n) => ({ language: `l${n}` })) }),
        ],
      })
      const key = { type: 'Patient', id: patientId(of, 'a') }
      expect((await trial.store().history(of, key, { count: 2 })).map(({ version }) => version)).toEqual([
        5, 4,
      ])
      expect(
        (await trial.store().history(of, key, { before: 4, count: 2 })).map(({ version }) => version),
      ).toEqual([3, 2])
    })

    test('a version is read by its number, and one that never was is not there', async () => {
      const of = fresh()
      await flush(of, {
        writes: [write(of, 'a', 0, { resources: [{ gender: 'female' }, { gender: 'male' }] })],
      })
      const key = { type: 'Patient', id: patientId(of, 'a') }
      expect((await trial.store().readVersion(of, key, 1))?.content).toContain('female')
      expect(await trial.store().readVersion(of, key, 3)).toBeUndefined()
      expect(await trial.store().read(of, { type: 'Patient', id: 'nobody' })).toBeUndefined()
    })

    test('a deletion leaves a tombstone with a version of its own, and writing over it brings the resource back', async () => {
      const of = fresh()
      await flush(of, { writes: [write(of, 'a', 0)] })
      await flush(of, {
        writes: [{ ...write(of, 'a', 1, known(await read(of, 'a'))), versions: [undefined] }],
      })
      const tombstone = await read(of, 'a')
      expect(tombstone).toMatchObject({ version: 2, deleted: true, content: '' })
      await flush(of, { writes: [write(of, 'a', 2, known(tombstone))] })
      expect(await read(of, 'a')).toMatchObject({ version: 3, deleted: false })
      const history = await trial
        .store()
        .history(of, { type: 'Patient', id: patientId(of, 'a') }, { count: 10 })
      expect(history.map(({ deleted }) => deleted)).toEqual([false, true, false])
    })

    test('an id that a client chose is found, and is unique whatever shard it is given', async () => {
      const of = fresh()
      const mine: Write = {
        type: 'Patient',
        id: 'chosen',
        shard: 7,
        expect: 0,
        clientAssigned: true,
        versions: [{ resourceType: 'Patient', id: 'chosen' }],
      }
      await flush(of, { writes: [mine] })
      expect(await trial.store().read(of, { type: 'Patient', id: 'chosen' })).toMatchObject({
        shard: 7,
        version: 1,
      })
      expect(await trial.store().readVersion(of, { type: 'Patient', id: 'chosen' }, 1)).toMatchObject({
        version: 1,
      })
      expect(await conflict(of, { writes: [{ ...mine, shard: 8 }] })).toEqual({
        kind: 'stale',
        keys: ['Patient/chosen'],
        subjects: [],
      })
      const { resources } = await trial.store().load({
        tenant: of,
        lane: 0,
        keys: [{ type: 'Patient', id: 'chosen' }],
      })
      expect(resources).toHaveLength(1)
    })

    test('a client may choose an id that looks like ours but lives in another shard', async () => {
      const of = fresh()
      const id = derivedId(5, of, 'Task', 'x')
      await flush(of, {
        writes: [
          {
            type: 'Task',
            id,
            shard: 9,
            expect: 0,
            clientAssigned: true,
            versions: [{ resourceType: 'Task', id }],
          },
        ],
      })
      expect(await trial.store().read(of, { type: 'Task', id })).toMatchObject({ shard: 9 })
      expect(
        (await trial.store().load({ tenant: of, lane: 0, keys: [{ type: 'Task', id }] })).resources,
      ).toHaveLength(1)
    })

    test('tenants do not see each other', async () => {
      const [one, two] = [fresh(), fresh()]
      const id = 'shared'
      const mine: Write = {
        type: 'Patient',
        id,
        shard: 1,
        expect: 0,
        clientAssigned: true,
        versions: [{ resourceType: 'Patient', id }],
      }
      await flush(one, { writes: [mine] })
      expect(await trial.store().read(two, { type: 'Patient', id })).toBeUndefined()
      await flush(two, { writes: [mine] })
    })
  })
}
