import { expect, test } from 'vitest'
import { nothingKnown, openBatch } from '../../../../src/commands/ingest-adt/batch-state.ts'
import type { Fact } from '../../../../src/mappers/adt/events/fact.ts'

const at = '2026-10-05T08:00:00.000Z'
const fact = (kind: string, subject: string): Fact => ({
  ...{ id: `${kind}-${subject}`, subject, kind, scope: '', at, recorded: at },
  ...{ actor: 'Organization/o', source: 'A|B', body: {} },
})
const timersOf = (...facts: readonly Fact[]) => {
  const state = openBatch({ tenant: 1, lane: 0, at, actor: 'Device/test', targets: [] }, nothingKnown())
  state.stage({ puts: [], facts, said: [], flags: [], waits: false, at })
  return state.changes().timers?.put
}

test('an unlink, by whatever door, keeps a timer for each of the two in the same flush', () => {
  expect(timersOf(fact('unlink', 'p1'), fact('unlink', 'p2'))).toMatchObject([
    { id: 'merge-cycles/unlink-p1', due: at, kind: 'merge-cycles', subject: 'p1' },
    { id: 'merge-cycles/unlink-p2', due: at, kind: 'merge-cycles', subject: 'p2' },
  ])
})

test('a merge keeps none', () => {
  expect(timersOf(fact('merge', 'p1'))).toEqual([])
})
