import { describe, expect, test } from 'vitest'
import type { Store, Stored } from '../../../src/commands/ports/store.ts'
import { AT, changes, claim, fact, known, patientId, write, type StoreTrial } from './store-trial.ts'

/** All or nothing, and what another writer was faster at. */
export function conflictsContract(trial: StoreTrial): void {
  const { conflict, flush, fresh, read } = trial

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
      expect((await trial.store().load({ tenant: of, lane: 0, subjects: ['p'] })).said).toEqual(said(2))
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
      expect((await trial.store().outbox.depth()).map(({ target }) => target)).not.toContain(
        `peer:none-${of}`,
      )
      expect((await trial.store().load({ tenant: of, lane: 0, subjects: ['b'] })).facts).toEqual([])
      expect(await trial.store().timers.nextDue()).toBeUndefined()
    })

    test('a statement that the database refuses in the middle rolls back all, tells no value and leaves the store usable', async () => {
      const of = fresh()
      const bad = { id: 'nul\0byte', due: AT, kind: 'k', subject: 's', payload: {} }
      const refused = await trial
        .store()
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
      expect(await trial.store().nextOffset('g', topic, 0)).toBe(0)
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
      expect(await trial.store().nextOffset('g', topic, 0)).toBe(10)
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
      const { messages } = await trial.store().load({
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
        [trial.store(), trial.other()].map((store, lane) => hammer(store, { of, keys, lane, rounds: 30 })),
      )
      expect(totals).toEqual([30 * 4, 30 * 4])
      const rows = await Promise.all(keys.map(key => read(of, key)))
      expect(rows.map(row => countIn(row)).reduce((sum, n) => sum + n, 0)).toBe(2 * 30 * 4)
      const histories = await Promise.all(
        keys.map(key =>
          trial.store().history(of, { type: 'Patient', id: patientId(of, key) }, { count: 1000 }),
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
}

const countIn = (stored: Stored | undefined): number =>
  stored ? ((JSON.parse(stored.content) as { multipleBirthInteger?: number }).multipleBirthInteger ?? 0) : 0
