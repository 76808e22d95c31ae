import type { InboxEntry } from '../ports/store.ts'

/** What identifies an inbox entry: sender, control id and payload, because control ids are reused for other payloads. */
export type InboxKey = Pick<InboxEntry, 'source' | 'messageId' | 'payloadHash'>

/** The id of an inbox entry in URLs and on the command line: base64url of its three keys. */
export const inboxIdOf = ({ source, messageId, payloadHash }: InboxKey): string =>
  Buffer.from(JSON.stringify([source, messageId, payloadHash])).toString('base64url')

/** The keys that an id stands for, or undefined when it is none. */
export function parseInboxId(id: string): InboxKey | undefined {
  const parts = jsonOf(Buffer.from(id, 'base64url').toString())
  if (!Array.isArray(parts) || parts.length !== 3 || !parts.every(part => typeof part === 'string'))
    return undefined
  const [source, messageId, payloadHash] = parts as [string, string, string]
  return { source, messageId, payloadHash }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
