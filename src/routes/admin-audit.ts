import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AccessFilter, AccessLog } from '../commands/ports/access-log.ts'
import { auditEventOf } from '../fhir/smart/audit-event.ts'
import { visitorOf } from './caller.ts'

const reference = '[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}'
const INSTANT = '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)$'

const query = {
  type: 'object',
  additionalProperties: false,
  properties: {
    entity: { type: 'string', pattern: `^(${reference}|[A-Z][A-Za-z]+)$` },
    patient: { type: 'string', pattern: '^(Patient/)?[A-Za-z0-9.-]{1,64}$' },
    actor: { type: 'string', pattern: `^${reference}$` },
    requestId: { type: 'string', pattern: '^[!-~]{1,128}$' },
    refused: { type: 'string', enum: ['true'] },
    from: { type: 'string', pattern: INSTANT },
    before: { type: 'string', pattern: INSTANT },
    after: { type: 'string', pattern: '^[1-9][0-9]{0,17}$' },
    count: { type: 'string', pattern: '^[1-9][0-9]{0,2}$' },
  },
}

type Query = Readonly<Partial<Record<keyof typeof query.properties, string>>>

const COUNT_MAX = 500

/** `GET /admin/audit`: who asked for what, the newest first, as AuditEvents; of the own tenant. */
export function auditRoute(server: FastifyInstance, log: Pick<AccessLog, 'find'>): void {
  server.get('/admin/audit', { schema: { querystring: query } }, async request => {
    const filter = filterOf(request.query as Query)
    const kept = await log.find(tenantOf(request), filter)
    const last = kept.at(-1)
    return {
      events: kept.map(auditEventOf),
      ...(kept.length === filter.count && last && { next: last.seq }),
    }
  })
}

const tenantOf = (request: FastifyRequest): number => visitorOf(request).tenant

function filterOf({ patient, refused, count = '50', ...rest }: Query): AccessFilter {
  return {
    ...rest,
    ...(patient !== undefined && { patient: patient.replace('Patient/', '') }),
    ...(refused === 'true' && { refused: true }),
    count: Math.min(COUNT_MAX, Number(count)),
  }
}
