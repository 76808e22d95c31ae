import type { FastifyRequest } from 'fastify'

/** The parameters of the query; not Fastify's own: order and repeats count. */
export function queryOf({ url }: FastifyRequest): URLSearchParams {
  const mark = url.indexOf('?')
  return mark < 0 ? none : new URLSearchParams(url.slice(mark + 1))
}

const none = new URLSearchParams()
