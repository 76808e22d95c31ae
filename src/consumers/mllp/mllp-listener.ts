import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { faultOf } from '../../commands/ports/events.ts'
import { mllpConnection, type MllpConnection, type MllpConnectionOptions } from './mllp-connection.ts'

export interface MllpTls {
  readonly certFile: string
  readonly keyFile: string
  /** Authorities of the engines' own certificates: who has none of theirs is not let in. */
  readonly clientCaFile?: string
}

export interface MllpListenerOptions extends Omit<MllpConnectionOptions, 'lane'> {
  readonly host: string
  readonly port: number
  readonly tls?: MllpTls
  readonly connectionsMax: number
  /** Writer lanes of the store, shared out among connections. */
  readonly lanes: number
}

export interface MllpListener {
  /** Gives the port that it listens on. */
  start(): Promise<number>
  /** Lets nobody in any more, answers what is in hand, and hangs up. */
  stop(): Promise<void>
}

/** The inlet for engines that speak MLLP over TCP or TLS, behind the same handler as every other door. */
export function mllpListener(options: MllpListenerOptions): MllpListener {
  const { host, port, tls, lanes, emit } = options
  const open = new Map<Socket, MllpConnection>()
  let accepted = 0

  const accept = (socket: Socket): void => {
    if (open.size >= options.connectionsMax) {
      emit('mllp-hung-up', { reason: 'too-many-connections' })
      return void socket.destroy()
    }
    accepted += 1
    socket.setKeepAlive(true, 60_000)
    socket.setNoDelay(true)
    open.set(socket, mllpConnection(socket, { ...options, lane: accepted % lanes }))
    socket.on('close', () => open.delete(socket))
  }
  const server: Server = tls
    ? createTlsServer({ ...secretsOf(tls), allowHalfOpen: true, minVersion: 'TLSv1.2' }, accept)
    : createServer({ allowHalfOpen: true }, accept)
  server.on('tlsClientError', (error: Error) =>
    emit('mllp-hung-up', { reason: 'tls-failed', fault: faultOf(error) }),
  )

  return {
    start: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen(port, host, () => {
          server.removeListener('error', reject)
          server.on('error', error => emit('mllp-hung-up', { reason: 'listener', fault: faultOf(error) }))
          const bound = (server.address() as AddressInfo).port
          emit('mllp-listening', { host, port: bound, tls: tls ? 'on' : 'off' })
          resolve(bound)
        })
      }),
    stop: async () => {
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      await Promise.all([...open.values()].map(connection => connection.stop()))
      for (const socket of open.keys()) socket.destroySoon()
      await closed
    },
  }
}

const secretsOf = ({ certFile, keyFile, clientCaFile }: MllpTls) => ({
  cert: readFileSync(certFile),
  key: readFileSync(keyFile),
  ...(clientCaFile !== undefined && {
    ca: readFileSync(clientCaFile),
    requestCert: true,
    rejectUnauthorized: true,
  }),
})
