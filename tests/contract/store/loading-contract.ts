import { describe, expect, test } from 'vitest'
import { derivedId, shardOfKey } from '../../../src/lib/ids.ts'
import { searchParameterOf } from '../../../src/fhir/search/parameters.ts'
import type { Write } from '../../../src/commands/ports/store.ts'
import { fact, known, patientId, write, type StoreTrial } from './store-trial.ts'

/** What a decision is made on, and what a search finds. */
export function loadingContract(trial: StoreTrial): void {
  const { flush, fresh, read } = trial

  describe('loading', () => {
    test('a compartment is loaded with its tombstones, only of the types asked for', async () => {
      const of = fresh()
      const patient = patientId(of, 'a')
      const shard = shardOfKey(of, 'a')
      const member = (type: string, body: object): Write => {
        const id = derivedId(shard, of, type, 'x')
        return { type, id, shard, expect: 0, versions: [{ resourceType: type, id, ...body }] }
      }
      const subject = { reference: `Patient/${patient}` }
      const encounter = member('Encounter', { status: 'planned', subject })
      await flush(of, {
        writes: [
          write(of, 'a', 0),
          encounter,
          member('Task', { status: 'requested', for: subject }),
          member('Coverage', { beneficiary: subject }),
        ],
      })
      const [stored] = (await trial.store().load({ tenant: of, lane: 0, keys: [encounter] })).resources
      await flush(of, { writes: [{ ...encounter, ...known(stored), expect: 1, versions: [undefined] }] })
      const { resources } = await trial.store().load({
        tenant: of,
        lane: 0,
        compartments: { patients: [patient], types: ['Encounter', 'Task'] },
      })
      expect(resources.map(({ type, deleted }) => `${type} ${deleted}`).toSorted()).toEqual([
        'Encounter true',
        'Task false',
      ])
    })

    test('a record is loaded by a resource of it: compartment, facts and registers of its patient alone', async () => {
      const of = fresh()
      const patient = patientId(of, 'a')
      const shard = shardOfKey(of, 'a')
      const member = (type: string, name: string, body: object): Write => {
        const id = derivedId(shard, of, type, name)
        return { type, id, shard, expect: 0, versions: [{ resourceType: type, id, ...body }] }
      }
      const episode = member('EpisodeOfCare', 'e', {
        status: 'active',
        patient: { reference: `Patient/${patient}` },
      })
      const named = { ...member('EpisodeOfCare', 'n', {}), id: 'chosen', clientAssigned: true }
      const assigned: Write = {
        ...named,
        versions: [{ ...episode.versions[0], resourceType: 'EpisodeOfCare', id: 'chosen' }],
      }
      await flush(of, {
        writes: [
          write(of, 'a', 0),
          write(of, 'b', 0),
          episode,
          assigned,
          member('Coverage', 'c', { beneficiary: { reference: `Patient/${patient}` } }),
        ],
        facts: [fact(patient), fact('other')],
        said: [{ subject: patient, scope: '', version: 1, body: { x: 'y' } }],
      })
      const load = (id: string) =>
        trial.store().load({
          tenant: of,
          lane: 0,
          recordOf: { key: { type: 'EpisodeOfCare', id }, types: ['Patient', 'EpisodeOfCare'] },
        })
      for (const id of [episode.id, 'chosen']) {
        const { resources, facts, said } = await load(id)
        expect(resources.map(({ type, id: one }) => `${type}/${one}`).toSorted()).toEqual(
          [`EpisodeOfCare/${episode.id}`, 'EpisodeOfCare/chosen', `Patient/${patient}`].toSorted(),
        )
        expect([facts.map(({ subject }) => subject), said.map(({ body }) => body)]).toEqual([
          [patient],
          [{ x: 'y' }],
        ])
      }
      expect((await load('nowhere')).resources).toEqual([])
    })

    test('of a record that is known up to an instant only what changed is loaded, and what tells whether that is all', async () => {
      const of = fresh()
      const patient = patientId(of, 'a')
      const shard = shardOfKey(of, 'a')
      const member = (name: string): Write => {
        const id = derivedId(shard, of, 'EpisodeOfCare', name)
        const body = { status: 'active', patient: { reference: `Patient/${patient}` } }
        return {
          ...{ type: 'EpisodeOfCare', id, shard, expect: 0 },
          versions: [{ resourceType: 'EpisodeOfCare', id, ...body }],
        }
      }
      const [first, second] = [member('first'), member('second')]
      const load = (after?: string) =>
        trial.store().load({
          tenant: of,
          lane: 0,
          recordOf: { key: first, types: ['EpisodeOfCare'], ...(after !== undefined && { after }) },
        })
      const xor = (marks: Iterable<bigint>) => [...marks].reduce((all, one) => all ^ one, 0n)
      await flush(of, { writes: [first, second] })
      const before = await load()
      expect(before.record?.rows).toBe(2)
      expect(before.record?.mark).toBe(xor(before.record?.marks.values() ?? []))
      const stood = before.resources.find(({ id }) => id === second.id)
      await flush(of, {
        at: '2026-12-24T10:00:00.000Z',
        writes: [{ ...second, ...known(stood), expect: 1, versions: [...second.versions] }],
      })
      const since = await load('2026-12-24T00:00:00.000Z')
      expect(since.resources.map(({ id, version }) => `${id} ${version}`)).toEqual([`${second.id} 2`])
      expect([...(since.record?.marks.keys() ?? [])]).toEqual(since.resources)
      const after = await load()
      expect([since.record?.rows, since.record?.mark]).toEqual([2, after.record?.mark])
      expect(after.record?.mark).not.toBe(before.record?.mark)
      const none = await load('2026-12-24T10:00:00.000Z')
      expect([none.resources, none.record?.rows, none.record?.mark]).toEqual([[], 2, after.record?.mark])
    })

    test('a version that was lost and made again by another writer has another mark', async () => {
      const markAfter = async (at: string, name: string) => {
        const of = fresh()
        const shard = shardOfKey(of, 'a')
        const id = 'the-same'
        const patient = { reference: `Patient/${patientId(of, 'a')}` }
        const key = { type: 'EpisodeOfCare', id }
        const resource = { resourceType: 'EpisodeOfCare', id, identifier: [{ value: name }], patient }
        await flush(of, {
          at,
          writes: [{ ...key, shard, expect: 0, clientAssigned: true, versions: [resource] }],
        })
        const recordOf = { key, types: ['EpisodeOfCare'] }
        return (await trial.store().load({ tenant: of, lane: 0, recordOf })).record?.mark
      }
      const [first, again, later, changed] = [
        await markAfter('2026-12-24T10:00:00.000Z', 'x'),
        await markAfter('2026-12-24T10:00:00.000Z', 'x'),
        await markAfter('2026-12-24T10:00:00.001Z', 'x'),
        await markAfter('2026-12-24T10:00:00.000Z', 'y'),
      ]
      expect(new Set([first, later, changed]).size).toBe(3)
      expect(again).toBe(first)
    })

    test('facts are kept once, under the subject they were sent for', async () => {
      const of = fresh()
      await flush(of, { facts: [fact('p'), { ...fact('p'), id: 'second' }, fact('q')] })
      await flush(of, { facts: [{ ...fact('p'), body: { changed: true } }] })
      const { facts } = await trial.store().load({ tenant: of, lane: 0, subjects: ['p'] })
      expect(facts.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
        fact('p'),
        { ...fact('p'), id: 'second' },
      ])
    })

    test('what a flush wrote is seen by the next load, and by a load that locks', async () => {
      const of = fresh()
      for (let version = 0; version < 20; version += 1) {
        const [stored] = (
          await trial.store().load({
            tenant: of,
            lane: 0,
            keys: [{ type: 'Patient', id: patientId(of, 'a') }],
            lock: version % 5 === 4,
          })
        ).resources
        expect(stored?.version ?? 0).toBe(version)
        await flush(of, { writes: [write(of, 'a', version, known(stored))] })
      }
    })

    test('a load that locks and never flushes does not keep the lane for ever', async () => {
      const of = fresh()
      await flush(of, { writes: [write(of, 'a', 0), write(of, 'b', 0)] })
      await trial.store().load({
        tenant: of,
        lane: 0,
        keys: [{ type: 'Patient', id: patientId(of, 'a') }],
        lock: true,
      })
      await flush(of, { writes: [write(of, 'b', 1, known(await read(of, 'b')))] })
      expect(await read(of, 'b')).toMatchObject({ version: 2 })
    })
  })

  describe('search rows', () => {
    const byIdentifier = async (of: number, code: string): Promise<number> => {
      const parameter = searchParameterOf('Patient', 'identifier')
      if (!parameter) throw new Error('Patient has no identifier parameter')
      const { matches } = await trial.store().search(of, {
        type: 'Patient',
        where: [{ kind: 'filter', filter: { parameter, values: [{ kind: 'token', code }] } }],
        sort: [],
        count: 10,
        includes: [],
        revIncludes: [],
        total: 'none',
        countOnly: false,
      })
      return matches.length
    }
    const identified = (value: string, language?: string) => ({
      identifier: [{ system: 'urn:s', value }],
      ...(language && { language }),
    })

    test('search finds the last version of a flush and not what an update replaced', async () => {
      const of = fresh()
      await flush(of, {
        writes: [write(of, 'a', 0, { resources: [identified('first'), identified('second')] })],
      })
      expect([await byIdentifier(of, 'first'), await byIdentifier(of, 'second')]).toEqual([0, 1])
      await flush(of, {
        writes: [write(of, 'a', 2, { ...known(await read(of, 'a')), resources: [identified('third')] })],
      })
      expect([await byIdentifier(of, 'second'), await byIdentifier(of, 'third')]).toEqual([0, 1])
    })

    test('a deleted resource is not found, and is found again when it is brought back', async () => {
      const of = fresh()
      await flush(of, { writes: [write(of, 'a', 0, { resources: [identified('x')] })] })
      await flush(of, {
        writes: [{ ...write(of, 'a', 1, known(await read(of, 'a'))), versions: [undefined] }],
      })
      expect(await byIdentifier(of, 'x')).toBe(0)
      await flush(of, {
        writes: [write(of, 'a', 2, { ...known(await read(of, 'a')), resources: [identified('x')] })],
      })
      expect(await byIdentifier(of, 'x')).toBe(1)
    })

    test('search rows are rewritten only when their hash changes', async () => {
      const of = fresh()
      await flush(of, { writes: [write(of, 'a', 0, { resources: [identified('old', 'x-same')] })] })
      await flush(of, {
        writes: [
          write(of, 'a', 1, { ...known(await read(of, 'a')), resources: [identified('new', 'x-same')] }),
        ],
      })
      expect([await byIdentifier(of, 'old'), await byIdentifier(of, 'new')]).toEqual([1, 0])
    })
  })
}
