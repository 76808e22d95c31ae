import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface ThrowAwayFolder {
  readonly path: string
  readonly remove: () => Promise<void>
}

/**
 * A folder that doesn't outlive the process, however it ends (but by SIGKILL): what is in it are patients' messages. A
 * reader that goes away (`| head`) ends the process by process.exit, Ctrl-C by a signal.
 */
export async function throwAwayFolder(prefix: string): Promise<ThrowAwayFolder> {
  const path = await mkdtemp(join(tmpdir(), prefix))
  const leave = (): void => rmSync(path, { recursive: true, force: true, maxRetries: 3 })
  const stop = (): never => process.exit(INTERRUPTED)
  process.once('exit', leave)
  for (const signal of SIGNALS) process.once(signal, stop)
  return {
    path,
    remove: async () => {
      await rm(path, { recursive: true, force: true })
      process.off('exit', leave)
      for (const signal of SIGNALS) process.off(signal, stop)
    },
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** What shells say of a command that Ctrl-C ended. */
const INTERRUPTED = 130
