import { openSync } from 'node:fs'
import { workerData } from 'node:worker_threads'
import {
  DurableNodeFS,
  type NodeStream,
  type NodeStreamOps,
} from '../../../src/store/embedded/durable-nodefs.ts'
import { servePipes } from '../../../src/store/embedded/serve-pipes.ts'
import { counters, faultModes, type FaultyWorkerOptions } from './faults.ts'

/** The database worker of the product over a disk that a test can fill up or break, and that counts how often it was synced. */
const { folder, shared } = workerData as FaultyWorkerOptions
const cells = new Int32Array(shared)
const mode = (): number => Atomics.load(cells, counters.mode)

/** Every write to it fails with ENOSPC, from the kernel itself. */
const full = openSync('/dev/full', 'w')

class FaultyNodeFS extends DurableNodeFS {
  protected override adapt(operations: NodeStreamOps): void {
    super.adapt(operations)
    const { fsync, write } = operations
    operations.fsync = stream => {
      Atomics.add(cells, counters.fsyncs, 1)
      if (mode() === faultModes.syncFails) throw brokenDisk()
      return fsync?.(stream) ?? 0
    }
    operations.write = (stream, ...bytes) =>
      write(isFull(stream) ? { ...stream, nfd: full } : stream, ...bytes)
  }
}

function isFull(stream: NodeStream & { readonly path?: string }): boolean {
  if (mode() !== faultModes.dataFull && mode() !== faultModes.logFull) return false
  return (stream.path?.includes('/pg_wal/') ?? false) === (mode() === faultModes.logFull)
}

/** As fdatasync of node:fs fails on a disk that lost what was written. */
const brokenDisk = (): Error =>
  Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO', syscall: 'fdatasync' })

await servePipes(new FaultyNodeFS(folder))
