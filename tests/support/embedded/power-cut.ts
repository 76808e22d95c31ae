import {
  closeSync,
  cpSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { deserialize } from 'node:v8'
import { Worker } from 'node:worker_threads'

export interface RecordingWorkerOptions {
  readonly folder: string
  /** File that receives the events when the worker ends. */
  readonly record: string
  /** One cell: how many events there are so far. */
  readonly shared: SharedArrayBuffer
}

export type DiskEvent =
  | { readonly kind: 'write'; readonly path: string; readonly position: number; readonly bytes: Uint8Array }
  | { readonly kind: 'sync'; readonly path: string }
  | { readonly kind: 'make'; readonly path: string; readonly folder: boolean }
  | { readonly kind: 'move'; readonly path: string; readonly to: string }
  | { readonly kind: 'remove'; readonly path: string }
  | { readonly kind: 'cut'; readonly path: string; readonly size: number }

export interface Recorder {
  readonly startWorker: (folder: string) => Worker
  /** How many events there were so far. */
  readonly now: () => number
  /** All of them, once the worker has ended. */
  readonly events: () => readonly DiskEvent[]
}

/** A worker of the embedded store that records what it does to its disk. */
export function diskRecorder(record: string): Recorder {
  const shared = new SharedArrayBuffer(4)
  const count = new Int32Array(shared)
  return {
    startWorker: folder =>
      new Worker(new URL('./recording-worker.ts', import.meta.url), {
        workerData: { folder, record, shared } satisfies RecordingWorkerOptions,
      }),
    now: () => Atomics.load(count, 0),
    events: () => deserialize(readFileSync(record)) as readonly DiskEvent[],
  }
}

export interface PowerCut {
  /** The data folder before the events, and the path it had when they were recorded. */
  readonly before: string
  readonly recordedAt: string
  readonly events: readonly DiskEvent[]
  /** The power goes after so many events. */
  readonly cutAt: number
  /** The chance of a write that no sync confirmed to have reached the disk all the same. */
  readonly luck: () => boolean
}

/** Builds in `image` the disk as a power cut leaves it: synced writes are there, others only by luck. */
export function buildImage(image: string, { before, recordedAt, events, cutAt, luck }: PowerCut): void {
  rmSync(image, { recursive: true, force: true })
  cpSync(before, image, { recursive: true })
  const done = events.slice(0, cutAt)
  const lastSync = new Map(
    done.flatMap((event, at) => (event.kind === 'sync' ? [[event.path, at] as const] : [])),
  )
  const place = (path: string): string => image + path.slice(recordedAt.length)
  done.forEach((event, at) => {
    const isSynced = (lastSync.get(event.path) ?? -1) > at
    if (event.kind !== 'write' || isSynced || luck()) redo(event, place)
  })
}

function redo(event: DiskEvent, place: (path: string) => string): void {
  const path = place(event.path)
  switch (event.kind) {
    case 'write':
      return writeAt(path, event.bytes, event.position)
    case 'make':
      return event.folder ? void mkdirSync(path, { recursive: true }) : writeFileSync(path, '', { flag: 'a' })
    case 'move':
      return renameSync(path, place(event.to))
    case 'remove':
      return rmSync(path, { force: true, recursive: true })
    case 'cut':
      return truncateSync(path, event.size)
    case 'sync':
  }
}

function writeAt(path: string, bytes: Uint8Array, position: number): void {
  const file = openSync(path, 'r+')
  try {
    writeSync(file, bytes, 0, bytes.length, position)
  } finally {
    closeSync(file)
  }
}
