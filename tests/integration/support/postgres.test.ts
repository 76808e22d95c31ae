import { Client } from 'pg'
import { expect, test } from 'vitest'
import { describeWith, freshDatabase } from '../../support/real-servers.ts'

describeWith(['postgres'], 'a fresh database', () => {
  test('is empty, of PostgreSQL 15 or later, and gone afterwards', async () => {
    const kept = await (async () => {
      await using database = await freshDatabase()
      const tables = await query(database.url, `select 1 from pg_tables where schemaname = 'public'`)
      expect(tables).toEqual([])
      const [version] = await query(database.url, 'select version() as text')
      expect(version?.['text']).toMatch(/^PostgreSQL (1[5-9]|[2-9]\d)/)
      return database.url
    })()
    await expect(query(kept, 'select 1')).rejects.toThrow(/does not exist/)
  })
})

async function query(url: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}
