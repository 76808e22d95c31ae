import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ok, type Failure, type Result } from '../../lib/result.ts'
import { mayInteract } from '../../commands/fhir/fhir-access.ts'
import type { FhirDeps } from '../../commands/fhir/fhir-deps.ts'
import { faultOf, type EmitEvent } from '../../commands/ports/events.ts'
import { capabilityStatement } from '../../fhir/capability-statement.ts'
import { interactions, type Interaction, type InteractionName } from '../../fhir/interactions.ts'
import { outcome } from '../../fhir/outcome.ts'
import { isResourceType } from '../../fhir/resource-types.ts'
import { withSecurity, type IssuerWords } from '../../fhir/smart/smart-configuration.ts'
import { callerOf, visitorOf } from '../caller.ts'
import { capabilities } from './capabilities.ts'
import { create } from './create.ts'
import { conditionalDelete, deleteInstance } from './delete.ts'
import { dispatchOver, type Dispatch, type Served } from './dispatch.ts'
import { failureOf } from './errors.ts'
import { preferOf, type Body, type Exchange, type Handler } from './exchange.ts'
import { operationRoutes, type OperationRoute } from '../../fhir/operations/operations.ts'
import { historyInstance, historySystem, historyType } from './history.ts'
import { httpFeatures } from './http-features.ts'
import { FORM, JSON_PATCH, jsonTypes } from './media-types.ts'
import { allowedBelow, optionsRoutes } from './options.ts'
import { operationHandler } from './operations/operation-handlers.ts'
import { unknownOperations } from './operations/unknown-operation.ts'
import { noSuchAddress } from './no-such-address.ts'
import { queryOf } from './query.ts'
import { conditionalPatch, patch } from './patch.ts'
import { read } from './read.ts'
import { sendAnswer, sendFailure, sendJson } from './send.ts'
import {
  searchCompartment,
  searchCompartmentPost,
  searchSystem,
  searchSystemPost,
  searchType,
  searchTypePost,
} from './search-type.ts'
import { transaction } from './transaction.ts'
import { conditionalUpdate, update } from './update.ts'
import { vread } from './vread.ts'
import { isMethodWithoutType } from '../problem.ts'
import { utf8 } from '../utf8.ts'

export interface FhirRouteOptions {
  readonly deps: FhirDeps
  /** Those of a tenant; undefined = there is only one. */
  readonly depsOf?: (tenant: number) => FhirDeps
  readonly emit: EmitEvent
  readonly bodyLimitBytes: number
  /** Of this program, for the CapabilityStatement. */
  readonly version: string
  /** What the issuer of tokens says about itself, as far as it is known; undefined = no tokens are taken. */
  readonly issuerWords?: () => IssuerWords | undefined
}

/**
 * The FHIR R4 REST surface, registered with its prefix (`/fhir`). Routes come from the table of interactions; whatever
 * goes wrong, Fastify's own errors included, is answered as an OperationOutcome.
 */
export async function fhirRoutes(server: FastifyInstance, options: FhirRouteOptions): Promise<void> {
  const { deps, depsOf = () => deps, emit, bodyLimitBytes } = options
  addParsers(server)
  server.setErrorHandler((error: Error, request, reply) =>
    isMethodWithoutType(error)
      ? refuseMethod(server, request, reply)
      : sendError({ error, request, reply, emit }),
  )
  server.setNotFoundHandler((request, reply) => refuseMethod(server, request, reply))
  await httpFeatures(server)
  optionsRoutes(server)
  const handlers = handlersOf(statementText(deps, options), () => dispatch)
  const served: readonly Served[] = [
    ...interactions.flatMap(interaction => {
      const handler = handlers[interaction.name]
      return handler ? [{ ...interaction, handler }] : []
    }),
    ...operationRoutes.map(route => ({ ...asInteraction(route), handler: operationHandler(route) })),
  ]
  const dispatch = dispatchOver(served)
  for (const one of served) addRoute(server, one, { depsOf, bodyLimitBytes })
  for (const interaction of interactions) {
    if (!handlers[interaction.name]) addRefusal(server, interaction)
  }
  unknownOperations(server)
}

/** What an operation asks of who is calling: it reads an instance, looks over a type, or changes what it read. */
const asInteraction = ({
  operation,
  level,
  method,
  path,
  type,
}: OperationRoute): Omit<Served, 'handler'> => ({
  name: operation.affectsState ? 'patch' : whatIsRead[level],
  ...{ method, path, ...(type !== undefined && { type }) },
})

const whatIsRead = { system: 'search-system', type: 'search-type', instance: 'read' } as const

/** Written on first use, and again when the issuer tells more: it is large, and most starts are of no interest to it. */
function statementText(
  { base, canonicalBase, clock, packages }: FhirDeps,
  { version, issuerWords }: Pick<FhirRouteOptions, 'version' | 'issuerWords'>,
): () => string {
  const date = new Date(clock.nowMs()).toISOString()
  let text: string | undefined
  let told: IssuerWords | undefined
  return () => {
    const words = issuerWords?.()
    if (text !== undefined && words === told) return text
    told = words
    const statement = capabilityStatement({
      ...{ base, canonicalBase, version, date },
      ...(packages && { packages }),
    })
    text = JSON.stringify(issuerWords ? withSecurity(statement, words) : statement)
    return text
  }
}

