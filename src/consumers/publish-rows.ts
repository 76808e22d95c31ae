import type { OutboxQueue, OutboxRow } from '../commands/ports/outbox.ts'

export interface PublishRows {
  readonly outbox: Pick<OutboxQueue, 'bury' | 'done'>
  readonly publish: (rows: readonly OutboxRow[]) => Promise<void>
  readonly buried: (code: string) => void
  readonly published?: (rows: number) => void
}

/**
 * All at once; a set that the broker finds too large is halved, and a row that it will never take is buried for an
 * operator. Any other fault is thrown, and what was not acknowledged stays in the outbox.
 */
export async function publishRows(rows: readonly OutboxRow[], options: PublishRows): Promise<void> {
  const { outbox, publish, buried, published } = options
  try {
    await publish(rows)
  } catch (error) {
    const code = tooLarge(error)
    const [first] = rows
    if (code === undefined || !first) throw error
    if (rows.length === 1) {
      await outbox.bury(first.seq, code)
      buried(code)
      return
    }
    const middle = Math.ceil(rows.length / 2)
    await publishRows(rows.slice(0, middle), options)
    return publishRows(rows.slice(middle), options)
  }
  await outbox.done(rows.map(({ seq }) => seq))
  published?.(rows.length)
}

/** What the broker will never take, as kafkajs names it; undefined for a fault that passes. */
function tooLarge(error: unknown): string | undefined {
  const code = (error as { readonly type?: unknown } | null)?.type
  return code === 'MESSAGE_TOO_LARGE' || code === 'RECORD_LIST_TOO_LARGE' ? code : undefined
}
