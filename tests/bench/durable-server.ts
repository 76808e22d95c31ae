import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../scripts/services/process.ts'
import { start, stop, wipe } from '../../scripts/services/start.ts'

/** The PostgreSQL of TEST_DATABASE_URL, else a local one that syncs its log and is gone after `close`. */
export async function openServer(): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const given = process.env['TEST_DATABASE_URL']
  if (given) return { url: given, close: async () => undefined }
  const folder = mkdtempSync(join(tmpdir(), 'cw-bench-'))
  const say = (text: string): void => void process.stderr.write(`${text}\n`)
  const { address } = await start('postgres', {
    folder,
    cache: folder,
    port: await freePort(),
    throwAway: false,
    say,
  })
  const close = async (): Promise<void> => {
    await stop(folder)
    wipe(folder)
  }
  return { url: address, close }
}
