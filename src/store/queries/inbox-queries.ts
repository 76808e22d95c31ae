import { parseInboxId } from '../../commands/inbox/inbox-id.ts'
import type { InboxFilter, InboxQueries } from '../../commands/ports/store.ts'
import { textArray } from '../connection/binary-arrays.ts'
import type { Db, Statement } from '../connection/db.ts'
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
  replace: async (tenant, id, by) => {
    const key = parseInboxId(id)
    if (!key) return
    await db.query({
      name: 'cw_inbox_replace',
      text: `update inbox set replaced_by = $5 where tenant = $1 and source = $2 and message_id = $3 and payload_hash = $4`,
      values: [tenant, key.source, key.messageId, key.payloadHash, by],
    })
  },
  purge: async (tenant, { texts, messages, count }) => ({
    texts: texts === undefined ? 0 : await changedRows(db, purgeTexts, [tenant, texts, count]),
    messages: messages === undefined ? 0 : await changedRows(db, purgeMessages, [tenant, messages, count]),
  }),
})

/** What waits to be driven again keeps its text until all of it goes. */
const purgeTexts = {
  name: 'cw_inbox_purge_texts',
  text: `with gone as (
      update inbox set raw = '' where ctid = any(array(
        select ctid from inbox where tenant = $1 and received < $2 and raw <> '' and outcome in ('applied', 'duplicate', 'no-change')
        order by received limit $3 for update skip locked)) returning 1)
    select count(*)::int as n from gone`,
}

const purgeMessages = {
  name: 'cw_inbox_purge_messages',
  text: `with gone as (
      delete from inbox where ctid = any(array(
        select ctid from inbox where tenant = $1 and received < $2 order by received limit $3 for update skip locked)) returning 1)
    select count(*)::int as n from gone`,
}

async function changedRows(
  db: Db,
  statement: Omit<Statement, 'values'>,
  values: readonly unknown[],
): Promise<number> {
  const { rows } = await db.query<{ readonly n: number }>({ ...statement, values })
  return rows[0]?.n ?? 0
}

/** Newest first; `after` names the last one seen. */
function findStatement(
  tenant: number,
  { outcome, messageId, source, subject, visit, isOpen, until, after, count }: InboxFilter,
): Statement {
  const values: unknown[] = [tenant, count]
  const parameter = (value: unknown): string => `$${values.push(value)}`
  const seen = after === undefined ? undefined : parseInboxId(after)
  const conditions = [
    'i.tenant = $1',
    ...(outcome ? [`i.outcome = any(${parameter(textArray(outcome))}::text[])`] : []),
    ...(messageId === undefined ? [] : [`i.message_id = ${parameter(messageId)}`]),
    ...(subject === undefined ? [] : [`i.subject = ${parameter(subject)}`]),
    ...(source === undefined ? [] : [`i.source = ${parameter(source)}`]),
    ...(visit === undefined ? [] : [`i.visit = ${parameter(visit)}`]),
    ...(isOpen ? ['i.replaced_by is null'] : []),
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
