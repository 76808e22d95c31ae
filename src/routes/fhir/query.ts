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

/** Whether every % of the query stands for a byte, and the bytes for characters: what doesn't would be searched for as something else. */
export function isWellEncoded({ url }: FastifyRequest): boolean {
  const mark = url.indexOf('?')
  if (mark < 0 || !url.includes('%', mark)) return true
  try {
    decodeURIComponent(url.slice(mark + 1))
    return true
  } catch {
    return false
  }
}
