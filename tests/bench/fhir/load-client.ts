import { Agent, request } from 'node:http'

export interface Asked {
  readonly method: string
  /** Below the base. */
  readonly path: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Answered {
  /** 0 = no answer. */
  readonly status: number
  readonly text: string
  readonly location: string | undefined
  readonly ms: number
}

/** Requests to a FHIR server over connections that are kept. Faults of the network are answers of status 0. */
export interface LoadClient {
  readonly send: (asked: Asked) => Promise<Answered>
  readonly close: () => void
}

const JSON_TYPE = 'application/fhir+json'

export function loadClient(
  base: string,
  { clients, headers = {} }: { readonly clients: number; readonly headers?: Asked['headers'] },
): LoadClient {
  const agent = new Agent({ keepAlive: true, maxSockets: clients, scheduling: 'fifo' })
  const { hostname, port, pathname } = new URL(base)
  const common = { accept: JSON_TYPE, ...headers }
  const send = ({ method, path, body, headers: own }: Asked): Promise<Answered> =>
    new Promise(resolve => {
      const began = performance.now()
      const done = (status: number, text: string, location?: string): void =>
        resolve({ status, text, location, ms: performance.now() - began })
      const length = body === undefined ? {} : { 'content-type': JSON_TYPE, 'content-length': bytes(body) }
      const sent = request(
        { hostname, port, method, agent, path: pathname + path, headers: { ...common, ...length, ...own } },
        answer => {
          const chunks: Buffer[] = []
          const { location } = answer.headers
          answer.on('data', (chunk: Buffer) => chunks.push(chunk))
          answer.on('end', () => done(answer.statusCode ?? 0, Buffer.concat(chunks).toString(), location))
          answer.on('error', error => done(0, String(error)))
        },
      )
      sent.setTimeout(120_000, () => sent.destroy(new Error('no answer in two minutes')))
      sent.on('error', error => done(0, String(error)))
      sent.end(body)
    })
  return { send, close: () => agent.destroy() }
}

const bytes = (text: string): string => String(Buffer.byteLength(text))
