import { describe, expect, test } from 'vitest'
import type { CaseEventFilter, CaseEventRow, KeptAnswer } from '../../../src/commands/ports/store.ts'
import { AT_MS, patientId, write, type StoreTrial } from './store-trial.ts'

const second = (n: number): string => new Date(AT_MS + n * 1000).toISOString()

const event = (n: number, parts: Partial<CaseEventRow> = {}): CaseEventRow => ({
  id: `Goal/g/_history/${n}#01`,
  caseId: 'c1',
  patient: 'p1',
  type: 'GoalSet',
  noun: 'goal',
  nounId: 'g',
  at: second(-60),
  recorded: second(n),
  actor: 'Practitioner/ana',
  body: { changes: { title: 'Ä' } },
  ...parts,
})

const answer: KeptAnswer = { key: 'k1', requestHash: 'aa', status: 201, body: { events: [], at: 'x' } }

/** Case events and answers kept for repeated requests. */
export function caseEventsContract(trial: StoreTrial): void {
  const { conflict, flush, fresh } = trial
  const numbers = async (of: number, filter: Partial<CaseEventFilter>): Promise<readonly string[]> =>
    (await trial.store().caseEvents(of, { count: 10, ...filter })).map(({ id }) => id.split('/')[3] ?? '')

  describe('case events', () => {
    test('an event is read as it was written', async () => {
      const of = fresh()
      await flush(of, { events: [event(1)] })
      expect(await trial.store().caseEvents(of, { count: 10 })).toEqual([event(1)])
    })

    test('events come in order of recording, of a case, of a patient, or of a span of time', async () => {
      const of = fresh()
      await flush(of, { events: [event(3), event(1), event(2, { caseId: 'c2' })] })
      await flush(of, { events: [event(4, { caseId: 'c3', patient: 'p2' })] })
      expect(await numbers(of, {})).toEqual(['1#01', '2#01', '3#01', '4#01'])
      expect(await numbers(of, { newestFirst: true, count: 2 })).toEqual(['4#01', '3#01'])
      expect(await numbers(of, { caseId: 'c1' })).toEqual(['1#01', '3#01'])
      expect(await numbers(of, { patient: 'p1' })).toEqual(['1#01', '2#01', '3#01'])
      expect(await numbers(of, { from: second(2), to: second(3) })).toEqual(['2#01', '3#01'])
      expect(await numbers(fresh(), {})).toEqual([])
    })

    test('a page goes on after the last event seen, also among those recorded at the same instant', async () => {
      const of = fresh()
      const same = (n: number) => event(1, { id: `Goal/g/_history/1#0${n}` })
      await flush(of, { events: [same(3), same(1), same(2), event(2)] })
      const first = await trial.store().caseEvents(of, { count: 2 })
      expect(first.map(({ id }) => id)).toEqual([same(1).id, same(2).id])
      const after = first.at(-1)
      expect(await numbers(of, { count: 9, ...(after && { after }) })).toEqual(['1#03', '2#01'])
      expect(await numbers(of, { newestFirst: true, ...(after && { after }) })).toEqual(['1#01'])
    })

    test('an event stands or falls with the resources of its flush', async () => {
      const of = fresh()
      await flush(of, { writes: [write(of, 'a', 0)] })
      expect(await conflict(of, { writes: [write(of, 'a', 0)], events: [event(1)] })).toMatchObject({
        kind: 'stale',
        keys: [`Patient/${patientId(of, 'a')}`],
      })
      expect(await numbers(of, {})).toEqual([])
    })
  })

  describe('kept answers', () => {
    test('an answer is kept under its key, for its tenant alone', async () => {
      const of = fresh()
      await flush(of, { answers: [answer] })
      expect(await trial.store().keptAnswer(of, 'k1')).toEqual(answer)
      expect(await trial.store().keptAnswer(of, 'k2')).toBeUndefined()
      expect(await trial.store().keptAnswer(fresh(), 'k1')).toBeUndefined()
    })

    test('a second writer of a key is told to decide again, and has written nothing', async () => {
      const of = fresh()
      await flush(of, { answers: [answer] })
      const repeat = { answers: [{ ...answer, status: 409 }], writes: [write(of, 'a', 0)] }
      expect(await conflict(of, repeat)).toEqual({ kind: 'stale', keys: [], subjects: [] })
      expect(await trial.store().keptAnswer(of, 'k1')).toEqual(answer)
      expect(await trial.read(of, 'a')).toBeUndefined()
    })

    test('of two that write a key at the same time one writes', async () => {
      const of = fresh()
      const flushes = [trial.store(), trial.other()].map((store, lane) =>
        store.flush({ tenant: of, lane, at: second(0), writes: [], answers: [answer] }),
      )
      expect((await Promise.all(flushes)).map(({ ok }) => ok).toSorted()).toEqual([false, true])
    })
  })
}
