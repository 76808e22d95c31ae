import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import pg from 'pg'
import { rowTypes } from '../row-types.ts'
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

/**
 * PGlite in a worker thread over DATA_DIR/pg, for this process alone. When the thread dies (out of memory, disk full
 * at the log) the next connection starts another one, which recovers from the log.
 */
export function openEmbeddedDatabase({
  dataDir,
  startWorker = startPipeWorker,
}: EmbeddedOptions): EmbeddedDatabase {
  mkdirSync(dataDir, { recursive: true })
  const release = takeLock(dataDir)
  let worker: Promise<Worker> | undefined

  const start = async (): Promise<Worker> => {
    const started = startWorker(join(dataDir, 'pg'))
    started.once('exit', () => {
      worker = undefined
    })
    await untilReady(started)
    return started
  }

  return {
    connect: async role => {
      worker ??= start()
      const running = await worker
      const client = new pg.Client({
        stream: () => new WorkerSocket(running),
        user: 'postgres',
        database: 'postgres',
        types: rowTypes,
        pipeline: role === 'service',
      })
      await client.connect()
      return client
    },
    close: async () => {
      try {
        const running = await worker
        if (running) await stop(running)
      } finally {
        release()
      }
    },
  }
}

function untilReady(worker: Worker): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  worker.once('message', () => resolve())
  worker.once('error', reject)
  worker.once('exit', () => reject(new Error('the embedded database did not start')))
  // A later fault is seen by the sockets, which end with the thread.
  worker.on('error', () => undefined)
  return promise
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
