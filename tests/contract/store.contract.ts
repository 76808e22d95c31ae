import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { derivedId, shardOfKey } from '../../src/lib/ids.ts'
import { parseJson } from '../../src/lib/json.ts'
import { indexResource } from '../../src/fhir/search/index-resource.ts'
import { searchParameterOf } from '../../src/fhir/search/parameters.ts'
import type { Resource } from '../../src/fhir/resource.ts'
import type { IndexEntry } from '../../src/fhir/search/index-entry.ts'
import { inboxIdOf } from '../../src/commands/inbox-id.ts'
import type {
  Changes,
  FlushConflict,
  InboxWrite,
  Store,
  Stored,
  Write,
} from '../../src/commands/ports/store.ts'

/** Two handles on one store: separate processes' worth of connections where the back end allows it. */
export interface StoreUnderTest {
  readonly store: Store
  readonly other: Store
  readonly close: () => Promise<void>
}

export interface ContractClock {
  nowMs: () => number
}

/** The store's real indexer, but a resource of language `x-same` always says that its search values are the same. */
export const contractIndexer = (resource: Resource): IndexEntry =>
  resource['language'] === 'x-same' ? { ...indexResource(resource), hash: 42n } : indexResource(resource)

const AT = '2026-10-05T18:30:00.000Z'
const AT_MS = Date.parse(AT)

