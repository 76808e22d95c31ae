import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { parseInboxId } from '../commands/inbox/inbox-id.ts'
import type { InboxDesk } from '../commands/inbox/operate-inbox.ts'
import type { EventDesk } from '../commands/journal/republish.ts'
import type { InboxFilter, Outcome } from '../commands/ports/store.ts'
import { INSTANT_PATTERN } from '../lib/fhir-time.ts'
import type { Failure, Result } from '../lib/result.ts'
import { ER7_TYPES } from './er7-types.ts'
import { sendProblem } from './problem.ts'
import { verdictJson } from './verdict-json.ts'

/** What an operator sees and does about peers; the sync engine stands behind it. */
export interface PeerDesk {
  readonly list: () => Promise<readonly unknown[]>
  readonly show: (name: string) => Promise<Result<unknown>>
  /** What a round would write, field by field; nothing is written. */
  readonly plan: (name: string) => Promise<Result<unknown>>
  readonly run: (name: string) => Promise<Result<unknown>>
}

const outcomes = ['applied', 'duplicate', 'no-change', 'ignored', 'parked', 'dead-letter'] as const
const COUNT_MAX = 500

const listQuery = {
  type: 'object',
  additionalProperties: false,
  properties: {
    outcome: { type: 'string', pattern: `^(${outcomes.join('|')})(,(${outcomes.join('|')}))*$` },
    controlId: { type: 'string', minLength: 1 },
    patient: { type: 'string', pattern: '^(Patient/)?[A-Za-z0-9.-]{1,64}$' },
    visit: { type: 'string', pattern: '^(Encounter/)?[A-Za-z0-9.-]{1,64}$' },
    source: { type: 'string', pattern: '^[^|]*\\|[^|]*$' },
    open: { type: 'string', enum: ['true'] },
    until: { type: 'string', pattern: INSTANT_PATTERN },
    after: { type: 'string', minLength: 1 },
    count: { type: 'string', pattern: '^[1-9][0-9]{0,2}$' },
  },
}

interface ListQuery {
  readonly outcome?: string
  readonly controlId?: string
  readonly patient?: string
  readonly visit?: string
  readonly source?: string
  readonly open?: 'true'
  readonly until?: string
  readonly after?: string
  readonly count?: string
}

export interface Desks {
  readonly inbox: InboxDesk
  readonly peers: PeerDesk
  readonly events: EventDesk
}

/** Those of the tenant of who is calling. */
export type DesksOf = (request: FastifyRequest) => Desks

/** `/admin/messages`, `/admin/dead-letters`, `/admin/peers`, `/admin/events`: find, show, replay; state, dry run, run now. */
export function adminRoutes(server: FastifyInstance, desksOf: DesksOf): void {
  // A corrected message in place of one that could not be applied.
  server.addContentTypeParser([...ER7_TYPES], { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  )
  messageRoutes(server, desksOf, '/admin/messages')
  messageRoutes(server, desksOf, '/admin/dead-letters', ['dead-letter'])
  server.get('/admin/data-quality', { schema: { querystring: qualityQuery } }, async request => {
    const { source, count } = request.query as { readonly source?: string; readonly count?: string }
    const wanted = { count: Number(count ?? 1000), ...(source !== undefined && { source }) }
    return { sources: await desksOf(request).inbox.quality(wanted) }
  })
  server.get('/admin/peers', async request => ({ peers: await desksOf(request).peers.list() }))
  const onPeer = (act: 'show' | 'plan' | 'run') => (request: FastifyRequest, reply: FastifyReply) =>
    answer(reply, desksOf(request).peers[act]((request.params as { readonly name: string }).name))
  server.get('/admin/peers/:name', onPeer('show'))
  server.get('/admin/peers/:name/plan', onPeer('plan'))
  server.post('/admin/peers/:name/run', onPeer('run'))
  eventRoutes(server, desksOf)
}

const qualityQuery = {
  type: 'object',
  additionalProperties: false,
  properties: {
    source: listQuery.properties.source,
    count: { type: 'string', pattern: '^[1-9][0-9]{0,4}$' },
  },
}

const republishQuery = {
  type: 'object',
  additionalProperties: false,
  properties: {
    case: { type: 'string', pattern: '^[A-Za-z0-9.-]{1,64}$' },
    from: {
      type: 'string',
      pattern: '^\\d{4}-\\d\\d-\\d\\d(T\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d))?$',
    },
  },
}

function eventRoutes(server: FastifyInstance, desksOf: DesksOf): void {
  server.get('/admin/events', request => desksOf(request).events.status())
  server.post('/admin/events/revive', (request, reply) => answer(reply, desksOf(request).events.revive()))
  server.post('/admin/events/republish', { schema: { querystring: republishQuery } }, (request, reply) => {
    const { case: caseId, from } = request.query as { readonly case?: string; readonly from?: string }
    const wanted = { ...(caseId !== undefined && { caseId }), ...(from !== undefined && { from }) }
    return answer(reply, desksOf(request).events.republish(wanted))
  })
}

function messageRoutes(
  server: FastifyInstance,
  desksOf: DesksOf,
  path: string,
  only?: readonly Outcome[],
): void {
  server.get(path, { schema: { querystring: listQuery } }, async (request, reply) => {
    const { after } = request.query as ListQuery
    if (after !== undefined && !parseInboxId(after)) return sendProblem(reply, afterMalformed)
    const filter = filterOf(request.query as ListQuery, only)
    const messages = await desksOf(request).inbox.find(filter)
    const next = messages.length === filter.count ? messages.at(-1)?.id : undefined
    return { messages, ...(next !== undefined && { next }) }
  })
  server.get(`${path}/:id`, (request, reply) => answer(reply, desksOf(request).inbox.show(idOf(request))))
  server.post(`${path}/:id/replay`, async (request, reply) => {
    const corrected = Buffer.isBuffer(request.body) && request.body.length > 0 ? request.body : undefined
    const replayed = await desksOf(request).inbox.replay(idOf(request), corrected)
    return replayed.ok ? verdictJson(replayed.value) : sendProblem(reply, replayed.failure)
  })
}

/** From the beginning again, a reader of pages would never end. */
const afterMalformed: Failure = {
  kind: 'invalid',
  code: 'request-malformed',
  message: 'The parameter after must be what `next` of the page before said.',
  expression: 'after',
}

async function answer(reply: FastifyReply, pending: Promise<Result<unknown>>): Promise<unknown> {
  const result = await pending
  return result.ok ? result.value : sendProblem(reply, result.failure)
}

const idOf = (request: FastifyRequest): string => (request.params as { readonly id: string }).id

function filterOf(query: ListQuery, only: readonly Outcome[] | undefined): InboxFilter {
  const outcome = only ?? (query.outcome?.split(',') as readonly Outcome[] | undefined)
  return {
    count: Math.min(COUNT_MAX, Number(query.count ?? 50)),
    ...(outcome && { outcome }),
    ...(query.controlId !== undefined && { messageId: query.controlId }),
    ...(query.patient !== undefined && { subject: query.patient.replace('Patient/', '') }),
    ...(query.visit !== undefined && { visit: query.visit.replace('Encounter/', '') }),
    ...(query.source !== undefined && { source: query.source }),
    ...((only ?? query.open) && { isOpen: true }),
    ...(query.until !== undefined && { until: query.until }),
    ...(query.after !== undefined && { after: query.after }),
  }
}
