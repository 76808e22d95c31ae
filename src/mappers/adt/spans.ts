import type { Moment } from './fact.ts'

/** A time during which something held. */
export interface Span<T> {
  readonly value: T
  readonly start: Moment | undefined
  readonly end: Moment | undefined
}

export const later = (a: Moment | undefined, b: Moment | undefined): Moment | undefined =>
  a && b ? (a.instant > b.instant ? a : b) : (a ?? b)

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
