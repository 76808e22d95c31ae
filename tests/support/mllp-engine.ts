import { connect, type Socket } from 'node:net'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'
import { mllpFrame, mllpFrames, mllpStart } from '../../src/hl7v2/mllp-frames.ts'

/** An interface engine at the other end of an MLLP connection. */
export interface Engine {
  readonly socket: Socket
  readonly send: (...messages: readonly string[]) => void
  /** Waits until so many answers have come in all; gives them. */
  readonly answers: (count: number) => Promise<readonly string[]>
  /** Answers so far. */
  readonly got: () => readonly string[]
  /** Settles when the connection is over. */
  readonly closed: Promise<void>
}

export function engine(port: number, tls?: ConnectionOptions): Engine {
  const socket = tls ? connectTls({ port, host: '127.0.0.1', ...tls }) : connect(port, '127.0.0.1')
  const got: string[] = []
  let rest = mllpStart
  let wake = (): void => undefined
  socket.on('data', bytes => {
    const read = mllpFrames(rest, bytes, { frameBytesMax: 1024 * 1024 })
    rest = read.rest
    got.push(...read.frames.map(frame => frame.toString()))
    wake()
  })
  socket.on('error', () => undefined)
  const closed = new Promise<void>(resolve => socket.on('close', () => resolve()))
  return {
    socket,
    send: (...messages) => void socket.write(Buffer.concat(messages.map(mllpFrame))),
    answers: async count => {
      while (got.length < count) {
        const { promise, resolve } = Promise.withResolvers<void>()
        wake = resolve
        await Promise.race([promise, closed.then(() => Promise.reject(new Error('the connection is over')))])
      }
      return got.slice(0, count)
    },
    got: () => got,
    closed,
  }
}