/** What every back end of the store promises to its callers; `open` makes an empty store whose time is `clock`. */
export function storeContract(open: (clock: ContractClock) => Promise<StoreUnderTest>): void {
  const clock: ContractClock = { nowMs: () => AT_MS }
  let under: StoreUnderTest
  let tenant = 0

  beforeAll(async () => {
    under = await open(clock)
  })
  afterAll(() => under.close())

  /** A tenant of its own for each test, so that tests share nothing. */
  const fresh = (): number => {
    tenant += 1
    return tenant
  }

  const patientId = (of: number, key: string): string => derivedId(shardOfKey(of, key), of, 'Patient', key)

  const write = (
    of: number,
    key: string,
    expect: number,
    rest: Partial<Write> & { readonly resources?: readonly object[] } = {},
  ): Write => {
    const { resources = [{ gender: 'female' }], ...more } = rest
    const id = patientId(of, key)
    const versions = resources.map(body => ({ resourceType: 'Patient', id, ...body }))
    return { type: 'Patient', id, shard: shardOfKey(of, key), expect, versions, ...more }
  }

  const changes = (of: number, parts: Partial<Changes>): Changes => ({
    tenant: of,
    lane: 0,
    at: AT,
    writes: [],
    ...parts,
  })

  const flush = async (
    of: number,
    parts: Partial<Changes>,
    store = under.store,
  ): Promise<readonly Stored[]> => {
    const flushed = await store.flush(changes(of, parts))
    if (!flushed.ok) throw new Error(`conflict: ${JSON.stringify(flushed.failure)}`)
    return flushed.value.written
  }

  const conflict = async (of: number, parts: Partial<Changes>): Promise<FlushConflict> => {
    const flushed = await under.store.flush(changes(of, parts))
    if (flushed.ok) throw new Error('no conflict')
    return flushed.failure
  }

  const read = (of: number, key: string): Promise<Stored | undefined> =>
    under.store.read(of, { type: 'Patient', id: patientId(of, key) })

  const known = (stored: Stored | undefined): Partial<Write> =>
    stored ? { expectIndexHash: stored.indexHash, expectUpdated: stored.updated } : {}

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
      const history = await under.store.history(
        of,
        { type: 'Patient', id: patientId(of, 'a') },
        { count: 10 },
      )
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
      const history = await under.store.history(
        of,
        { type: 'Patient', id: patientId(of, 'a') },
        { count: 10 },
      )
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
      expect((await under.store.history(of, key, { count: 2 })).map(({ version }) => version)).toEqual([5, 4])
      expect(
        (await under.store.history(of, key, { before: 4, count: 2 })).map(({ version }) => version),
      ).toEqual([3, 2])
    })

    test('a version is read by its number, and one that never was is not there', async () => {
      const of = fresh()
      await flush(of, {
        writes: [write(of, 'a', 0, { resources: [{ gender: 'female' }, { gender: 'male' }] })],
      })
      const key = { type: 'Patient', id: patientId(of, 'a') }
      expect((await under.store.readVersion(of, key, 1))?.content).toContain('female')
      expect(await under.store.readVersion(of, key, 3)).toBeUndefined()
      expect(await under.store.read(of, { type: 'Patient', id: 'nobody' })).toBeUndefined()
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
      const history = await under.store.history(
        of,
        { type: 'Patient', id: patientId(of, 'a') },
        { count: 10 },
      )
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
      expect(await under.store.read(of, { type: 'Patient', id: 'chosen' })).toMatchObject({
        shard: 7,
        version: 1,
      })
      expect(await under.store.readVersion(of, { type: 'Patient', id: 'chosen' }, 1)).toMatchObject({
        version: 1,
      })
      expect(await conflict(of, { writes: [{ ...mine, shard: 8 }] })).toEqual({
        kind: 'stale',
        keys: ['Patient/chosen'],
        subjects: [],
      })
      const { resources } = await under.store.load({
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
      expect(await under.store.read(of, { type: 'Task', id })).toMatchObject({ shard: 9 })
      expect(
        (await under.store.load({ tenant: of, lane: 0, keys: [{ type: 'Task', id }] })).resources,
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
      expect(await under.store.read(two, { type: 'Patient', id })).toBeUndefined()
      await flush(two, { writes: [mine] })
    })
  })

  describe('conflicts', () => {
    test('a write decided on an old version is stale and names every such key', async () => {
      const of = fresh()
      await flush(of, { writes: ['a', 'b', 'c'].map(key => write(of, key, 0)) })
      const found = await conflict(of, { writes: [write(of, 'a', 1), write(of, 'b', 2), write(of, 'c', 5)] })
      expect(found).toMatchObject({ kind: 'stale', subjects: [] })
      const expected = ['b', 'c'].map(key => `Patient/${patientId(of, key)}`)
      expect(found.kind === 'stale' && found.keys.toSorted()).toEqual(expected.toSorted())
    })

    test('creating what exists is stale', async () => {
      const of = fresh()
      await flush(of, { writes: [write(of, 'a', 0)] })
      expect(await conflict(of, { writes: [write(of, 'a', 0)] })).toEqual({
        kind: 'stale',
        keys: [`Patient/${patientId(of, 'a')}`],
        subjects: [],
      })
    })

    test('a register decided on an old version is stale and names its subject', async () => {
      const of = fresh()
      const said = (version: number) => [{ subject: 'p', scope: '', version, body: { version } }]
      await flush(of, { said: said(1) })
      await flush(of, { said: said(2) })
      expect(await conflict(of, { said: said(2) })).toEqual({ kind: 'stale', keys: [], subjects: ['p'] })
      expect(await conflict(of, { said: said(1) })).toEqual({ kind: 'stale', keys: [], subjects: ['p'] })
      expect((await under.store.load({ tenant: of, lane: 0, subjects: ['p'] })).said).toEqual(said(2))
    })

    test('a conflict writes nothing of its batch', async () => {
      const of = fresh()
      await flush(of, { writes: [write(of, 'a', 0)] })
      await conflict(of, {
        writes: [write(of, 'b', 0), write(of, 'a', 7)],
        outbox: [{ target: `peer:none-${of}`, key: 'b', payload: {} }],
        facts: [fact('b')],
        timers: { put: [{ id: 'never', due: AT, kind: 'k', subject: 'b', payload: {} }], drop: [] },
      })
      expect(await read(of, 'b')).toBeUndefined()
      expect((await under.store.outbox.depth()).map(({ target }) => target)).not.toContain(`peer:none-${of}`)
      expect((await under.store.load({ tenant: of, lane: 0, subjects: ['b'] })).facts).toEqual([])
      expect(await under.store.timers.nextDue()).toBeUndefined()
    })

    test('a statement that the database refuses in the middle rolls back all, tells no value and leaves the store usable', async () => {
      const of = fresh()
      const bad = { id: 'nul\0byte', due: AT, kind: 'k', subject: 's', payload: {} }
      const refused = await under.store
        .flush(changes(of, { writes: [write(of, 'a', 0)], timers: { put: [bad], drop: [] } }))
        .catch((error: unknown) => error)
      expect(refused).toMatchObject({ name: 'StoreRefusal', code: '22021' })
      expect(String(refused)).not.toContain('byte')
      expect(await read(of, 'a')).toBeUndefined()
      await flush(of, { writes: [write(of, 'a', 0)] })
    })

    test('a batch that ends on a moved offset is fenced and writes nothing', async () => {
      const of = fresh()
      const topic = `t${of}`
      expect(await under.store.nextOffset('g', topic, 0)).toBe(0)
      await flush(of, {
        offset: { group: 'g', topic, partition: 0, from: 0, next: 10 },
        writes: [write(of, 'a', 0)],
      })
      expect(
        await conflict(of, {
          offset: { group: 'g', topic, partition: 0, from: 0, next: 12 },
          writes: [write(of, 'b', 0)],
        }),
      ).toEqual({ kind: 'fenced' })
      expect(await under.store.nextOffset('g', topic, 0)).toBe(10)
      expect(await read(of, 'b')).toBeUndefined()
    })

    test('a message that was claimed before is claimed, another payload under its id is not', async () => {
      const of = fresh()
      await flush(of, { inbox: [claim('1', 'aa')] })
      expect(
        await conflict(of, { inbox: [claim('2', 'bb'), claim('1', 'aa')], writes: [write(of, 'a', 0)] }),
      ).toEqual({ kind: 'claimed' })
      expect(await read(of, 'a')).toBeUndefined()
      await flush(of, { inbox: [claim('1', 'cc')] })
      const { messages } = await under.store.load({
        tenant: of,
        lane: 0,
        messages: [{ source: 'APP|FAC', messageId: '1' }],
      })
      expect(messages.map(({ payloadHash }) => payloadHash).toSorted()).toEqual(['aa', 'cc'])
    })

    test('two writers hammering ten patients lose no update, leave no gap and end', async () => {
      const of = fresh()
      const keys = Array.from({ length: 10 }, (_, n) => `p${n}`)
      const totals = await Promise.all(
        [under.store, under.other].map((store, lane) => hammer(store, { of, keys, lane, rounds: 30 })),
      )
      expect(totals).toEqual([30 * 4, 30 * 4])
      const rows = await Promise.all(keys.map(key => read(of, key)))
      expect(rows.map(row => countIn(row)).reduce((sum, n) => sum + n, 0)).toBe(2 * 30 * 4)
      const histories = await Promise.all(
        keys.map(key =>
          under.store.history(of, { type: 'Patient', id: patientId(of, key) }, { count: 1000 }),
        ),
      )
      for (const history of histories) {
        expect(history.map(({ version }) => version)).toEqual(
          history.map((_, index) => history.length - index),
        )
        expect(history.map(countIn)).toEqual(history.map((_, index) => history.length - index))
      }
    })
  })

  /** Adds 1 to four random patients a round; decides again what was stale, from the third try with locks. */
  async function hammer(
    store: Store,
    {
      of,
      keys,
      lane,
      rounds,
    }: {
      readonly of: number
      readonly keys: readonly string[]
      readonly lane: number
      readonly rounds: number
    },
  ): Promise<number> {
    let added = 0
    for (let round = 0; round < rounds; round += 1) {
      const chosen = keys.toSorted(() => Math.random() - 0.5).slice(0, 4)
      for (let attempt = 1; ; attempt += 1) {
        const ids = chosen.map(key => ({ type: 'Patient', id: patientId(of, key) }))
        const { resources } = await store.load({ tenant: of, lane, keys: ids, lock: attempt >= 3 })
        const byId = new Map(resources.map(stored => [stored.id, stored]))
        const writes = chosen.map(key => {
          const stored = byId.get(patientId(of, key))
          return write(of, key, stored?.version ?? 0, {
            ...known(stored),
            resources: [{ multipleBirthInteger: countIn(stored) + 1 }],
          })
        })
        const flushed = await store.flush(changes(of, { lane, writes }))
        if (flushed.ok) break
        expect(flushed.failure.kind).toBe('stale')
      }
      added += chosen.length
    }
    return added
  }

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
      const [stored] = (await under.store.load({ tenant: of, lane: 0, keys: [encounter] })).resources
      await flush(of, { writes: [{ ...encounter, ...known(stored), expect: 1, versions: [undefined] }] })
      const { resources } = await under.store.load({
        tenant: of,
        lane: 0,
        compartments: { patients: [patient], types: ['Encounter', 'Task'] },
      })
      expect(resources.map(({ type, deleted }) => [type, deleted]).toSorted()).toEqual([
        ['Encounter', true],
        ['Task', false],
      ])
    })

    test('facts are kept once, under the subject they were sent for', async () => {
      const of = fresh()
      await flush(of, { facts: [fact('p'), { ...fact('p'), id: 'second' }, fact('q')] })
      await flush(of, { facts: [{ ...fact('p'), body: { changed: true } }] })
      const { facts } = await under.store.load({ tenant: of, lane: 0, subjects: ['p'] })
      expect(facts.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
        fact('p'),
        { ...fact('p'), id: 'second' },
      ])
    })

    test('what a flush wrote is seen by the next load, and by a load that locks', async () => {
      const of = fresh()
      for (let version = 0; version < 20; version += 1) {
        const [stored] = (
          await under.store.load({
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
      await under.store.load({
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
      const { matches } = await under.store.search(of, {
        type: 'Patient',
        filters: [{ parameter, values: [{ kind: 'token', code }] }],
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

  describe('inbox', () => {
    test('entries are found by outcome, message and subject, newest first, page by page', async () => {
      const of = fresh()
      const entries = Array.from({ length: 5 }, (_, n) => ({
        ...claim(`m${n}`, `h${n}`),
        received: new Date(AT_MS + n * 1000).toISOString(),
        outcome: n % 2 === 0 ? ('ignored' as const) : ('applied' as const),
        subject: 'p',
      }))
      await flush(of, { inbox: entries })
      const ignored = await under.store.inbox.find(of, { outcome: ['ignored', 'dead-letter'], count: 2 })
      expect(ignored.map(({ messageId }) => messageId)).toEqual(['m4', 'm2'])
      const last = ignored.at(-1)
      const rest = await under.store.inbox.find(of, {
        outcome: ['ignored'],
        subject: 'p',
        count: 2,
        ...(last && { after: inboxIdOf(last) }),
      })
      expect(rest.map(({ messageId }) => messageId)).toEqual(['m0'])
      expect(await under.store.inbox.find(of, { messageId: 'm3', count: 9 })).toHaveLength(1)
    })

    test('an entry is kept byte for byte, is read by its id, and says what became of it when driven again', async () => {
      const of = fresh()
      const { mode: _mode, ...entry } = {
        ...claim('1', 'aa'),
        raw: Buffer.from([0, 13, 255, 92]),
        outcome: 'dead-letter' as const,
        reason: 'no-patient-identifier:PID-3',
      }
      await flush(of, { inbox: [{ ...entry, mode: 'claim' }] })
      expect(await under.store.inbox.get(of, inboxIdOf(entry))).toEqual(entry)
      const { reason: _reason, ...again } = {
        ...entry,
        outcome: 'applied' as const,
        resources: ['Patient/1', 'Encounter/2'],
      }
      await flush(of, { inbox: [{ ...again, mode: 'update' }] })
      expect(await under.store.inbox.get(of, inboxIdOf(entry))).toEqual(again)
      expect(await under.store.inbox.get(of, 'not an id')).toBeUndefined()
    })

    test('driving an unknown message again is an error', async () => {
      const of = fresh()
      await expect(
        under.store.flush(changes(of, { inbox: [{ ...claim('1', 'aa'), mode: 'update' }] })),
      ).rejects.toMatchObject({ code: 'CW404' })
    })
  })

  describe('outbox', () => {
    const lanes = Array.from({ length: 64 }, (_, n) => n)
    const put = (of: number, target: string, keys: readonly string[]) =>
      flush(of, { outbox: keys.map((key, n) => ({ target, key, payload: { n } })) })

    test('rows come in the order they were written, and go when they are done', async () => {
      const of = fresh()
      const target = `peer:order-${of}`
      await put(of, target, ['a', 'b', 'a'])
      const rows = await under.store.outbox.read(target, lanes, 10)
      expect(rows.map(({ key, payload }) => [key, payload])).toEqual([
        ['a', { n: 0 }],
        ['b', { n: 1 }],
        ['a', { n: 2 }],
      ])
      await under.store.outbox.done(rows.slice(0, 2).map(({ seq }) => seq))
      expect(await under.store.outbox.read(target, lanes, 10)).toEqual(rows.slice(2))
    })

    test('while a row waits for its retry its key stands still and the others go on', async () => {
      const of = fresh()
      const target = `peer:retry-${of}`
      await put(of, target, ['a', 'a', 'b'])
      const [first] = await under.store.outbox.read(target, lanes, 10)
      await under.store.outbox.retry(first?.seq ?? 0, AT_MS + 1000, 'timeout')
      expect((await under.store.outbox.read(target, lanes, 10)).map(({ key }) => key)).toEqual(['b'])
      clock.nowMs = () => AT_MS + 1001
      const due = await under.store.outbox.read(target, lanes, 10)
      clock.nowMs = () => AT_MS
      expect(due.map(({ key, attempts }) => [key, attempts])).toEqual([
        ['a', 1],
        ['a', 0],
        ['b', 0],
      ])
    })

    test('a buried row lets its key go on, is kept for an operator and can be revived', async () => {
      const of = fresh()
      const target = `peer:bury-${of}`
      await put(of, target, ['a', 'a'])
      const [first] = await under.store.outbox.read(target, lanes, 10)
      await under.store.outbox.bury(first?.seq ?? 0, 'refused')
      expect((await under.store.outbox.read(target, lanes, 10)).map(({ payload }) => payload)).toEqual([
        { n: 1 },
      ])
      const dead = await under.store.outbox.dead({ target, count: 10 })
      expect(dead).toMatchObject([{ key: 'a', payload: { n: 0 }, attempts: 1, error: 'refused', buried: AT }])
      expect(await under.store.outbox.dead({ target, after: dead[0]?.seq ?? 0, count: 10 })).toEqual([])
      const depth = (await under.store.outbox.depth()).find(entry => entry.target === target)
      expect(depth).toEqual({ target, rows: 1, dead: 1, oldest: AT })
      expect(await under.store.outbox.revive(dead.map(({ seq }) => seq))).toBe(1)
      expect((await under.store.outbox.read(target, lanes, 10)).map(({ payload }) => payload)).toEqual([
        { n: 1 },
        { n: 0 },
      ])
    })

    test('owners share the lanes of a target, and those of a dead owner are taken over', async () => {
      const target = `peer:lease-${fresh()}`
      const { outbox } = under.store
      const until = AT_MS + 10_000
      expect(await outbox.lease(target, 'one', until)).toHaveLength(64)
      expect(await outbox.lease(target, 'two', until)).toHaveLength(0)
      const one = await outbox.lease(target, 'one', until)
      const two = await outbox.lease(target, 'two', until)
      expect([one.length, two.length]).toEqual([32, 32])
      expect(new Set([...one, ...two]).size).toBe(64)
      clock.nowMs = () => until + 1
      expect(await outbox.lease(target, 'two', until + 10_000)).toHaveLength(64)
      clock.nowMs = () => AT_MS
    })

    test('many keys at once are written too', async () => {
      const of = fresh()
      const target = `peer:many-${of}`
      await put(
        of,
        target,
        Array.from({ length: 3000 }, (_, n) => `k${n}`),
      )
      expect((await under.store.outbox.depth()).find(entry => entry.target === target)?.rows).toBe(3000)
    })
  })

  describe('timers', () => {
    const timer = (id: string, due: string) => ({
      id,
      due,
      kind: 'obligation',
      subject: 'p',
      payload: { id },
    })
    const later = (seconds: number): string => new Date(AT_MS + seconds * 1000).toISOString()

    test('due timers are claimed once, in due order, and again when the claim has run out', async () => {
      const of = fresh()
      await flush(of, {
        timers: {
          put: [timer('late', later(3)), timer('early', later(1)), timer('not-yet', later(100))],
          drop: [],
        },
      })
      expect(await under.store.timers.nextDue()).toBe(later(1))
      const claimed = await under.store.timers.claim(AT_MS + 5000, 10, AT_MS + 20_000)
      expect(claimed).toEqual([timer('early', later(1)), timer('late', later(3))])
      expect(await under.store.timers.claim(AT_MS + 6000, 10, AT_MS + 20_000)).toEqual([])
      expect(await under.store.timers.nextDue()).toBe(later(20))
      expect(await under.store.timers.claim(AT_MS + 20_000, 1, AT_MS + 30_000)).toHaveLength(1)
      await flush(of, { timers: { put: [], drop: ['early', 'late', 'not-yet'] } })
      expect(await under.store.timers.nextDue()).toBeUndefined()
    })

    test('putting a timer again moves it and frees its claim', async () => {
      const of = fresh()
      await flush(of, { timers: { put: [timer('t', later(1))], drop: [] } })
      await under.store.timers.claim(AT_MS + 5000, 10, AT_MS + 900_000)
      await flush(of, { timers: { put: [timer('t', later(2))], drop: [] } })
      expect(await under.store.timers.claim(AT_MS + 5000, 10, AT_MS + 20_000)).toEqual([timer('t', later(2))])
      await flush(of, { timers: { put: [], drop: ['t'] } })
    })
  })

  describe('links', () => {
    const link = (peer: string, id: string, remoteId: string) => ({
      peer,
      type: 'Task',
      id,
      remoteId,
      remoteVersion: '1',
      remoteHash: 'h',
      base: parseJson('{"resourceType":"Task","n":1.50}') as { readonly n: number },
    })

    test('a link is found from both sides and follows what is put', async () => {
      const of = fresh()
      const peer = `north-${of}`
      await flush(of, { links: [link(peer, '1', '101'), link(peer, '2', '102')] })
      await flush(of, { links: [{ ...link(peer, '1', '101'), remoteVersion: '2' }] })
      const [local] = await under.store.links.byLocal(peer, [{ type: 'Task', id: '1' }])
      expect(local).toMatchObject({ remoteId: '101', remoteVersion: '2' })
      expect(JSON.stringify(local?.base)).toContain('1.50')
      expect(await under.store.links.byRemote(peer, [{ type: 'Task', id: '102' }])).toMatchObject([
        { id: '2' },
      ])
      expect(await under.store.links.byLocal('south', [{ type: 'Task', id: '1' }])).toEqual([])
      expect(await under.store.links.count(peer)).toBe(2)
    })

    test('cursors and conflicts are kept per peer', async () => {
      const of = fresh()
      const peer = `west-${of}`
      await flush(of, { cursors: [{ peer, type: 'Task', watermark: AT }] })
      await flush(of, { cursors: [{ peer, type: 'Task', watermark: '2026-10-06T00:00:00.000Z' }] })
      expect(await under.store.links.cursors(peer)).toEqual([
        { peer, type: 'Task', watermark: '2026-10-06T00:00:00.000Z' },
      ])
      const overwritten = { id: `c-${of}`, peer, key: 'Task/1', at: AT, elements: { 'Task.status': 'draft' } }
      await under.store.links.recordConflict(overwritten)
      await under.store.links.recordConflict(overwritten)
      expect(await under.store.links.conflicts(peer, 10)).toEqual([overwritten])
    })
  })

  test('the store says that it answers', async () => {
    await expect(under.store.ping()).resolves.toBeUndefined()
  })
}

const countIn = (stored: Stored | undefined): number =>
  stored ? ((JSON.parse(stored.content) as { multipleBirthInteger?: number }).multipleBirthInteger ?? 0) : 0

const fact = (subject: string) => ({
  id: 'first',
  subject,
  kind: 'movement',
  scope: 'visit',
  at: AT,
  recorded: AT,
  actor: 'Device/adt',
  source: 'APP|FAC',
  body: { trigger: 'A01' },
})

const claim = (messageId: string, payloadHash: string): InboxWrite => ({
  mode: 'claim',
  source: 'APP|FAC',
  messageId,
  payloadHash,
  trigger: 'A01',
  outcome: 'applied',
  received: AT,
  origin: 'http',
  raw: Buffer.from('MSH|'),
  resources: [],
})
