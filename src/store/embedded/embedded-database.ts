import { accessSync, constants, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import pg from 'pg'
import { rowTypes } from '../connection/row-types.ts'
import { StoreFault } from '../../commands/ports/store-fault.ts'
import { takeLock } from './lock-file.ts'
import type { PipeRequest } from './serve-pipes.ts'
import { WorkerSocket } from './worker-socket.ts'

export interface EmbeddedDatabase {
  /** One session at a time: a second connection waits until the first has ended. */
  connect(role: 'service' | 'migration'): Promise<pg.Client>
  close(): Promise<void>
}

export interface EmbeddedOptions {
  readonly dataDir: string
  /** Starts the database thread; tests replace it by one with faults. */
  readonly startWorker?: (folder: string) => Worker
}

const startPipeWorker = (folder: string): Worker =>
  new Worker(new URL('./pipe-worker.ts', import.meta.url), { workerData: { folder } })

function makeFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true })
    accessSync(dataDir, constants.W_OK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new StoreFault(
      'store-unavailable',
      `DATA_DIR ${dataDir} is no folder that can be written (${code ?? 'unknown'}): name another one, or give this user the right to it`,
    )
  }
}

/**
 * PGlite in a worker thread over DATA_DIR/pg, for this process alone. When the thread dies (out of memory, disk full
 * at the log) or a session goes wrong, the thread is ended and the next connection starts another one, which recovers
 * from the log; never two at once.
 */
export function openEmbeddedDatabase({
  dataDir,
  startWorker = startPipeWorker,
}: EmbeddedOptions): EmbeddedDatabase {
  makeFolder(dataDir)
  const release = takeLock(dataDir)
  let worker: Promise<Worker> | undefined
  let ended: Promise<unknown> = Promise.resolve()

  const start = (): Promise<Worker> => {
    const starting = ready(() => startWorker(join(dataDir, 'pg')))
    const forget = (): void => {
      if (worker === starting) worker = undefined
    }
    // A thread that did not start, or is gone, must not be waited for again.
    starting.then(thread => thread.once('exit', forget), forget)
    return starting
  }

  /** Resolves when the thread is gone and the next one may be started. */
  const giveUp = (running: Worker): Promise<unknown> => {
    ended = running.terminate()
    return ended
  }

  return {
    connect: async role => {
      await ended
      worker ??= start()
      const running = await worker
      const client = new pg.Client({
        stream: () => new WorkerSocket(running),
        user: 'postgres',
        database: 'postgres',
        types: rowTypes,
        pipeline: role === 'service',
      })
      try {
        await client.connect()
      } catch (error) {
        await giveUp(running)
        throw error
      }
      // A broken session, of which the engine may still hold a half: a new thread holds nothing of it.
      client.on('error', () => void giveUp(running))
      return client
    },
    close: async () => {
      try {
        const running = await worker?.catch(() => undefined)
        if (running) await stop(running)
        await ended
      } finally {
        release()
      }
    },
  }
}

/** Starts a thread and resolves when it serves; rejects when it never will, after its end. */
async function ready(startWorker: () => Worker): Promise<Worker> {
  const thread = startWorker()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  thread.once('message', () => resolve())
  thread.once('error', reject)
  thread.once('exit', () => reject(new Error('the embedded database did not start')))
  // A later fault is seen by the sockets, which end with the thread.
  thread.on('error', () => undefined)
  try {
    await promise
    return thread
  } catch (error) {
    await thread.terminate()
    throw error
  }
}

/** Asks the engine to shut down; one that doesn't answer is ended, which its log survives. */
async function stop(worker: Worker): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  worker.once('exit', () => resolve())
  worker.postMessage({ end: true } satisfies PipeRequest)
  const timer = setTimeout(() => void worker.terminate(), STOP_TIMEOUT_MS)
  await promise
  clearTimeout(timer)
}

const STOP_TIMEOUT_MS = 15_000
