/** The only source of the present: injected, so that pure rooms never read it and tests can set it. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly nowMs: () => number
}

/** A FHIR instant in UTC with milliseconds, e.g. `2026-10-05T18:30:00.000Z`; such texts sort as the times do. */
export type Instant = string

/** Milliseconds since 1970 as an Instant. */
export const instantOf = (ms: number): Instant => new Date(ms).toISOString()
