import type { PeerFailure } from './fhir-server-client.ts'

const BACKOFF_FIRST_MS = 500
const BACKOFF_MAX_MS = 30_000
/** Longest that Retry-After is believed: the peer may be back sooner than it said, and a timer holds 24 days at most. */
const WAIT_MAX_MS = 3_600_000

/** Told of the state's changes: how long the peer is left alone and why, or that it is back. */
export interface BreakerEvents {
  readonly away: (reason: string, retryInMs: number) => void
  readonly back: () => void
}

export interface Breaker {
  readonly open: () => boolean
  readonly waitMs: () => number
  readonly reason: () => string | undefined
  readonly report: (failure: PeerFailure | undefined) => void
  readonly reset: () => void
}

/** Stops the whole peer while it is away, without using up the tries of any row; as long as Retry-After says, if it says. */
export function openBreaker(nowMs: () => number, events: BreakerEvents): Breaker {
  let failures = 0
  let until = 0
  let why: string | undefined
  return {
    open: () => nowMs() < until,
    waitMs: () => Math.max(0, until - nowMs()),
    reason: () => why,
    report: failure => {
      if (!failure) {
        // An answer to somebody else doesn't shorten the wait that the peer asked for.
        if (nowMs() < until) return
        if (why !== undefined) events.back()
        failures = 0
        until = 0
        why = undefined
        return
      }
      failures += 1
      const backoffMs = Math.min(BACKOFF_FIRST_MS * 2 ** (failures - 1), BACKOFF_MAX_MS)
      const waitMs = Math.min(failure.retryAfterMs ?? backoffMs, WAIT_MAX_MS)
      until = nowMs() + waitMs
      why = failure.reason
      events.away(failure.reason, waitMs)
    },
    reset: () => {
      until = 0
    },
  }
}
