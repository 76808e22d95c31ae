import { fastifyCors, type FastifyCorsOptions } from '@fastify/cors'
import type { FastifyInstance, FastifyRequest } from 'fastify'

const DAY_SECONDS = 86_400

const rules: FastifyCorsOptions = {
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
  allowedHeaders: [
    ...['Accept', 'Authorization', 'Content-Type', 'Prefer', 'If-Match', 'If-None-Match', 'If-None-Exist'],
    ...['If-Modified-Since', 'Idempotency-Key', 'X-Actor', 'X-Request-Id', 'X-Security-Context'],
  ],
  exposedHeaders: [
    ...['ETag', 'Location', 'Content-Location', 'Last-Modified', 'X-Request-Id'],
    ...['Accept-Patch', 'Allow', 'Preference-Applied', 'Retry-After', 'WWW-Authenticate'],
  ],
  // Tokens travel in a header that the app sets itself; a cookie never means anything here.
  credentials: false,
  maxAge: DAY_SECONDS,
}

/**
 * Lets web pages of these origins call this server (https://fetch.spec.whatwg.org/#http-cors-protocol); `*` = of any. Called
 * before other hooks are added: a preflight has no token, and a refusal must be readable by the page too.
 */
export function crossOrigin(server: FastifyInstance, origins: readonly string[]): void {
  const origin = origins.includes('*') ? '*' : [...origins]
  fastifyCors(
    server,
    {
      delegator: (
        request: FastifyRequest,
        done: (error: Error | null, options: FastifyCorsOptions) => void,
      ) => done(null, { ...rules, origin, preflight: isPreflight(request) }),
    },
    error => {
      if (error) throw error
    },
  )
}

const isPreflight = ({ headers }: FastifyRequest): boolean =>
  headers.origin !== undefined && headers['access-control-request-method'] !== undefined
