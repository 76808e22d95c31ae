import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'vitest'
import { startKafka } from '../../../scripts/services/kafka.ts'
import { startPostgres } from '../../../scripts/services/postgres.ts'
import { freePort, stopProcess } from '../../../scripts/services/process.ts'
import { cacheFolder, Missing, type Service, type Wanted } from '../../../scripts/services/service.ts'
import { wipe } from '../../../scripts/services/start.ts'

/** A server of one test alone, which may therefore die. */
export interface OwnServer extends AsyncDisposable {
  readonly address: string
  /** As a power cut of the process: nothing is said, nothing is flushed that the system doesn't have. */
  readonly kill: () => Promise<void>
  /** On the same port, with what it had. */
  readonly startAgain: () => Promise<void>
}

export const ownKafka = (context: TestContext): Promise<OwnServer> => own('kafka', startKafka, context)
export const ownPostgres = (context: TestContext): Promise<OwnServer> =>
  own('postgres', startPostgres, context)

async function own(
  name: 'kafka' | 'postgres',
  launched: (wanted: Wanted) => Promise<Service>,
  context: TestContext,
): Promise<OwnServer> {
  const wanted: Wanted = {
    folder: join(mkdtempSync(join(tmpdir(), 'cw-own-')), name),
    cache: cacheFolder,
    port: await freePort(),
    // What it acknowledged must be there after it was killed; and no topic makes itself.
    throwAway: name === 'kafka',
    say: () => undefined,
  }
  let service = await startedOrSkipped(name, () => launched(wanted), context)
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if ('pid' in service.by) await stopProcess(service.by, { signal, graceMs: 20_000 })
  }
  return {
    address: service.address,
    // SIGQUIT is PostgreSQL's immediate shutdown: on SIGKILL its children live on and hold the memory.
    kill: () => end(name === 'postgres' ? 'SIGQUIT' : 'SIGKILL'),
    startAgain: async () => {
      service = await launched(wanted)
    },
    [Symbol.asyncDispose]: async () => {
      await end(name === 'postgres' ? 'SIGQUIT' : 'SIGKILL')
      wipe(wanted.folder)
    },
  }
}

/** A machine that can't start one of its own skips the test and says so; with REQUIRE_SERVERS=1 it fails. */
async function startedOrSkipped(
  name: string,
  start: () => Promise<Service>,
  context: TestContext,
): Promise<Service> {
  try {
    return await start()
  } catch (error) {
    if (!(error instanceof Missing) || process.env['REQUIRE_SERVERS'] === '1') throw error
    process.stderr.write(`SKIPPED: no ${name} of its own for a test that kills it (${error.message})\n`)
    return context.skip(`no ${name} that may be killed: ${error.message}`)
  }
}
