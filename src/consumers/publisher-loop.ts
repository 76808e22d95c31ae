import { setTimeout as sleep } from 'node:timers/promises'

export interface Publisher {
  start(): void
  /** Finishes what is in flight. */
  stop(): Promise<void>
}

export interface LoopOptions {
  /** Sends what waits; a throw means that the broker or the database is away. */
  readonly round: () => Promise<void>
  readonly pollIntervalMs: number
  readonly failed: (waitMs: number, error: unknown) => void
}

const STOP_WITHIN_MS = 5_000

/** Round after round, with longer and longer pauses while they fail. */
export function publisherLoop({ round, pollIntervalMs, failed }: LoopOptions): Publisher {
  let timer: NodeJS.Timeout | undefined
  let running = Promise.resolve()
  let stopping = false
  let failures = 0

  const oneRound = async (): Promise<void> => {
    try {
      await round()
      failures = 0
    } catch (error) {
      failures += 1
      failed(waitAfter(failures), error)
    }
  }
  const schedule = (waitMs: number): void => {
    if (stopping) return
    timer = setTimeout(() => {
      running = oneRound()
      void running.then(() => schedule(failures > 0 ? waitAfter(failures) : pollIntervalMs))
    }, waitMs)
  }
  return {
    start: () => schedule(0),
    stop: async () => {
      stopping = true
      clearTimeout(timer)
      // A broker that is away must not hold up the stop: what isn't acknowledged stays in the outbox.
      await Promise.race([running, sleep(STOP_WITHIN_MS, undefined, { ref: false })])
    },
  }
}

const waitAfter = (failures: number): number => Math.min(30_000, 500 * 2 ** Math.min(failures, 6))
