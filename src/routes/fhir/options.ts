import type { FastifyInstance } from 'fastify'
import { interactions } from '../../fhir/interactions.ts'
import { operationRoutes } from '../../fhir/operations/operations.ts'
import { isResourceType } from '../../fhir/resource-types.ts'
import { allowedMethods, type KnownRoute } from '../allowed-methods.ts'
import { acceptPatch } from './media-types.ts'

const built: readonly KnownRoute[] = [
  ...interactions.filter(interaction => interaction.built),
  ...operationRoutes,
]

/** The methods that an address below the base has, HEAD and OPTIONS too, as the header Allow lists them; none = no such address. */
export function allowedBelow(server: FastifyInstance, url: string): readonly string[] {
  const path = url.slice(server.prefix.length)
  const [, first = ''] = /^\/([^/?]*)/.exec(path) ?? []
  // What stands in the place of a type is one, unless an address says it in so many words.
  const routes = isResourceType(first) ? built : built.filter(route => !route.path.startsWith('/:type'))
  const methods = allowedMethods(routes, path)
  return methods.length === 0
    ? []
    : [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].toSorted()
}

/** OPTIONS (RFC 9110, 9.3.7): what an address can do. A preflight of a browser is answered before (CORS). */
export function optionsRoutes(server: FastifyInstance): void {
  for (const url of ['/', '/*']) {
    server.options(url, async (request, reply) => {
      const allowed = allowedBelow(server, request.url)
      if (allowed.length === 0) return reply.callNotFound()
      if (allowed.includes('PATCH')) reply.header('accept-patch', acceptPatch)
      return reply.code(204).header('allow', allowed.join(', ')).send()
    })
  }
}
