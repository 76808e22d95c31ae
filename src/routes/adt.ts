import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { acknowledgementBatch } from '../hl7v2/acknowledgement.ts'
import { isBatch } from '../hl7v2/er7-payload.ts'
import { instantOf, type Clock } from '../lib/clock.ts'
import { acksOf } from '../commands/ingest-adt/acks-of.ts'
import type { IngestAdt, Verdict } from '../commands/ingest-adt/inbound.ts'
import { callerOf } from './caller.ts'
import { ER7_TYPES } from './er7-types.ts'
import { sendProblem } from './problem.ts'
import { verdictJson } from './verdict-json.ts'

export interface AdtRouteOptions {
  /** The inlet of the tenant of who is calling. */
  readonly ingestOf: (request: FastifyRequest) => IngestAdt
  readonly clock: Clock
}

const OTHER_TYPES = [
  'application/json',
  'application/cloudevents+json',
  'application/cloudevents-batch+json',
  'application/fhir+json',
  'application/hl7-v2+xml',
  'application/xml',
  'text/xml',
  'application/octet-stream',
  'application/gzip',
]

/**
 * `POST /adt`: the ADT inlet (interface.md 3). Answers when the effects are durable: HL7 ACKs to ER7, verdicts as JSON
 * to everything else and to `Accept: application/json`.
 */
export async function adtRoutes(server: FastifyInstance, options: AdtRouteOptions): Promise<void> {
  server.removeAllContentTypeParsers()
  server.addContentTypeParser([...ER7_TYPES, ...OTHER_TYPES], { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  )
  server.post('/adt', async (request, reply) => {
    const caller = callerOf(request)
    if (!caller.ok) return sendProblem(reply, caller.failure)
    const contentType = request.headers['content-type']
    const record = {
      value: bodyOf(request),
      origin: 'http',
      ...(contentType !== undefined && { contentType }),
    }
    const result = await options.ingestOf(request)({
      lane: 0,
      door: 'http',
      records: [record],
      requestId: request.id,
      actor: caller.value.actor,
    })
    if (result.kind === 'refused') return sendProblem(reply, result.failure)
    const verdicts = result.kind === 'done' ? result.verdicts.flat() : []
    // One that breaks off or counts what isn't there was refused above.
    if (verdicts.length === 0 && !isBatch(record.value)) return sendProblem(reply, nothingInIt)
    return wantsAck(request)
      ? sendAcks(reply, verdicts, options.clock)
      : reply.send({ verdicts: verdicts.map(verdictJson) })
  })
}

const nothingInIt = {
  kind: 'invalid',
  code: 'payload-empty',
  message: 'There is no HL7 v2 message in the body.',
} as const

const bodyOf = ({ body }: FastifyRequest): Buffer => (Buffer.isBuffer(body) ? body : Buffer.alloc(0))

function wantsAck({ headers }: FastifyRequest): boolean {
  if (/\bapplication\/json\b/.test(headers.accept ?? '')) return false
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  return ER7_TYPES.includes(type)
}

/** One ACK per message, in their order; several, or none of a batch without messages, are wrapped in a batch (HL7 v2.9, 2.10.3). */
function sendAcks(reply: FastifyReply, verdicts: readonly Verdict[], clock: Clock): FastifyReply {
  const timestamp = instantOf(clock.nowMs())
  const acks = verdicts.flatMap(verdict => acksOf(verdict, { timestamp, mode: 'original' }))
  const body = acks.length === 1 ? acks.join('') : acknowledgementBatch(acks)
  return reply.header('content-type', 'application/hl7-v2; charset=utf-8').send(body)
}
