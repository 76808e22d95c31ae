import { describe, expect, test } from 'vitest'
import { inboxIdOf } from '../../../src/commands/inbox/inbox-id.ts'
import { AT, AT_MS, changes, claim, type StoreTrial } from './store-trial.ts'

/** Inbox, outbox and timers. */
export function queuesContract(trial: StoreTrial): void {
  const { clock, flush, fresh } = trial

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
      const ignored = await trial.store().inbox.find(of, { outcome: ['ignored', 'dead-letter'], count: 2 })
      expect(ignored.map(({ messageId }) => messageId)).toEqual(['m4', 'm2'])
      const last = ignored.at(-1)
      const rest = await trial.store().inbox.find(of, {
        outcome: ['ignored'],
        subject: 'p',
        count: 2,
        ...(last && { after: inboxIdOf(last) }),
      })
      expect(rest.map(({ messageId }) => messageId)).toEqual(['m0'])
      expect(await trial.store().inbox.find(of, { messageId: 'm3', count: 9 })).toHaveLength(1)
    })

    test('entries of a subject up to an instant are found page by page, that instant included', async () => {
      const of = fresh()
      const received = (n: number) => new Date(AT_MS + Math.floor(n / 2) * 1000).toISOString()
      const entries = Array.from({ length: 8 }, (_, n) => ({
        ...claim(`m${n}`, `h${n}`),
        received: received(n),
        outcome: 'applied' as const,
        subject: n === 3 ? 'other' : 'p',
      }))
      await flush(of, { inbox: entries })
      const filter = { subject: 'p', until: received(4), outcome: ['applied'] as const, count: 2 }
      const found: string[] = []
      let after: string | undefined
      for (;;) {
        // oxlint-disable-next-line no-await-in-loop -- a page is asked for by the one before
        const page = await trial.store().inbox.find(of, { ...filter, ...(after !== undefined && { after }) })
        found.push(...page.map(({ messageId }) => messageId))
        const last = page.at(-1)
        if (!last || page.length < 2) break
        after = inboxIdOf(last)
      }
      expect(found).toEqual(['m5', 'm4', 'm2', 'm1', 'm0'])
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
      expect(await trial.store().inbox.get(of, inboxIdOf(entry))).toEqual(entry)
      const { reason: _reason, ...again } = {
        ...entry,
        outcome: 'applied' as const,
        resources: ['Patient/1', 'Encounter/2'],
      }
      await flush(of, { inbox: [{ ...again, mode: 'update' }] })
      expect(await trial.store().inbox.get(of, inboxIdOf(entry))).toEqual(again)
      expect(await trial.store().inbox.get(of, 'not an id')).toBeUndefined()
    })

    test('driving an unknown message again is an error', async () => {
      const of = fresh()
      await expect(
        trial.store().flush(changes(of, { inbox: [{ ...claim('1', 'aa'), mode: 'update' }] })),
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
      const rows = await trial.store().outbox.read(target, lanes, 10)
      expect(rows.map(({ key, payload }) => [key, payload])).toEqual([
        ['a', { n: 0 }],
        ['b', { n: 1 }],
        ['a', { n: 2 }],
      ])
      await trial.store().outbox.done(rows.slice(0, 2).map(({ seq }) => seq))
      expect(await trial.store().outbox.read(target, lanes, 10)).toEqual(rows.slice(2))
    })

    test('while a row waits for its retry its key stands still and the others go on', async () => {
      const of = fresh()
      const target = `peer:retry-${of}`
      await put(of, target, ['a', 'a', 'b'])
      const [first] = await trial.store().outbox.read(target, lanes, 10)
      await trial.store().outbox.retry(first?.seq ?? 0, AT_MS + 1000, 'timeout')
      expect((await trial.store().outbox.read(target, lanes, 10)).map(({ key }) => key)).toEqual(['b'])
      clock.nowMs = () => AT_MS + 1001
      const due = await trial.store().outbox.read(target, lanes, 10)
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
      const [first] = await trial.store().outbox.read(target, lanes, 10)
      await trial.store().outbox.bury(first?.seq ?? 0, 'refused')
      expect((await trial.store().outbox.read(target, lanes, 10)).map(({ payload }) => payload)).toEqual([
        { n: 1 },
      ])
      const dead = await trial.store().outbox.dead({ target, count: 10 })
      expect(dead).toMatchObject([{ key: 'a', payload: { n: 0 }, attempts: 1, error: 'refused', buried: AT }])
      expect(await trial.store().outbox.dead({ target, after: dead[0]?.seq ?? 0, count: 10 })).toEqual([])
      const depth = (await trial.store().outbox.depth()).find(entry => entry.target === target)
      expect(depth).toEqual({ target, rows: 1, dead: 1, oldest: AT })
      expect(await trial.store().outbox.revive(dead.map(({ seq }) => seq))).toBe(1)
      expect((await trial.store().outbox.read(target, lanes, 10)).map(({ payload }) => payload)).toEqual([
        { n: 1 },
        { n: 0 },
      ])
    })

    test('owners share the lanes of a target, and those of a dead owner are taken over', async () => {
      const target = `peer:lease-${fresh()}`
      const { outbox } = trial.store()
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

    test('a lease from before the clock was set back holds nobody up', async () => {
      const target = `peer:set-back-${fresh()}`
      const { outbox } = trial.store()
      expect(await outbox.lease(target, 'dead', AT_MS + 10_000)).toHaveLength(64)
      clock.nowMs = () => AT_MS - 7_200_000
      expect(await outbox.lease(target, 'next', AT_MS - 7_190_000)).toHaveLength(64)
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
      expect((await trial.store().outbox.depth()).find(entry => entry.target === target)?.rows).toBe(3000)
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
      expect(await trial.store().timers.nextDue()).toBe(later(1))
      const claimed = await trial.store().timers.claim(AT_MS + 5000, 10, AT_MS + 20_000)
      const tenant = of
      expect(claimed).toEqual([
        { ...timer('early', later(1)), tenant },
        { ...timer('late', later(3)), tenant },
      ])
      expect(await trial.store().timers.claim(AT_MS + 6000, 10, AT_MS + 20_000)).toEqual([])
      expect(await trial.store().timers.nextDue()).toBe(later(20))
      expect(await trial.store().timers.claim(AT_MS + 20_000, 1, AT_MS + 30_000)).toHaveLength(1)
      await flush(of, { timers: { put: [], drop: ['early', 'late', 'not-yet'] } })
      expect(await trial.store().timers.nextDue()).toBeUndefined()
    })

    test('a claim from before the clock was set back holds nobody up', async () => {
      const of = fresh()
      await flush(of, { timers: { put: [timer('set-back', later(-7200))], drop: [] } })
      expect(await trial.store().timers.claim(AT_MS, 10, AT_MS + 15_000)).toHaveLength(1)
      const setBackMs = AT_MS - 3_600_000
      expect(await trial.store().timers.claim(setBackMs, 10, setBackMs + 15_000)).toHaveLength(1)
      await flush(of, { timers: { put: [], drop: ['set-back'] } })
    })

    test('putting a timer again moves it and frees its claim', async () => {
      const of = fresh()
      await flush(of, { timers: { put: [timer('t', later(1))], drop: [] } })
      await trial.store().timers.claim(AT_MS + 5000, 10, AT_MS + 900_000)
      await flush(of, { timers: { put: [timer('t', later(2))], drop: [] } })
      expect(await trial.store().timers.claim(AT_MS + 5000, 10, AT_MS + 20_000)).toMatchObject([
        timer('t', later(2)),
      ])
      await flush(of, { timers: { put: [], drop: ['t'] } })
    })
  })
}
