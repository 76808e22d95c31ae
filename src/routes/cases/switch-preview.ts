import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { modelParts } from '../../commands/cases/model-schemas.ts'
import { previewSwitch, type PreviewRequest } from '../../commands/cases/preview-switch.ts'
import { sendProblem } from '../problem.ts'
import { idOf, type CaseRouteOptions } from './case-exchange.ts'
import { switchPreviewSchema } from './model-view-schemas.ts'
import { caseParams, problems } from './schemas.ts'

const query = Type.Object(
  { model: modelParts.id, version: Type.Optional(modelParts.version) },
  { additionalProperties: false },
)

/** `GET /cases/{id}/switch-preview` */
export function switchPreviewRoute(server: FastifyInstance, { depsOf }: CaseRouteOptions): void {
  server.get('/cases/:id/switch-preview', {
    schema: {
      operationId: 'previewSwitch',
      summary: 'What another model would mean: hours, capacity of the manager, duties. Nothing is written.',
      description: 'Refused as SwitchModel would be, or SelectModel while the case has no plan in force.',
      tags: ['views'],
      params: caseParams,
      querystring: query,
      response: { 200: switchPreviewSchema, ...problems(400, 404, 409, 422, 503) },
    },
    handler: async (request, reply) => {
      const asked = request.query as Omit<PreviewRequest, 'id'>
      const preview = await previewSwitch(depsOf(request), { ...asked, id: idOf(request) })
      return preview.ok ? preview.value : sendProblem(reply, preview.failure)
    },
  })
}