const handlersOf = (
  statement: () => string,
  dispatch: () => Dispatch,
): Readonly<Partial<Record<InteractionName, Handler>>> => ({
  capabilities: capabilities(statement),
  read,
  vread,
  'history-instance': historyInstance,
  'history-type': historyType,
  'history-system': historySystem,
  create,
  update,
  delete: deleteInstance,
  patch,
  'conditional-update': conditionalUpdate,
  'conditional-patch': conditionalPatch,
  'conditional-delete': conditionalDelete,
  'search-type': searchType,
  'search-type-post': searchTypePost,
  'search-system': searchSystem,
  'search-system-post': searchSystemPost,
  'compartment-search': searchCompartment,
  'compartment-search-post': searchCompartmentPost,
  'compartment-search-all-post': searchCompartmentPost,
  transaction: transaction(dispatch),
})

/** Bodies are taken as text: nothing is coerced, removed or filled in, and decimals keep their digits. */
function addParsers(server: FastifyInstance): void {
  server.removeAllContentTypeParsers()
  const parse =
    (kind: Body['kind']) =>
    (_request: unknown, bytes: Buffer, done: (error: Error | null, body?: Body) => void) => {
      const text = utf8(bytes)
      if (text === undefined) done(Object.assign(new Error('not UTF-8'), { statusCode: 400 }))
      else done(null, { kind, text })
    }
  server.addContentTypeParser([...jsonTypes], { parseAs: 'buffer' }, parse('json'))
  server.addContentTypeParser(JSON_PATCH, { parseAs: 'buffer' }, parse('json-patch'))
  server.addContentTypeParser(FORM, { parseAs: 'buffer' }, parse('form'))
}

interface RouteParts {
  readonly depsOf: (tenant: number) => FhirDeps
  readonly bodyLimitBytes: number
}

function addRoute(server: FastifyInstance, served: Served, parts: RouteParts): void {
  const { name, method, path, type, handler } = served
  server.route({
    method,
    url: path,
    bodyLimit: parts.bodyLimitBytes,
    onRequest: (request, reply, done) => {
      if (!isElsewhere(request) || allowedBelow(server, request.url).length === 0) done()
      else refuseMethod(server, request, reply)
    },
    handler: async (request, reply) => {
      const exchange = exchangeOf(request, { name, type, depsOf: parts.depsOf })
      const answer = exchange.ok ? await handler(exchange.value) : exchange
      return answer.ok ? sendAnswer(reply, answer.value) : sendFailure(reply, answer.failure)
    },
  })
}

/** Whether the address is of another kind than the route that it fell to: `PUT /metadata`, `DELETE /Patient/_history`. */
function isElsewhere({ params }: FastifyRequest): boolean {
  const { type, id = '' } = params as { readonly type?: string; readonly id?: string }
  return (type !== undefined && !isResourceType(type)) || id.startsWith('_')
}

/** 405 with the methods that the address has; 404 when it has none. */
function refuseMethod(server: FastifyInstance, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const allowed = allowedBelow(server, request.url)
  if (allowed.length === 0) return sendFailure(reply, noSuchAddress)
  return sendFailure(reply.header('allow', allowed.join(', ')), noSuchMethod)
}

/** The request as its handler sees it, once its scopes allow it. Failures: `actor-malformed`, `access-denied`. */
function exchangeOf(
  request: FastifyRequest,
  {
    name,
    type,
    depsOf,
  }: Pick<Served, 'name'> & { readonly type: string | undefined } & Pick<RouteParts, 'depsOf'>,
): Result<Exchange> {
  const caller = callerOf(request)
  if (!caller.ok) return caller
  const params = request.params as Readonly<Record<string, string>>
  const allowed = mayInteract(caller.value.access, name, params['type'] ?? type)
  if (!allowed.ok) return allowed
  const { access } = caller.value
  const deps = depsOf(visitorOf(request).tenant)
  return ok({
    deps: access ? { ...deps, access } : deps,
    caller: caller.value,
    params,
    pairs: [...queryOf(request)],
    headers: request.headers,
    body: request.body as Body | undefined,
    prefer: preferOf(request.headers['prefer']),
  })
}

/** An interaction that R4 has and this server doesn't is refused before its body is read. */
function addRefusal(server: FastifyInstance, { name, method, path }: Interaction): void {
  const allowed = allowedBelow(server, `${server.prefix}${path.replaceAll(/:\w+/g, 'Patient')}`)
  const message = `The interaction ${name} is not supported; see metadata for what is.`
  const failure: Failure =
    allowed.length > 0
      ? { kind: 'method-not-allowed', code: 'interaction-not-supported', message }
      : { kind: 'unsupported', code: 'interaction-not-supported', message }
  server.route({
    method,
    url: path,
    onRequest: async (_request, reply) => {
      if (allowed.length > 0) reply.header('allow', allowed.join(', '))
      return sendFailure(reply, failure)
    },
    handler: async (_request, reply) => sendFailure(reply, failure),
  })
}

const noSuchMethod: Failure = {
  kind: 'method-not-allowed',
  code: 'interaction-not-supported',
  message: 'This address has no such method; the header Allow lists those that it has.',
}

interface Thrown {
  readonly error: Error
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly emit: EmitEvent
}

/** A fault is logged without its message, which may quote values. */
function sendError({ error, request, reply, emit }: Thrown): FastifyReply {
  const failure = failureOf(error)
  if (!failure || failure.kind === 'unavailable') {
    emit('request-failed', {
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      code: failure?.code ?? 'internal-error',
      fault: faultOf(error),
    })
  }
  if (failure) return sendFailure(reply, failure)
  const diagnostics = 'An error of this server; its log has the details under this X-Request-Id.'
  const body = JSON.stringify(outcome([{ severity: 'fatal', code: 'exception', diagnostics }]))
  return sendJson(reply.code(500), body)
}
