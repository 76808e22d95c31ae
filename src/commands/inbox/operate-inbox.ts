import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import type { SourceSettings } from '../../mappers/adt/source.ts'
import { dataQuality, type QualityRequest, type SourceQuality } from './data-quality.ts'
import type { IngestAdt, Verdict } from '../ingest-adt/inbound.ts'
import { inboxIdOf } from './inbox-id.ts'
import type { InboxEntry, InboxFilter, InboxQueries, Outcome } from '../ports/store.ts'

/** What operators may do with the messages that came in. */
export interface InboxDesk {
  readonly find: (filter: InboxFilter) => Promise<readonly InboxSummary[]>
  readonly show: (id: string) => Promise<Result<InboxDetail>>
  /** Drives one message again through the full path, or a corrected one in its place. */
  readonly replay: (id: string, corrected?: Buffer) => Promise<Result<Verdict>>
  /** What the last messages of each sender are like. */
  readonly quality: (wanted: QualityRequest) => Promise<readonly SourceQuality[]>
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
  readonly visit?: string
  /** Id of the message that was sent in place of this one. */
  readonly replacedBy?: string
  readonly received: string
  readonly origin: string
  readonly resources: readonly string[]
}

export interface InboxDetail extends InboxSummary {
  /** The message as it came, base64; empty when it was kept no longer (RETENTION_TEXT_DAYS). */
  readonly raw: string
}

/** Outcomes that a replay may change: what had its effect is a duplicate ever after. */
export const replayable: readonly Outcome[] = ['ignored', 'parked', 'dead-letter']

interface InboxDeskOptions {
  readonly inbox: InboxQueries
  readonly ingest: IngestAdt
  readonly tenant: number
  readonly settings: SourceSettings
}

export function inboxDesk({ inbox, ingest, tenant, settings }: InboxDeskOptions): InboxDesk {
  const entryOf = async (id: string): Promise<Result<InboxEntry>> => {
    const entry = await inbox.get(tenant, id)
    return entry
      ? ok(entry)
      : fail({ kind: 'not-found', code: 'message-unknown', message: 'No message has this id.' })
  }
  return {
    quality: wanted => dataQuality({ inbox, tenant, settings }, wanted),
    find: async filter => (await inbox.find(tenant, filter)).map(summaryOf),
    show: async id => {
      const found = await entryOf(id)
      return found.ok ? ok({ ...summaryOf(found.value), raw: found.value.raw.toString('base64') }) : found
    },
    replay: async (id, corrected) => {
      const found = await entryOf(id)
      if (!found.ok) return found
      if (corrected === undefined && found.value.raw.length === 0) return fail(textGone)
      if (corrected !== undefined && !replayable.includes(found.value.outcome)) return fail(settledAlready)
      const record =
        corrected === undefined
          ? { value: found.value.raw, origin: found.value.origin }
          : { value: corrected, origin: `correction:${id}` }
      const result = await ingest({ lane: 0, door: 'replay', records: [record] })
      if (result.kind === 'refused') return fail(result.failure)
      const verdict = result.kind === 'done' ? result.verdicts[0]?.[0] : undefined
      if (corrected !== undefined && verdict && taken.has(verdict.outcome) && verdict.inboxId !== undefined)
        await inbox.replace(tenant, id, verdict.inboxId)
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

/** Outcomes of a corrected message that settle the one it came in place of. */
const taken: ReadonlySet<Outcome> = new Set<Outcome>(['applied', 'no-change', 'duplicate'])

const textGone: Failure = {
  kind: 'gone',
  code: 'message-text-purged',
  message: 'The text of the message is kept no longer (RETENTION_TEXT_DAYS); send it again from its engine.',
}

const settledAlready: Failure = {
  kind: 'conflict',
  code: 'message-settled',
  message: 'The message had its effect; send the correction as a message of its own.',
}

const summaryOf = (entry: InboxEntry): InboxSummary => ({
  id: inboxIdOf(entry),
  source: entry.source,
  controlId: entry.messageId,
  trigger: entry.trigger,
  outcome: entry.outcome,
  ...(entry.reason !== undefined && { reason: entry.reason }),
  ...(entry.subject !== undefined && { patient: `Patient/${entry.subject}` }),
  ...(entry.visit !== undefined && { visit: `Encounter/${entry.visit}` }),
  ...(entry.replacedBy !== undefined && { replacedBy: entry.replacedBy }),
  received: entry.received,
  origin: entry.origin,
  resources: entry.resources,
})
