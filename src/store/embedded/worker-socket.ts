import { Duplex } from 'node:stream'
import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads'
import type { PipeRequest } from './serve-pipes.ts'

/** The protocol's Terminate message: `X` and a length of 4. */
const TERMINATE = 0x58

/**
 * The socket that the pg driver talks to, over a port to the database worker. What the driver writes in one tick goes
 * out as one transferred buffer, so that the engine always gets whole protocol messages (half a one hangs it).
 */
export class WorkerSocket extends Duplex {
  readonly #port: MessagePort
  #unsent: Buffer[] = []

  constructor(worker: Worker) {
    super()
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    port1.on('message', (bytes: Uint8Array) =>
      this.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)),
    )
    port1.on('close', () => this.destroy())
    worker.once('exit', () => this.destroy(new Error('the embedded database stopped')))
    worker.postMessage({ open: port2 } satisfies PipeRequest, [port2])
  }

  connect(): this {
    process.nextTick(() => this.emit('connect'))
    return this
  }

  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  ref(): this {
    this.#port.ref()
    return this
  }

  unref(): this {
    this.#port.unref()
    return this
  }

  override _read(): void {
    // The port pushes; there is nothing to ask for.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    done()
    if (chunk.length === 5 && chunk[0] === TERMINATE) {
      this.end()
      return
    }
    if (this.#unsent.length === 0) process.nextTick(() => this.#send())
    // The driver reuses its buffer: keep a copy.
    this.#unsent.push(Buffer.from(chunk))
  }

  #send(): void {
    const bytes = new Uint8Array(this.#unsent.reduce((size, chunk) => size + chunk.length, 0))
    let at = 0
    for (const chunk of this.#unsent) {
      bytes.set(chunk, at)
      at += chunk.length
    }
    this.#unsent = []
    this.#port.postMessage(bytes, [bytes.buffer])
  }

  override _final(done: () => void): void {
    this.#port.close()
    this.push(null)
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#port.close()
    done(error)
  }
}
