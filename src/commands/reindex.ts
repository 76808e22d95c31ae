import type { Clock } from '../lib/clock.ts'
import { faultOf, type EmitEvent } from './ports/events.ts'
import type { IndexState, ReindexQueue } from './ports/reindex.ts'

export interface ReindexRunner {
  readonly start: () => void
  /** Lets the batch in hand end. */
  readonly stop: () => Promise<void>
}

interface ReindexOptions {
  readonly reindex: ReindexQueue
  /** Names this process. */
  readonly owner: string
  readonly clock: Clock
  readonly emit: EmitEvent
}

/** Between two batches it rests as long as the batch took, so that half of a writer is left to those it serves. */
const REST_MAX_MS = 1_000
const TAKEN_WAIT_MS = 30_000
const PROGRESS_MS = 10_000
const RETRY_MAX_MS = 60_000

/** Indexes anew what another release wrote, in the background, while the service answers. A crash loses one batch at most. */
export function reindexRunner({ reindex, owner, clock, emit }: ReindexOptions): ReindexRunner {
  let timer: NodeJS.Timeout | undefined
  let round: Promise<void> = Promise.resolve()
  let isStopping = false
  let failures = 0
  let beganMs: number | undefined
  let toldMs = 0

  const tell = async (nowMs: number): Promise<void> => {
    if (beganMs === undefined) {
      beganMs = nowMs
      emit('reindex-started')
    }
    if (nowMs - toldMs < PROGRESS_MS) return
    toldMs = nowMs
    const { done, share } = await reindex.state()
    emit('reindex-progress', { resources: done, percent: percentOf(share) })
  }
  /** How long to rest, or undefined when all is done. */
  const work = async (): Promise<number | undefined> => {
    const fromMs = clock.nowMs()
    const step = await reindex.step(owner)
    const nowMs = clock.nowMs()
    failures = 0
    if (step === 'taken') return TAKEN_WAIT_MS
    if (step === 'more') {
      await tell(nowMs)
      return Math.min(REST_MAX_MS, nowMs - fromMs)
    }
    if (beganMs !== undefined) emit('reindex-finished', { durationMs: nowMs - beganMs })
    return undefined
  }
  const attempt = async (): Promise<number | undefined> => {
    try {
      return await work()
    } catch (error) {
      failures += 1
      const waitMs = Math.min(RETRY_MAX_MS, 1_000 * 2 ** Math.min(failures, 6))
      emit('reindex-failed', { waitMs, fault: faultOf(error) })
      return waitMs
    }
  }
  const schedule = (waitMs: number | undefined): void => {
    if (isStopping || waitMs === undefined) return
    timer = setTimeout(() => {
      round = attempt().then(schedule)
    }, waitMs)
  }
  return {
    start: () => schedule(0),
    stop: async () => {
      isStopping = true
      clearTimeout(timer)
      await round
    },
  }
}

export const percentOf = (share: number): number => Math.floor(share * 100)

/**
 * The same to its end, for whoever waits for it (`casewire migrate`): tells the state after every hundred batches. Resolves with false
 * when another process is at it.
 */
export async function reindexAll(
  reindex: ReindexQueue,
  owner: string,
  tell: (state: IndexState) => void,
): Promise<boolean> {
  for (let batches = 1; ; batches += 1) {
    const step = await reindex.step(owner)
    if (step === 'current' || step === 'finished') return true
    if (step === 'taken') return false
    if (batches % 100 === 0) tell(await reindex.state())
  }
}
