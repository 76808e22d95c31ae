import { assessmentDeeds } from './fhir-only/assessment-deeds.ts'
import { careDeeds } from './fhir-only/care-deeds.ts'
import { caseDeeds } from './fhir-only/case-deeds.ts'
import type { Answered, Desk, Res } from './fhir-only/desk.ts'
import { planDeeds } from './fhir-only/plan-deeds.ts'
import { filled, local } from './river/acts.ts'
import type { Hand, Teller } from './river/teller.ts'

const deeds = { ...caseDeeds, ...assessmentDeeds, ...planDeeds, ...careDeeds }

/**
 * A FHIR client that has never heard of the case API: it reads and writes plain resources, by PUT with If-Match and by
 * transactions. What it knows of the service stands in docs/reference and docs/how-to/case-management-by-fhir.md.
 */
export const byFhir: Hand = async (teller, { command, by, at, body = {}, keep = {} }) => {
  const deed = deeds[command]
  if (!deed) throw new Error(`no FHIR write is known for ${command}`)
  const made = new Map<string, string>()
  const desk = deskOf(teller, { by: filled(by, teller.kept), at: local(at), made })
  const reply = await deed(desk, filled(body, teller.kept))
  for (const [name, event] of Object.entries(keep)) {
    const id = made.get(event)
    if (id !== undefined && reply.status < 300) teller.kept.set(name, id)
  }
  return withRule(reply)
}

interface Seat {
  readonly by: string
  readonly at: string
  readonly made: Map<string, string>
}

let ids = 0

function deskOf({ service, kept }: Teller, { by, at, made }: Seat): Desk {
  const get = async (path: string): Promise<Answered> => {
    const reply = await service.call({ path: `/fhir/${path}`, by })
    if (reply.status !== 200) throw new Error(`GET ${path}: ${reply.status} ${reply.text}`)
    return reply
  }
  return {
    ...{ at, by, caseId: kept.get('CASE') ?? '', patient: kept.get('PATIENT') ?? '' },
    newId: () => `by-fhir-${(ids += 1)}`,
    read: async reference => (await get(reference)).json as Res,
    search: async query =>
      ((await get(query)).json.entry ?? []).map(({ resource }: { readonly resource: Res }) => resource),
    write: (...resources) => {
      const [one] = resources
      return one && resources.length === 1 ? putOne(service, one, by) : putAll(service, resources, by)
    },
    made: (event, id) => {
      if (!made.has(event)) made.set(event, id)
    },
  }
}

const etagOf = (resource: Res): string | undefined =>
  resource['meta']?.versionId === undefined ? undefined : `W/"${resource['meta'].versionId}"`

const putOne = (service: Teller['service'], resource: Res, by: string): Promise<Answered> => {
  const etag = etagOf(resource)
  return service.call({
    method: 'PUT',
    path: `/fhir/${resource.resourceType}/${resource.id}`,
    ...{ by, body: resource },
    ...(etag !== undefined && { headers: { 'if-match': etag } }),
  })
}

const putAll = (service: Teller['service'], resources: readonly Res[], by: string): Promise<Answered> =>
  service.call({
    method: 'POST',
    path: '/fhir',
    by,
    body: {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: resources.map(resource => {
        const ifMatch = etagOf(resource)
        const url = `${resource.resourceType}/${resource.id}`
        return { resource, request: { method: 'PUT', url, ...(ifMatch !== undefined && { ifMatch }) } }
      }),
    },
  })

/** The number of the rule that a refusal names first. */
function withRule(reply: Answered): Answered {
  const said = String(reply.json?.issue?.[0]?.diagnostics ?? '')
  const rule = /^(I\d+):/.exec(said)?.[1]
  return rule === undefined ? reply : { ...reply, json: { ...reply.json, rule } }
}
