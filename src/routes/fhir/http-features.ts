import compress from '@fastify/compress'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ok } from '../../lib/result.ts'
import { binaryText, wantsBytes } from './binary.ts'
import type { Body } from './exchange.ts'
import { urlMalformed } from './errors.ts'
import { acceptable, acceptPatch, readableBody } from './media-types.ts'
import { isWellEncoded, queryOf } from './query.ts'
import { sendFailure } from './send.ts'

/** Below it the headers and the work cost more than the bytes: about one network packet. */
const COMPRESSED_FROM_BYTES = 1400

/**
 * A browser that knows a Last-Modified and nothing else may show what it has kept for days (RFC 9111, 4.2.2), after an update and to who
 * signs in next; so it asks each time, and is told 304 where nothing changed.
 */
const ASK_FIRST = 'private, no-cache'

/**
 * What HTTP asks of every FHIR route: the formats that are understood (http://hl7.org/fhir/R4/http.html#mime-type) are
 * looked at before a body is read; answers and bodies may be brotli or gzip (RFC 9110, 8.4.1). Comes before the routes.
 */
export async function httpFeatures(server: FastifyInstance): Promise<void> {
  addBytesParser(server)
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('cache-control', ASK_FIRST)
    if (!refusedFormat(request, reply)) done()
  })
  await server.register(compress, {
    threshold: COMPRESSED_FROM_BYTES,
    encodings: ['br', 'gzip'],
    requestEncodings: ['br', 'gzip'],
  })
}

/** Answers a request whose query or formats are not understood. */
function refusedFormat(request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
  const { headers, method } = request
  if (!isWellEncoded(request)) return sendFailure(reply, urlMalformed)
  const { type } = (request.params ?? {}) as { readonly type?: string }
  const format = queryOf(request).get('_format') ?? undefined
  const isBytes = type === 'Binary' && method !== 'DELETE' && wantsBytes(headers, format)
  const answer = isBytes ? ok(undefined) : acceptable({ accept: headers.accept, format })
  if (!answer.ok) return sendFailure(reply, answer.failure)
  const isKept = type === 'Binary' && (method === 'POST' || method === 'PUT')
  const body = readableBody(headers, isKept || !hasBody.has(method))
  if (body.ok) return undefined
  if (method === 'PATCH') reply.header('accept-patch', acceptPatch)
  return sendFailure(reply, body.failure)
}

const hasBody: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

/** What isn't FHIR and is sent to Binary becomes one; anything else was refused before it was read. */
function addBytesParser(server: FastifyInstance): void {
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (request, bytes, done) => {
    const { id } = request.params as { readonly id?: string }
    const context = request.headers['x-security-context']
    const text = binaryText({
      contentType: request.headers['content-type'] ?? 'application/octet-stream',
      content: bytes as Buffer,
      ...(id !== undefined && { id }),
      ...(typeof context === 'string' && { securityContext: context }),
    })
    done(null, { kind: 'json', text } satisfies Body)
  })
}
