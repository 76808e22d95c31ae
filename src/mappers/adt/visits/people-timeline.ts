import type { Moment } from '../events/fact.ts'
import type { Movement } from './movements.ts'
import { later, spansOf, type Span } from './spans.ts'
import { updatesAfter, type Word } from '../registers/updates-after.ts'
import { presentAmong } from './voiding.ts'

/** PV1-7 or PV1-9 as sent, and who sent it; empty when it was deleted. */
export interface Named {
  readonly text: string
  readonly source: string
}

/**
 * Who took part when: as the movements say it, and as updates did that were recorded after all of them. `keyOf` tells
 * people apart; the end of the visit is that of everybody.
 */
export function peopleTimeline(
  told: readonly Movement[],
  field: 'attending' | 'consulting',
  word: Word<string> | undefined,
  { keyOf, end }: { readonly keyOf: (named: Named) => string; readonly end: Moment | undefined },
): readonly Span<Named>[] {
  const said = presentAmong(told, ({ last }) => last[field] !== undefined)
  const points = said.map(({ last }) => ({
    value: { text: textOf(last[field] ?? ''), source: last.source },
    at: last.when,
  }))
  const updates = updatesAfter(said, word).map(({ value, at }, index) => ({
    value: { text: textOf(value), source: word?.source ?? '' },
    at: points.length + index > 0 ? at : undefined,
  }))
  const spans = spansOf([...points, ...updates], (a, b) => keyOf(a) === keyOf(b))
  return spans.map(span => (span.end ? span : { ...span, end: end && later(span.start, end) }))
}

const textOf = (text: string): string => (text === '""' ? '' : text)
