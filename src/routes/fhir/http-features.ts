import compress from '@fastify/compress'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { acceptable, readableBody } from './media-types.ts'
import { queryOf } from './query.ts'
import { sendFailure } from './send.ts'

/** Below it the headers and the work cost more than the bytes: about one network packet. */
const COMPRESSED_FROM_BYTES = 1400

/**
 * What HTTP asks of every FHIR route: the formats that are understood (http://hl7.org/fhir/R4/http.html#mime-type) are
 * looked at before a body is read; answers and bodies may be brotli or gzip (RFC 9110, 8.4.1). Comes before the routes.
 */
export async function httpFeatures(server: FastifyInstance): Promise<void> {
  server.addHook('onRequest', async (request, reply) => negotiated(request, reply))
  await server.register(compress, {
    threshold: COMPRESSED_FROM_BYTES,
    encodings: ['br', 'gzip'],
    requestEncodings: ['br', 'gzip'],
  })
}

function negotiated(request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
  const { headers } = request
  const format = queryOf(request).get('_format') ?? undefined
  const answer = acceptable({ accept: headers.accept, format })
  if (!answer.ok) return sendFailure(reply, answer.failure)
  const body = readableBody(headers)
  return body.ok ? undefined : sendFailure(reply, body.failure)
}
