import type { Instant } from '../../lib/clock.ts'
import type { InboxEntry, Outcome } from '../../commands/ports/store.ts'

/** Columns of an inbox entry, for `toInboxEntry`; the table's alias is `i`. */
export const inboxColumns =
  'i.source, i.message_id, i.payload_hash, i.trigger, i.outcome, i.reason, i.subject, i.visit, i.replaced_by, i.received, i.origin, i.raw, i.resources'

export interface InboxRow {
  readonly source: string
  readonly message_id: string
  readonly payload_hash: string
  readonly trigger: string
  readonly outcome: string
  readonly reason: string | null
  readonly subject: string | null
  readonly visit: string | null
  readonly replaced_by: string | null
  readonly received: Instant
  readonly origin: string
  readonly raw: Buffer
  readonly resources: readonly string[]
}

export const toInboxEntry = (row: InboxRow): InboxEntry => ({
  source: row.source,
  messageId: row.message_id,
  payloadHash: row.payload_hash,
  trigger: row.trigger,
  outcome: row.outcome as Outcome,
  ...(row.reason !== null && { reason: row.reason }),
  ...(row.subject !== null && { subject: row.subject }),
  ...(row.visit !== null && { visit: row.visit }),
  ...(row.replaced_by !== null && { replacedBy: row.replaced_by }),
  received: row.received,
  origin: row.origin,
  raw: row.raw,
  resources: row.resources,
})
