import { parentPort, type MessagePort } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { durableParameters, type DurableNodeFS } from './durable-nodefs.ts'
import { endWhenSick, lastWords } from './sick-engine.ts'

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
  endWhenSick(database, endThread)
  let sessions: Promise<void> = Promise.resolve()
  owner.on('message', (request: PipeRequest) => {
    const work = 'open' in request ? () => serve(database, request.open) : () => close(database)
    sessions = sessions.then(work).catch(endThread)
  })
  owner.postMessage('ready' satisfies PipeEvent)
}

async function close(database: PGlite): Promise<void> {
  await database.close()
  parentPort?.postMessage('closed' satisfies PipeEvent)
  parentPort?.close()
}

/** Serves a session until its port closes. */
async function serve(database: PGlite, port: MessagePort): Promise<void> {
  await database.exec('rollback')
  await database.exec('discard all')
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const areLast = lastWords()
  const onRawData = (bytes: Uint8Array): void => {
    const copy = Buffer.from(bytes.slice().buffer)
    const isOver = areLast(copy)
    port.postMessage(copy, [copy.buffer])
    if (isOver) endThread()
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
 * What a broken engine holds in memory can't be trusted. Ending the thread loses nothing that was committed; the next
 * one recovers from the log. At once, in the middle of any call: not one more answer leaves, no other session begins.
 */
function endThread(): never {
  process.exit(1)
}
