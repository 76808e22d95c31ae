/** The only source of the present: injected, so that pure rooms never read it and tests can set it. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly nowMs: () => number
}

/** A FHIR instant in UTC with milliseconds, e.g. `2026-10-05T18:30:00.000Z`; such texts sort as the times do. */
export type Instant = string

let lastMs = 0
let lastText = new Date(lastMs).toISOString()

/** Milliseconds since 1970 as an Instant. What is written together has one time, so that the last text is kept. */
export function instantOf(ms: number): Instant {
  if (ms !== lastMs) {
    lastText = new Date(ms).toISOString()
    lastMs = ms
  }
  return lastText
}
