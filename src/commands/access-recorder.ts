import type { AccessEvent, AccessLog } from './ports/access-log.ts'

export interface AccessRecorder {
  /** Takes an event; it neither waits nor fails. */
  readonly record: (event: AccessEvent) => void
  /** Writes what is left, and waits for it; what can't be written then is counted as lost. */
  readonly stop: () => Promise<void>
}

export interface AccessRecorderOptions {
  readonly log: Pick<AccessLog, 'append'>
  /** Counts what was written, and what was lost. */
  readonly counted: (count: { readonly written: number } | { readonly lost: number }) => void
  /** How many wait at most. */
  readonly queueMax?: number
  /** How long an event waits for others to be written with. */
  readonly gatherMs?: number
}

const QUEUE_MAX = 20_000
const BATCH_MAX = 1_000
const GATHER_MS = 250
const RETRY_MAX_MS = 10_000

/**
 * Writes the events of requests in batches, beside the requests: a request never waits for its event, and none fails for it.
 * While the store is away the events wait, and the newest are dropped when too many do (counted, so that an operator sees it:
 * `casewire_access_events_lost_total`); readiness is not touched.
 */
export function accessRecorder(options: AccessRecorderOptions): AccessRecorder {
  const { log, counted, queueMax = QUEUE_MAX, gatherMs = GATHER_MS } = options
  let queue: AccessEvent[] = []
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()
  let isStopping = false
  let failures = 0

  const schedule = (delayMs: number): void => {
    timer ??= setTimeout(() => {
      timer = undefined
      writing = writing.then(round)
    }, delayMs).unref()
  }
  const write = async (): Promise<boolean> => {
    const batch = queue.slice(0, BATCH_MAX)
    if (batch.length === 0) return false
    try {
      await log.append(batch)
      failures = 0
      queue = queue.slice(batch.length)
      counted({ written: batch.length })
      return true
    } catch {
      // What is wrong with the store its other users say; here it only means to wait.
      failures += 1
      return false
    }
  }
  const round = async (): Promise<void> => {
    await write()
    if (queue.length > 0 && !isStopping) schedule(waitMs(failures, gatherMs))
  }
  return {
    record: event => {
      if (queue.length >= queueMax || isStopping) return counted({ lost: 1 })
      queue.push(event)
      schedule(gatherMs)
    },
    stop: async () => {
      isStopping = true
      clearTimeout(timer)
      await writing
      while (await write());
      if (queue.length > 0) counted({ lost: queue.length })
      queue = []
    },
  }
}

const waitMs = (failures: number, gatherMs: number): number =>
  failures === 0 ? 0 : Math.min(RETRY_MAX_MS, Math.max(gatherMs, 100) * 2 ** failures)
