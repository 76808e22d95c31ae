import type { FastifyInstance } from 'fastify'

export interface HealthOptions {
  readonly backend: string
  readonly ping: () => Promise<void>
  /** False while the service starts or stops. */
  readonly isServing: () => boolean
  readonly nowMs: () => number
}

const CACHE_MS = 1_000
const PING_TIMEOUT_MS = 3_000

/** `/livez` the loop turns; `/readyz` the database answers; `/startupz` the start is over. */
export function healthRoutes(server: FastifyInstance, options: HealthOptions): void {
  const databaseAnswers = cachedPing(options)
  server.get('/livez', async () => ({ status: 'ok' }))
  server.get('/startupz', async () => ({ status: 'ok' }))
  server.get('/readyz', async (_request, reply) => {
    const serving = options.isServing()
    const answers = serving && (await databaseAnswers())
    const state = serving ? 'unavailable' : 'stopping'
    reply.code(answers ? 200 : 503).header('cache-control', 'no-store')
    return {
      status: answers ? 'ok' : state,
      database: { backend: options.backend, answers },
    }
  })
}

function cachedPing({ ping, nowMs }: HealthOptions): () => Promise<boolean> {
  let last: { readonly atMs: number; readonly answer: Promise<boolean> } | undefined
  return () => {
    if (last && nowMs() - last.atMs < CACHE_MS) return last.answer
    const timeout = new Promise<boolean>(resolve => {
      setTimeout(() => resolve(false), PING_TIMEOUT_MS).unref()
    })
    const pinged = ping().then(
      () => true,
      () => false,
    )
    last = { atMs: nowMs(), answer: Promise.race([pinged, timeout]) }
    return last.answer
  }
}
