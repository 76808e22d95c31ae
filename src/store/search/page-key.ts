import type { Db } from '../connection/db.ts'

/** The key that seals pages of searches (commands/fhir/search-pages.ts), 32 bytes; asked for once. */
export function pageKeyOf(db: Db): () => Promise<Buffer> {
  let key: Promise<Buffer> | undefined
  const read = async (): Promise<Buffer> => {
    const { rows } = await db.query<{ key: Buffer }>({ text: 'select key from page_key' })
    const [row] = rows
    if (!row) throw new Error('page_key is empty')
    return row.key
  }
  return () => {
    key ??= read().catch((error: unknown) => {
      key = undefined
      throw error
    })
    return key
  }
}
