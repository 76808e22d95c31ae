import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Result } from '../../lib/result.ts'
import type { Caller } from '../../commands/fhir/fhir-deps.ts'
import { caseEtag } from '../../commands/cases/case-etag.ts'
import {
  cloneTo,
  editDraft,
  findModel,
  listModels,
  publish,
  retire,
  type ModelAct,
  type ModelDeps,
} from '../../commands/cases/model-desk.ts'
import type { KnownModel } from '../../commands/cases/model-registry.ts'
import { modelParts } from '../../commands/cases/model-schemas.ts'
import { callerOf } from '../caller.ts'
import { headerText } from '../cases/case-exchange.ts'
import { problems } from '../cases/schemas.ts'
import { jsonBodies } from '../json-body.ts'
import { sendProblem } from '../problem.ts'
import {
  modelAnswer,
  modelHeaders,
  modelList,
  modelListQuery,
  modelParams,
  reasonBody,
  versionParams,
  versionQuery,
} from './model-schemas.ts'

export interface ModelRouteOptions {
  /** Those of the tenant of who is calling. */
  readonly depsOf: (request: FastifyRequest) => ModelDeps
}

/** The registry of models (interface.md 3): read, clone, edit, publish, retire. */
export async function modelRoutes(server: FastifyInstance, options: ModelRouteOptions): Promise<void> {
  jsonBodies(server)
  server.setSerializerCompiler(() => body => JSON.stringify(body))
  readRoutes(server, options)
  cloneRoute(server, options)
  editRoute(server, options)
  moveRoutes(server, options)
}

function readRoutes(server: FastifyInstance, { depsOf }: ModelRouteOptions): void {
  server.get('/models', {
    schema: {
      operationId: 'listModels',
      summary: 'Every version of every model of case management.',
      tags: ['models'],
      querystring: modelListQuery,
      response: { 200: modelList, ...problems(400, 503) },
    },
    handler: async request => {
      const models = await listModels(depsOf(request), request.query as { readonly state?: string })
      return { models: models.map(answerOf) }
    },
  })
  server.get('/models/:id', {
    schema: {
      operationId: 'getModel',
      summary: 'A model: the version asked for, else the newest published one.',
      tags: ['models'],
      params: modelParams,
      querystring: versionQuery,
      response: { 200: modelAnswer, ...problems(400, 404, 503) },
    },
    handler: async (request, reply) => {
      const { version } = request.query as { readonly version?: string }
      return send(reply, 200, await findModel(depsOf(request), paramsOf(request).id, version))
    },
  })
}

function cloneRoute(server: FastifyInstance, { depsOf }: ModelRouteOptions): void {
  server.post('/models/:id/clone', {
    schema: {
      operationId: 'cloneModel',
      summary: 'A draft like this model.',
      description:
        'With an id of its own it is a new model at 1.0.0; without one it is the next version of the same model. What is ' +
        'cloned is the version asked for, else the newest published one.',
      tags: ['models'],
      params: modelParams,
      querystring: versionQuery,
      headers: modelHeaders,
      body: modelParts.clone,
      response: { 201: modelAnswer, ...problems(400, 404, 409, 412, 413, 415, 503) },
    },
    handler: async (request, reply) => {
      const { version } = request.query as { readonly version?: string }
      const id = paramsOf(request).id
      const options = request.body as { readonly id?: string; readonly title?: string }
      return acted(request, reply, 201, (caller, { ifMatch }) =>
        cloneTo(depsOf(request), caller, {
          id,
          options,
          ...(version !== undefined && { version }),
          ...(ifMatch !== undefined && { ifMatch }),
        }),
      )
    },
  })
}

function editRoute(server: FastifyInstance, { depsOf }: ModelRouteOptions): void {
  server.put('/models/:id/versions/:version', {
    schema: {
      operationId: 'editModel',
      summary: 'Gives a draft another content; what is published never changes.',
      tags: ['models'],
      params: versionParams,
      headers: modelHeaders,
      body: modelParts.content,
      response: { 200: modelAnswer, ...problems(400, 404, 409, 412, 413, 415, 422, 503) },
    },
    handler: async (request, reply) => {
      const content = request.body as Parameters<typeof editDraft>[2]['content']
      return acted(request, reply, 200, (caller, act) =>
        editDraft(depsOf(request), caller, { ...act, content }),
      )
    },
  })
}

const moves = [
  {
    path: 'publish',
    operationId: 'publishModel',
    summary: 'Brings a draft into use: cases may choose it from now on, and it never changes again.',
    run: publish,
  },
  {
    path: 'retire',
    operationId: 'retireModel',
    summary: 'No case begins under this version any more; those that have it keep it.',
    run: retire,
  },
] as const

function moveRoutes(server: FastifyInstance, { depsOf }: ModelRouteOptions): void {
  for (const { path, operationId, summary, run } of moves) {
    server.post(`/models/:id/versions/:version/${path}`, {
      schema: {
        operationId,
        summary,
        tags: ['models'],
        params: versionParams,
        headers: modelHeaders,
        body: reasonBody,
        response: { 200: modelAnswer, ...problems(400, 404, 409, 412, 413, 415, 422, 503) },
      },
      handler: async (request, reply) => {
        const { reason } = request.body as { readonly reason?: string }
        return acted(request, reply, 200, (caller, act) =>
          run(depsOf(request), caller, { ...act, ...(reason !== undefined && { reason }) }),
        )
      },
    })
  }
}

const paramsOf = ({ params }: FastifyRequest): { readonly id: string; readonly version?: string } =>
  params as { readonly id: string; readonly version?: string }

async function acted(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  act: (caller: Caller, act: ModelAct) => Promise<Result<KnownModel>>,
): Promise<FastifyReply> {
  const caller = callerOf(request)
  if (!caller.ok) return sendProblem(reply, caller.failure)
  const ifMatch = headerText(request.headers['if-match'])
  const answered = await act(caller.value, {
    ...paramsOf(request),
    ...(ifMatch !== undefined && { ifMatch }),
  })
  if (answered.ok && status === 201) {
    const { id, version } = answered.value.profile
    reply.header('location', `/models/${id}?version=${version}`)
  }
  return send(reply, status, answered)
}

const send = (reply: FastifyReply, status: number, known: Result<KnownModel>): FastifyReply =>
  known.ok
    ? reply
        .code(status)
        .header('etag', caseEtag(String(known.value.version)))
        .send(answerOf(known.value))
    : sendProblem(reply, known.failure)

const answerOf = ({ profile, resource }: KnownModel): object => ({ ...profile, planDefinition: resource })
