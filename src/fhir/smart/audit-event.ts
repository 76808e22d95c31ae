import type { Resource } from '../resource.ts'

/** A request as the audit kept it. */
export interface AuditedRequest {
  readonly seq: string
  readonly at: string
  readonly actor?: string
  readonly client?: string
  readonly method: string
  readonly route: string
  readonly entity?: string
  readonly patient?: string
  readonly status: number
  readonly requestId: string
}

const RESTFUL = { system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest' }

/** A request as an AuditEvent of R4 (http://hl7.org/fhir/R4/auditevent.html). */
export function auditEventOf(request: AuditedRequest): Resource {
  const { seq, at, actor, client, method, route, entity, patient, status, requestId } = request
  const isOne = entity !== undefined && entity.includes('/')
  const record = patient === undefined ? undefined : `Patient/${patient}`
  const entities = [
    ...(entity === undefined ? [] : [isOne ? { what: { reference: entity } } : { what: { type: entity } }]),
    ...(record === undefined || record === entity ? [] : [{ what: { reference: record } }]),
  ]
  return {
    resourceType: 'AuditEvent',
    id: `access-${seq}`,
    type: RESTFUL,
    subtype: [{ display: `${method} ${route}` }],
    action: actionOf(method, route),
    recorded: at,
    outcome: status < 400 ? '0' : status < 500 ? '4' : '8',
    outcomeDesc: String(status),
    agent: [
      {
        who: actor === undefined ? { display: 'nobody who was let in' } : { reference: actor },
        requestor: true,
      },
      ...(client === undefined ? [] : [{ who: { display: client }, requestor: false }]),
    ],
    source: { observer: { display: 'Casewire' } },
    entity: [...entities, { what: { identifier: { value: requestId } }, name: 'X-Request-Id' }],
  }
}

const actions: Readonly<Record<string, string>> = { GET: 'R', HEAD: 'R', PUT: 'U', PATCH: 'U', DELETE: 'D' }

/** A POST creates at the address of a type, and is a search, a Bundle, an operation or a command elsewhere. */
function actionOf(method: string, route: string): string {
  const isCreate = method === 'POST' && /^\/(fhir\/:type|cases|models)$/.test(route)
  return actions[method] ?? (isCreate ? 'C' : 'E')
}
