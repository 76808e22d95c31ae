import { Worker } from 'node:worker_threads'

/** Cells shared with the faulty worker. */
export const counters = { mode: 0, fsyncs: 1 } as const
export const faultModes = { none: 0, dataFull: 1, logFull: 2, syncFails: 3 } as const

export interface FaultyWorkerOptions {
  readonly folder: string
  readonly shared: SharedArrayBuffer
}

export interface Faults {
  readonly startWorker: (folder: string) => Worker
  readonly set: (mode: keyof typeof faultModes) => void
  readonly fsyncs: () => number
  /** Ends the thread as a crash would. */
  readonly kill: () => Promise<number>
  /** How many threads were started. */
  readonly started: () => number
}

/** Workers of the embedded store whose disk the test controls. */
export function faultyWorkers(): Faults {
  const shared = new SharedArrayBuffer(8)
  const cells = new Int32Array(shared)
  const workers: Worker[] = []
  return {
    startWorker: folder => {
      const worker = new Worker(new URL('./faulty-worker.ts', import.meta.url), {
        workerData: { folder, shared } satisfies FaultyWorkerOptions,
      })
      workers.push(worker)
      return worker
    },
    set: mode => {
      Atomics.store(cells, counters.mode, faultModes[mode])
    },
    fsyncs: () => Atomics.load(cells, counters.fsyncs),
    kill: async () => (await workers.at(-1)?.terminate()) ?? 0,
    started: () => workers.length,
  }
}
