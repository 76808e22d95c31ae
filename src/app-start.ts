import closeWithGrace from 'close-with-grace'
import { createApp } from './app.ts'
import { listenFault } from './app-listen-fault.ts'
import { readConfig } from './config/environment.ts'
import { describeWrong } from './config/wrong.ts'

/** Longer than the drain of HTTP and the batch in hand take; Kubernetes waits 30 s by default. */
const STOP_WITHIN_MS = 20_000

/** Serves until a signal ends the process. Exit codes: 2 = the configuration or the store, 1 = the address is taken. */
export async function start(environment: NodeJS.ProcessEnv): Promise<void> {
  const read = readConfig(environment)
  if (!read.ok) {
    process.stderr.write(`${describeWrong(read.wrong)}\n`)
    process.exit(2)
  }
  const starting = createApp(read.value)
  closeWithGrace({ delay: STOP_WITHIN_MS, logger: false }, async ({ signal, err }) => {
    const app = await starting.catch(() => undefined)
    await app?.close(signal ?? 'fault', err)
  })
  const app = await starting.catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : 'unknown'
    process.stderr.write(`Casewire could not start: ${reason}\n`)
    process.exit(2)
  })
  await app.listen().catch(async (error: unknown) => {
    process.stderr.write(`${listenFault(error, read.value.http)}\n`)
    await app.close('listen-failed')
    process.exit(1)
  })
}
