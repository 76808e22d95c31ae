import type { Moment } from '../events/fact.ts'

/** A time during which something held. */
export interface Span<T> {
  readonly value: T
  readonly start: Moment | undefined
  readonly end: Moment | undefined
}

export const later = (a: Moment | undefined, b: Moment | undefined): Moment | undefined =>
  a && b ? (a.instant > b.instant ? a : b) : (a ?? b)

/**
 * A start that goes with an end; undefined when it is later. Of an end that is a day alone, a time on that day is that day:
 * FHIR can't tell which of the two comes first (per-1).
 */
export function startBefore(start: Moment, end: Moment): Moment | undefined {
  if (start.instant <= end.instant) return start
  return isOnDay(start, end) ? end : undefined
}

/** Whether something was on the day that is all that is known of something else. */
export const isOnDay = ({ text }: Moment, day: Moment): boolean =>
  day.text.length === DAY_LENGTH && text.startsWith(day.text)
/** `YYYY-MM-DD` */
const DAY_LENGTH = 10

export const earlier = (a: Moment, b: Moment): Moment => (b.instant < a.instant ? b : a)

/** Spans from the points at which something came to hold; a point that says what holds already begins none. */
export function spansOf<T>(
  points: readonly { readonly value: T; readonly at: Moment | undefined }[],
  isSame: (a: T, b: T) => boolean,
): readonly Span<T>[] {
  const spans: Span<T>[] = []
  for (const { value, at } of points) {
    const open = spans.at(-1)
    if (open && isSame(open.value, value)) {
      spans[spans.length - 1] = { ...open, value }
      continue
    }
    const start = later(open?.start, at)
    if (open) spans[spans.length - 1] = { ...open, end: start }
    spans.push({ value, start, end: undefined })
  }
  return spans
}
