import { fail, ok, type Result } from '../lib/result.ts'
import type { IngestAdt, Verdict } from './ingest-adt/inbound.ts'
import { inboxIdOf } from './inbox-id.ts'
import type { InboxEntry, InboxFilter, InboxQueries, Outcome } from './ports/store.ts'

/** What operators may do with the messages that came in. */
export interface InboxDesk {
  readonly find: (filter: InboxFilter) => Promise<readonly InboxSummary[]>
  readonly show: (id: string) => Promise<Result<InboxDetail>>
  /** Drives one message again through the full path. */
  readonly replay: (id: string) => Promise<Result<Verdict>>
}

/** An inbox entry without what the message says. */
export interface InboxSummary {
  readonly id: string
  readonly source: string
  readonly controlId: string
  readonly trigger: string
  readonly outcome: Outcome
  readonly reason?: string
  readonly patient?: string
  readonly received: string
  readonly origin: string
  readonly resources: readonly string[]
}

export interface InboxDetail extends InboxSummary {
  /** The message as it came, base64. */
  readonly raw: string
}

/** Outcomes that a replay may change: what had its effect is a duplicate ever after. */
export const replayable: readonly Outcome[] = ['ignored', 'parked', 'dead-letter']

export function inboxDesk(inbox: InboxQueries, ingest: IngestAdt, tenant: number): InboxDesk {
  const entryOf = async (id: string): Promise<Result<InboxEntry>> => {
    const entry = await inbox.get(tenant, id)
    return entry
      ? ok(entry)
      : fail({ kind: 'not-found', code: 'message-unknown', message: 'No message has this id.' })
  }
  return {
    find: async filter => (await inbox.find(tenant, filter)).map(summaryOf),
    show: async id => {
      const found = await entryOf(id)
      return found.ok ? ok({ ...summaryOf(found.value), raw: found.value.raw.toString('base64') }) : found
    },
    replay: async id => {
      const found = await entryOf(id)
      if (!found.ok) return found
      const record = { value: found.value.raw, origin: found.value.origin }
      const result = await ingest({ lane: 0, door: 'replay', records: [record] })
      if (result.kind === 'refused') return fail(result.failure)
      const verdict = result.kind === 'done' ? result.verdicts[0]?.[0] : undefined
      return verdict
        ? ok(verdict)
        : fail({
            kind: 'unavailable',
            code: 'replay-not-done',
            message: 'The message could not be replayed now.',
          })
    },
  }
}

const summaryOf = (entry: InboxEntry): InboxSummary => ({
  id: inboxIdOf(entry),
  source: entry.source,
  controlId: entry.messageId,
  trigger: entry.trigger,
  outcome: entry.outcome,
  ...(entry.reason !== undefined && { reason: entry.reason }),
  ...(entry.subject !== undefined && { patient: `Patient/${entry.subject}` }),
  received: entry.received,
  origin: entry.origin,
  resources: entry.resources,
})
