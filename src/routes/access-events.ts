import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AccessEvent } from '../commands/ports/access-log.ts'
import { isResourceType } from '../fhir/resource-types.ts'
import { instantOf } from '../lib/clock.ts'
import { isOpen } from './auth/route-needs.ts'
import { visitorOf } from './caller.ts'

interface Place {
  readonly nowMs: number
  readonly hasTenants: boolean
}

/**
 * What the audit keeps of a request that was answered; undefined for what everybody may see. Of whom nobody knows the tenant it
 * keeps the route alone: the first tenant reads it, and what was asked for may be another's.
 */
export function accessEventOf(
  request: FastifyRequest,
  reply: FastifyReply,
  { nowMs, hasTenants }: Place,
): AccessEvent | undefined {
  const route = request.routeOptions.url
  if (isOpen(request.method, route)) return undefined
  const { identity, tenant } = visitorOf(request)
  const isNobodys = hasTenants && !identity
  const entity = isNobodys ? undefined : entityOf(request, reply)
  const patient = isNobodys ? undefined : patientOf(request, entity)
  return {
    ...{ tenant, at: instantOf(nowMs), method: request.method, route: route ?? 'none' },
    ...(identity && { actor: identity.actor, client: identity.client }),
    ...(entity !== undefined && { entity }),
    ...(patient !== undefined && { patient }),
    ...{ status: reply.statusCode, requestId: request.id },
  }
}

const ID = /^[A-Za-z0-9\-.]{1,64}$/
const LOCATION = /\/([A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64})\/_history\/\d+$/

/** What it was about: a reference that the address or the answer names, else the type. */
function entityOf(request: FastifyRequest, reply: FastifyReply): string | undefined {
  const route = request.routeOptions.url ?? ''
  const { type, id } = (request.params ?? {}) as Readonly<Record<string, string | undefined>>
  const known = id !== undefined && ID.test(id) ? id : undefined
  if (route.startsWith('/cases/')) return known === undefined ? undefined : `EpisodeOfCare/${known}`
  if (!route.startsWith('/fhir')) return undefined
  const named = type ?? /^\/fhir\/([A-Z][A-Za-z]+)/.exec(route)?.[1]
  if (named === undefined || !isResourceType(named)) return undefined
  if (known !== undefined) return `${named}/${known}`
  const location = reply.getHeader('location')
  const made = typeof location === 'string' ? LOCATION.exec(location)?.[1] : undefined
  return made ?? named
}

const ASKED = /[?&](?:patient|subject)(?::Patient)?=(?:Patient(?:\/|%2[Ff]))?([A-Za-z0-9\-.]{1,64})(?:&|$)/

/** Whose record was asked for: the one that the address or the query names, else the one that the token is for. */
function patientOf(request: FastifyRequest, entity: string | undefined): string | undefined {
  if (entity?.startsWith('Patient/') === true) return entity.slice('Patient/'.length)
  const asked = ASKED.exec(request.url)?.[1]
  return asked ?? visitorOf(request).identity?.access.rules.find(({ patient }) => patient)?.patient
}
