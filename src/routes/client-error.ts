import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Failure } from '../lib/result.ts'
import { codedOutcome } from '../fhir/outcome.ts'

/** As Node gives it: what could be read is in `rawPacket`. */
interface ClientError extends Error {
  readonly code?: string
  readonly rawPacket?: unknown
}

/**
 * Answers what Node's parser could not read as a request (a method that HTTP knows none of, headers that are too large, a
 * request that never ends), in the words of the door that was knocked at; without it there is no body that a client of ours
 * could read.
 */
export function answerClientError(error: ClientError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, failure] = known[error.code ?? ''] ?? [400, unreadable]
  const read = Buffer.isBuffer(error.rawPacket) ? error.rawPacket.toString('latin1') : ''
  const isFhir = /^\S+ (?:https?:\/\/[^/\s]+)?\/fhir[/?\s]/.test(read)
  const body = JSON.stringify(isFhir ? codedOutcome(failure) : problemOf(failure, status))
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      `content-type: application/${isFhir ? 'fhir' : 'problem'}+json; charset=utf-8`,
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  )
}

const problemOf = ({ code, message }: Failure, status: number): object => ({
  ...{ type: `urn:casewire:error:${code}`, title: code.replaceAll('-', ' '), status },
  ...{ detail: message, code },
})

const unreadable: Failure = {
  kind: 'invalid',
  code: 'request-malformed',
  message: 'The request could not be read as HTTP/1.1.',
}

const methodUnknown: Failure = {
  kind: 'method-not-allowed',
  code: 'method-unknown',
  message: 'HTTP has no such method: use GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS.',
}

const known: Readonly<Record<string, readonly [number, Failure]>> = {
  HPE_INVALID_METHOD: [501, methodUnknown],
  HPE_HEADER_OVERFLOW: [
    431,
    {
      kind: 'too-large',
      code: 'headers-too-large',
      message: 'Address and headers of a request may have 16 kB together: send a search by POST to _search.',
    },
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [
    408,
    {
      kind: 'invalid',
      code: 'request-too-slow',
      message: 'The request did not come to its end in time: send it again.',
    },
  ],
}
