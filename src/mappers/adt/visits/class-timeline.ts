import type { MovementEvent } from '../events/fact.ts'
import type { LedgerRules } from './ledger.ts'
import { heldFrom, type Movement } from './movements.ts'
import { classing } from './movement-kinds.ts'
import { spansOf, type Span } from './spans.ts'
import { updatesAfter, type Word } from '../registers/updates-after.ts'
import { isPlan, presentAmong } from './voiding.ts'

/** Classes as the movements led to them, those of plans before those of who came; updates recorded after all of them change the last one. */
export function classTimeline(
  told: readonly Movement[],
  word: Word<string> | undefined,
  { classCode }: Pick<LedgerRules, 'classCode'>,
): readonly Span<string>[] {
  const said = presentAmong(told, ({ event }) => classing.has(event))
  const points = [...said.filter(isPlan), ...said.filter(movement => !isPlan(movement))].flatMap(movement => {
    const { event, last } = movement
    const value = classOf(event, last.class, classCode)
    return value === undefined ? [] : [{ value, at: heldFrom(movement) }]
  })
  return spansOf(
    [...points, ...updatesAfter(said, word)],
    (a, b) => (classCode(a) ?? a) === (classCode(b) ?? b),
  )
}

/** PV1-2 of an event; an A06 makes an inpatient and an A07 an outpatient, also when PV1 says what was before. */
export function classOf(
  event: MovementEvent,
  code: string | undefined,
  classCode: LedgerRules['classCode'],
): string | undefined {
  const mapped = code === undefined ? undefined : classCode(code)
  if (event === 'A06') return code === undefined || (mapped !== undefined && mapped !== 'IMP') ? 'I' : code
  if (event === 'A07') return code === undefined || mapped === 'IMP' ? 'O' : code
  return code
}
