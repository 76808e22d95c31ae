import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { managerLoad } from '../../commands/cases/caseload.ts'
import type { CaseRouteOptions } from './case-exchange.ts'
import { caseloadSchema } from './model-view-schemas.ts'
import { problems } from './schemas.ts'

const one = '(Practitioner|PractitionerRole)/[A-Za-z0-9\\-.]{1,64}'

const query = Type.Object(
  {
    manager: Type.String({
      description: 'Accountable case manager; several with commas, at most 20.',
      pattern: `^${one}(,${one}){0,19}$`,
      examples: ['Practitioner/noor'],
    }),
  },
  { additionalProperties: false },
)

/** `GET /caseload` */
export function caseloadRoute(server: FastifyInstance, { depsOf }: CaseRouteOptions): void {
  server.get('/caseload', {
    schema: {
      operationId: 'getCaseload',
      summary: 'How many cases a manager has and how heavy they are: 1 is a full load.',
      tags: ['cases'],
      querystring: query,
      response: { 200: caseloadSchema, ...problems(400, 503) },
    },
    handler: async request => {
      const { manager } = request.query as { readonly manager: string }
      const names = [...new Set(manager.split(','))]
      return { managers: await Promise.all(names.map(name => managerLoad(depsOf(request), name))) }
    },
  })
}
