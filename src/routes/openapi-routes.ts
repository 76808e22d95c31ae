import type { FastifySchema } from 'fastify'

const object = { type: 'object', additionalProperties: true }
const json = (description: string): object => ({
  description,
  content: { 'application/json': { schema: object } },
})
const problem = (description: string): object => ({
  description,
  content: { 'application/problem+json': { schema: object } },
})
const strange = { 403: problem('The Host of the request is not this server.') }
const refusals = { ...strange, 400: problem('The request is malformed.'), 404: problem('There is none.') }
const id = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] }
const name = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] }

const admin = (operationId: string, summary: string, params?: object): FastifySchema => ({
  ...{ operationId, summary, tags: ['admin'] },
  ...(params && { params }),
  response: { 200: json('Done.'), ...refusals, 503: problem('Try again.') },
})

const messageRoutes = (path: string, noun: string): Readonly<Record<string, FastifySchema>> => ({
  [`GET ${path}`]: admin(`list${noun}s`, 'Recorded messages, newest first.'),
  [`GET ${path}/:id`]: admin(`get${noun}`, 'One message with its verdict.', id),
  [`POST ${path}/:id/replay`]: admin(`replay${noun}`, 'Drives it through the full path again.', id),
})

/** What OpenAPI says of routes whose own schemas only check a query. */
export const describedRoutes: Readonly<Record<string, FastifySchema>> = {
  'POST /adt': {
    operationId: 'takeAdt',
    summary: 'HL7 v2 messages in; answers when the effect is durable.',
    tags: ['adt'],
    consumes: ['application/hl7-v2', 'x-application/hl7-v2+er7', 'text/plain', 'application/json'],
    body: { type: 'string', description: 'ER7, one message or a batch, or JSON with the message inside.' },
    response: {
      200: {
        description: 'Recorded: an HL7 ACK for ER7, verdicts as JSON for all else.',
        content: {
          'application/json': { schema: object },
          'application/hl7-v2': { schema: { type: 'string' } },
        },
      },
      ...strange,
      400: problem('There is no HL7 in it.'),
      413: problem('Too large.'),
      415: problem('A content type that is not taken.'),
      503: problem('Nothing was recorded; try again.'),
    },
  },
  ...messageRoutes('/admin/messages', 'Message'),
  ...messageRoutes('/admin/dead-letters', 'DeadLetter'),
  'GET /admin/audit': admin('getAudit', 'Who asked for what, the newest first, as AuditEvents.'),
  'GET /admin/events': admin('getEvents', 'How far events were published, and what waits.'),
  'POST /admin/events/revive': admin('reviveEvents', 'Lets events that were given up be published again.'),
  'POST /admin/events/republish': admin(
    'republishEvents',
    'Publishes events again: of one case, or from a time.',
  ),
  'GET /admin/peers': admin('listPeers', 'The state of every foreign FHIR server.'),
  'GET /admin/peers/:name': admin('getPeer', 'One foreign server, with its conflict records.', name),
  'GET /admin/peers/:name/plan': admin('planPeer', 'What a round would write; nothing is written.', name),
  'POST /admin/peers/:name/run': admin('runPeer', 'One round now.', name),
}
