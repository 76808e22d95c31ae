import type { FastifyInstance } from 'fastify'

export type RenderMetrics = () => Promise<{ readonly contentType: string; readonly body: string }>

/** `/metrics` in the Prometheus text format. */
export function metricsRoutes(server: FastifyInstance, render: RenderMetrics): void {
  server.get('/metrics', async (_request, reply) => {
    const { contentType, body } = await render()
    return reply.header('content-type', contentType).send(body)
  })
}
