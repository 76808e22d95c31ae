import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { TObject } from 'typebox'
import type { CaseDeps } from '../../commands/cases/case-deps.ts'
import { caseEtag } from '../../commands/cases/case-etag.ts'
import { commandSchemas } from '../../commands/cases/command-schemas.ts'
import { managerWeek } from '../../commands/cases/manager-week.ts'
import { viewCase } from '../../commands/cases/view-case.ts'
import type { CaseScene } from '../../mappers/case/views/case-scene.ts'
import { caseView } from '../../mappers/case/views/case-view.ts'
import { fidelityView } from '../../mappers/case/views/fidelity-view.ts'
import { legalView } from '../../mappers/case/views/legal-view.ts'
import { lintView } from '../../mappers/case/views/lint-view.ts'
import { minutesView } from '../../mappers/case/views/minutes-view.ts'
import { obligationsView } from '../../mappers/case/views/obligations-view.ts'
import { planView } from '../../mappers/case/views/plan-view.ts'
import { riskView } from '../../mappers/case/views/risk-view.ts'
import { teamView } from '../../mappers/case/views/team-view.ts'
import { sendProblem } from '../problem.ts'
import { idOf, type CaseRouteOptions } from './case-exchange.ts'
import { fidelitySchema } from './model-view-schemas.ts'
import { caseParams, problems, viewQuery } from './schemas.ts'
import {
  caseSchema,
  legalSchema,
  lintSchema,
  minutesSchema,
  obligationsSchema,
  planSchema,
  riskSchema,
  teamSchema,
} from './view-schemas.ts'

interface ViewRoute {
  readonly path: string
  readonly operationId: string
  readonly summary: string
  readonly view: (scene: CaseScene, deps: CaseDeps) => object | Promise<object>
  readonly response: TObject
}

const commandNames: ReadonlySet<string> = new Set(commandSchemas.map(({ name }) => name))

/**
 * Every view of one case: a function of what is known of it, now or at the time that `at` names, and of the manager's
 * other cases where they count.
 */
const views: readonly ViewRoute[] = [
  {
    path: '/cases/:id',
    operationId: 'getCase',
    summary: 'The case at a glance: state, phases, model, plan, team, duties, next contact, flags, risk.',
    view: caseView,
    response: caseSchema,
  },
  {
    path: '/cases/:id/plan',
    operationId: 'getPlan',
    summary: 'The plan with its goals, activities, needs, strengths and barriers, and its versions.',
    view: planView,
    response: planSchema,
  },
  {
    path: '/cases/:id/team',
    operationId: 'getTeam',
    summary: 'Who belongs to the team, from when to when and why.',
    view: teamView,
    response: teamSchema,
  },
  {
    path: '/cases/:id/risk',
    operationId: 'getRisk',
    summary: 'Risk scores with their inputs and what was missing, live while the patient is in hospital.',
    view: riskView,
    response: riskSchema,
  },
  {
    path: '/cases/:id/obligations',
    operationId: 'getObligations',
    summary:
      'Every duty: its rule and where that comes from, what called for it, how its due time was computed.',
    view: obligationsView,
    response: obligationsSchema,
  },
  {
    path: '/cases/:id/lint',
    operationId: 'lintPlan',
    summary: 'What a person should look at in the plan, each with the command that mends it.',
    view: async (scene, deps) => lintView(scene, await managerWeek(deps, scene)),
    response: lintSchema,
  },
  {
    path: '/cases/:id/minutes',
    operationId: 'getMinutes',
    summary: 'Time spent with the patient by calendar month, and how each service was kept.',
    view: minutesView,
    response: minutesSchema,
  },
  {
    path: '/cases/:id/fidelity',
    operationId: 'getFidelity',
    summary: 'What is done against what the model in force asks for, counted from when it began.',
    view: fidelityView,
    response: fidelitySchema,
  },
  {
    path: '/cases/:id/commands',
    operationId: 'listCommands',
    summary: 'What the states of the case and its parts allow now.',
    view: scene => legalView(scene, commandNames),
    response: legalSchema,
  },
]

export function viewRoutes(server: FastifyInstance, options: CaseRouteOptions): void {
  for (const route of views) {
    server.get(route.path, {
      schema: {
        operationId: route.operationId,
        summary: route.summary,
        tags: ['views'],
        params: caseParams,
        querystring: viewQuery,
        response: { 200: route.response, ...problems(400, 404, 503) },
      },
      handler: (request, reply) => show(route, { request, reply, options }),
    })
  }
}

interface Exchange {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly options: CaseRouteOptions
}

async function show({ view }: ViewRoute, { request, reply, options }: Exchange): Promise<FastifyReply> {
  const { at } = request.query as { readonly at?: string }
  const deps = options.depsOf(request)
  const scene = await viewCase(deps, { id: idOf(request), ...(at !== undefined && { at }) })
  if (!scene.ok) return sendProblem(reply, scene.failure)
  return reply.header('etag', caseEtag(scene.value.version)).send(await view(scene.value, deps))
}
