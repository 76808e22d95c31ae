import type { FastifyInstance } from 'fastify'
import { jsonBodies } from '../json-body.ts'
import type { CaseRouteOptions } from './case-exchange.ts'
import { caseloadRoute } from './caseload.ts'
import { checkInRoute } from './check-in-script.ts'
import { createRoute } from './create-case.ts'
import { diffRoute } from './diff.ts'
import { instrumentsRoute } from './instruments.ts'
import { listRoute } from './list-cases.ts'
import { reassignRoute } from './reassign.ts'
import { commandRoutes } from './run-command.ts'
import { switchPreviewRoute } from './switch-preview.ts'
import { timelineRoute } from './timeline.ts'
import { viewRoutes } from './view-routes.ts'
import { whatIfRoute } from './what-if.ts'

/** The case API (interface.md 3). Responses are described by schemas and written as they are: nothing is left out. */
export async function caseRoutes(server: FastifyInstance, options: CaseRouteOptions): Promise<void> {
  jsonBodies(server)
  server.setSerializerCompiler(() => body => JSON.stringify(body))
  listRoute(server, options)
  createRoute(server, options)
  viewRoutes(server, options)
  timelineRoute(server, options)
  diffRoute(server, options)
  switchPreviewRoute(server, options)
  caseloadRoute(server, options)
  reassignRoute(server, options)
  checkInRoute(server)
  instrumentsRoute(server, options)
  whatIfRoute(server, options)
  commandRoutes(server, options)
}
