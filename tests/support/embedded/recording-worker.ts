import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { serialize } from 'node:v8'
import { workerData } from 'node:worker_threads'
import {
  DurableNodeFS,
  type NodeStream,
  type NodeStreamOps,
} from '../../../src/store/embedded/durable-nodefs.ts'
import { servePipes } from '../../../src/store/embedded/serve-pipes.ts'
import type { DiskEvent, RecordingWorkerOptions } from './power-cut.ts'

/** The database worker of the product over a disk that remembers everything done to it, in order. */
const { folder, record, shared } = workerData as RecordingWorkerOptions
const count = new Int32Array(shared)
const events: DiskEvent[] = []

function note(event: DiskEvent): void {
  events.push(event)
  Atomics.store(count, 0, events.length)
}

interface Node {
  readonly mode: number
}

/** What emscripten's NODEFS has beside its stream operations. */
interface NodeFsModule {
  readonly NODEFS: {
    readonly realPath: (node: Node) => string
    readonly node_ops: Record<string, (...parts: never[]) => unknown>
  }
}

const DIRECTORY = 0o040000
const TYPE = 0o170000

class RecordingNodeFS extends DurableNodeFS {
  override async init(...args: Parameters<DurableNodeFS['init']>): ReturnType<DurableNodeFS['init']> {
    const started = await super.init(...args)
    const preRun = (module: unknown): void => recordNames(module as NodeFsModule)
    started.emscriptenOpts.preRun = [...[started.emscriptenOpts.preRun ?? []].flat(), preRun]
    return started
  }

  protected override adapt(operations: NodeStreamOps): void {
    super.adapt(operations)
    const { fsync, write } = operations
    operations.write = (stream, ...bytes) => {
      const [buffer, offset, , position] = bytes
      const written = write(stream, ...bytes)
      note({
        kind: 'write',
        path: pathOf(stream),
        position,
        bytes: Uint8Array.from(buffer.subarray(offset, offset + written)),
      })
      return written
    }
    if (!fsync) return
    operations.fsync = stream => {
      const result = fsync(stream)
      note({ kind: 'sync', path: pathOf(stream) })
      return result
    }
  }
}

let realPath: (node: Node) => string
const pathOf = (stream: NodeStream & { readonly node?: Node }): string =>
  stream.node ? realPath(stream.node) : ''

/** Changes of names and sizes, which a journaling file system keeps in order. */
function recordNames({ NODEFS }: NodeFsModule): void {
  realPath = node => NODEFS.realPath(node)
  const operations = NODEFS.node_ops as Record<string, (...parts: unknown[]) => unknown>
  const after = (name: string, event: (...parts: never[]) => DiskEvent | undefined): void => {
    const original = operations[name]
    if (!original) return
    operations[name] = (...parts) => {
      const noted = event(...(parts as never[]))
      const result = original(...parts)
      if (noted) note(noted)
      return result
    }
  }
  after('mknod', (parent: Node, name: string, mode: number) => ({
    kind: 'make',
    path: join(realPath(parent), name),
    folder: (mode & TYPE) === DIRECTORY,
  }))
  after('rename', (node: Node, parent: Node, name: string) => ({
    kind: 'move',
    path: realPath(node),
    to: join(realPath(parent), name),
  }))
  after('unlink', (parent: Node, name: string) => ({ kind: 'remove', path: join(realPath(parent), name) }))
  after('rmdir', (parent: Node, name: string) => ({ kind: 'remove', path: join(realPath(parent), name) }))
  after('setattr', (node: Node, { size }: { readonly size?: number }) =>
    size === undefined ? undefined : { kind: 'cut', path: realPath(node), size },
  )
}

process.on('exit', () => writeFileSync(record, serialize(events)))

await servePipes(new RecordingNodeFS(folder))
