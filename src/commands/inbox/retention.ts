import { instantOf, type Clock } from '../../lib/clock.ts'
import { faultOf, type EmitEvent } from '../ports/events.ts'
import type { InboxQueries } from '../ports/store.ts'

/** How long messages are kept; undefined = for ever. */
export interface Retention {
  /** The text of a message that is settled (applied, no-change, duplicate). */
  readonly textDays?: number
  /** All that is known of a message, its text included. */
  readonly messageDays?: number
}

export interface RetentionRunner {
  readonly start: () => void
  /** Lets the batch in hand end. */
  readonly stop: () => Promise<void>
}

interface RetentionOptions {
  readonly inbox: InboxQueries
  readonly tenants: readonly number[]
  readonly retention: Retention
  readonly clock: Clock
  readonly emit: EmitEvent
}

const DAY_MS = 86_400_000
const FIRST_MS = 1_000
const BETWEEN_MS = 3_600_000
/** Small enough that nobody waits for its locks. */
const BATCH = 500

/**
 * Takes old messages away, hour by hour. What they came to stays: facts and registers know them, so that one that comes
 * again has no effect, and an explanation still names the message.
 */
export function retentionRunner(options: RetentionOptions): RetentionRunner {
  const { emit, retention } = options
  let timer: NodeJS.Timeout | undefined
  let round: Promise<void> = Promise.resolve()
  let isStopping = false
  const purge = async (): Promise<void> => {
    try {
      const purged = await purgeAll(options, () => isStopping)
      if (purged.texts + purged.messages > 0) emit('messages-purged', purged)
    } catch (error) {
      emit('background-failed', { part: 'retention', fault: faultOf(error) })
    }
    schedule(BETWEEN_MS)
  }
  const schedule = (waitMs: number): void => {
    if (isStopping || (retention.textDays ?? retention.messageDays) === undefined) return
    timer = setTimeout(() => {
      round = purge()
    }, waitMs)
  }
  return {
    start: () => schedule(FIRST_MS),
    stop: async () => {
      isStopping = true
      clearTimeout(timer)
      await round
    },
  }
}

/** Takes away what is too old now, batch by batch. */
export async function purgeAll(
  { inbox, tenants, retention, clock }: Pick<RetentionOptions, 'inbox' | 'tenants' | 'retention' | 'clock'>,
  isOver: () => boolean,
): Promise<{ readonly texts: number; readonly messages: number }> {
  const before = (days: number | undefined): string | undefined =>
    days === undefined ? undefined : instantOf(clock.nowMs() - days * DAY_MS)
  const [texts, messages] = [before(retention.textDays), before(retention.messageDays)]
  const ages = {
    count: BATCH,
    ...(texts !== undefined && { texts }),
    ...(messages !== undefined && { messages }),
  }
  const all = { texts: 0, messages: 0 }
  for (const tenant of tenants) {
    for (let more = true; more && !isOver();) {
      const purged = await inbox.purge(tenant, ages)
      all.texts += purged.texts
      all.messages += purged.messages
      more = purged.texts === BATCH || purged.messages === BATCH
    }
  }
  return all
}
