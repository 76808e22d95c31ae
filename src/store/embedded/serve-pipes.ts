import { parentPort, type MessagePort } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { durableParameters, type DurableNodeFS } from './durable-nodefs.ts'

/** What the main thread asks of the database worker. */
export type PipeRequest = { readonly open: MessagePort } | { readonly end: true }
/** What the worker tells. */
export type PipeEvent = 'ready' | 'closed'

/**
 * PGlite as a byte pipe: it speaks the PostgreSQL protocol itself, so bytes from the driver go in and answers go out.
 * One session at a time, as the engine has one backend: a port that opens while another is open waits.
 */
export async function servePipes(files: DurableNodeFS): Promise<void> {
  const owner = parentPort
  if (!owner) throw new Error('the embedded database runs in a worker thread only')
  const database = new PGlite({ fs: files, startParams: durableParameters(PGlite.defaultStartParams) })
  await database.waitReady
  let sessions: Promise<void> = Promise.resolve()
  owner.on('message', (request: PipeRequest) => {
    const work = 'open' in request ? () => serve(database, request.open) : () => close(database)
    sessions = sessions.then(work).catch(die)
  })
  owner.postMessage('ready' satisfies PipeEvent)
}

async function close(database: PGlite): Promise<void> {
  await database.close()
  parentPort?.postMessage('closed' satisfies PipeEvent)
  parentPort?.close()
}

/**
 * Severities of an ErrorResponse (PostgreSQL protocol, 55.8) after which a server ends itself, because its memory may no
 * longer agree with its log. PGlite goes on (seen when the log's disk was full), so the thread is ended here.
 */
const PANIC = 'SPANIC\0VPANIC\0'
const FATAL = 'SFATAL\0VFATAL\0'

/** Serves a session until its port closes. */
async function serve(database: PGlite, port: MessagePort): Promise<void> {
  await database.exec('rollback')
  await database.exec('discard all')
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onRawData = (bytes: Uint8Array): void => {
    const copy = Buffer.from(bytes.slice().buffer)
    if (copy.includes(PANIC) || copy.includes(FATAL)) reject(new Error('the database engine panicked'))
    port.postMessage(copy, [copy.buffer])
  }
  let last: Promise<void> = Promise.resolve()
  port.on('message', (bytes: Uint8Array) => {
    last = last.then(() => database.execProtocolRawStream(bytes, { onRawData }))
    last.catch(reject)
  })
  port.on('close', () => void last.then(resolve, reject))
  return promise
}

/**
 * The engine stopped (out of memory, a PANIC because the log could not be written): what it holds in memory can't be
 * trusted. Ending the thread loses nothing that was committed; the next one recovers from the log.
 */
function die(error: unknown): void {
  setImmediate(() => {
    throw error
  })
}
