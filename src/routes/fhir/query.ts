import type { FastifyRequest } from 'fastify'

/** The parameters of the query; not Fastify's own: order and repeats count. Read once: hooks, handler and answer ask. */
export function queryOf(request: FastifyRequest): URLSearchParams {
  const known = queries.get(request)
  if (known) return known
  const { url } = request
  const mark = url.indexOf('?')
  if (mark < 0) return none
  const query = new URLSearchParams(url.slice(mark + 1))
  queries.set(request, query)
  return query
}

const queries = new WeakMap<FastifyRequest, URLSearchParams>()
const none = new URLSearchParams()
