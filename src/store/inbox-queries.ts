import { parseInboxId } from '../commands/inbox-id.ts'
import type { InboxFilter, InboxQueries } from '../commands/ports/store.ts'
import { textArray } from './binary-arrays.ts'
import type { Db, Statement } from './db.ts'
import { inboxColumns, toInboxEntry, type InboxRow } from './inbox-rows.ts'

/** What was received and what became of it, for operators and for driving messages again. */
export const openInboxQueries = (db: Db): InboxQueries => ({
  find: async (tenant, filter) =>
    (await db.query<InboxRow>(findStatement(tenant, filter))).rows.map(toInboxEntry),
  get: async (tenant, id) => {
    const key = parseInboxId(id)
    if (!key) return undefined
    const { rows } = await db.query<InboxRow>({
      name: 'cw_inbox_get',
      text: `select ${inboxColumns} from inbox i where i.tenant = $1 and i.source = $2 and i.message_id = $3 and i.payload_hash = $4`,
      values: [tenant, key.source, key.messageId, key.payloadHash],
    })
    return rows.map(toInboxEntry)[0]
  },
})

/** Newest first; `after` names the last one seen. */
function findStatement(
  tenant: number,
  { outcome, messageId, subject, until, after, count }: InboxFilter,
): Statement {
  const values: unknown[] = [tenant, count]
  const parameter = (value: unknown): string => `$${values.push(value)}`
  const seen = after === undefined ? undefined : parseInboxId(after)
  const conditions = [
    'i.tenant = $1',
    ...(outcome ? [`i.outcome = any(${parameter(textArray(outcome))}::text[])`] : []),
    ...(messageId === undefined ? [] : [`i.message_id = ${parameter(messageId)}`]),
    ...(subject === undefined ? [] : [`i.subject = ${parameter(subject)}`]),
    ...(until === undefined ? [] : [`i.received <= ${parameter(until)}`]),
    ...(seen
      ? [
          `(i.received, i.source, i.message_id, i.payload_hash) < (select s.received, s.source, s.message_id, s.payload_hash from inbox s
            where s.tenant = $1 and s.source = ${parameter(seen.source)} and s.message_id = ${parameter(seen.messageId)} and s.payload_hash = ${parameter(seen.payloadHash)})`,
        ]
      : []),
  ]
  return {
    text: `select ${inboxColumns} from inbox i where ${conditions.join(' and ')}
      order by i.received desc, i.source desc, i.message_id desc, i.payload_hash desc limit $2`,
    values,
  }
}
