import { ok, type Result } from '../../../lib/result.ts'
import { explain } from '../../../commands/operations/explain.ts'
import { everything } from '../../../commands/operations/everything.ts'
import { lastN } from '../../../commands/operations/last-n.ts'
import { metaInUse } from '../../../commands/operations/meta-in-use.ts'
import { changeMeta, metaOf } from '../../../commands/operations/meta.ts'
import { validate } from '../../../commands/operations/validate.ts'
import {
  argumentsOf,
  pairsOf,
  parametersText,
  textArgument,
} from '../../../fhir/operations/operation-input.ts'
import type { OperationName, OperationRoute } from '../../../fhir/operations/operations.ts'
import type { Meta } from '../../../fhir/resource.ts'
import {
  keyOf,
  onlyParameters,
  resourceIn,
  typeOf,
  type Answer,
  type Exchange,
  type Handler,
} from '../exchange.ts'
import type { Call, OperationHandler } from './call.ts'
import { mergeHandlers } from './merge-handlers.ts'
import { terminologyHandlers } from './terminology-handlers.ts'

const handlers: Readonly<Record<OperationName, OperationHandler>> = {
  validate: async ({ exchange, given, type, id }) => {
    const mode = textArgument(given, 'mode')
    if (!mode.ok) return mode
    const profile = textArgument(given, 'profile')
    if (!profile.ok) return profile
    const resource = given.find(({ name }) => name === 'resource')?.resource
    const found = await validate(exchange.deps, {
      type,
      ...(id !== undefined && { id }),
      ...(resource && { resource }),
      ...(mode.value !== undefined && { mode: mode.value }),
      ...(profile.value !== undefined && { profile: profile.value }),
    })
    return found.ok ? ok({ status: 200, body: JSON.stringify(found.value) }) : found
  },
  everything: call => everythingOf('Patient', call),
  'episode-everything': call => everythingOf('EpisodeOfCare', call),
  meta: async ({ exchange: { deps }, type, id }) =>
    metaAnswer(await (id === undefined ? metaInUse(deps, type || undefined) : metaOf(deps, { type, id }))),
  'meta-add': call => changedMeta(call, 'add'),
  'meta-delete': call => changedMeta(call, 'delete'),
  ...terminologyHandlers,
  ...mergeHandlers,
  lastn: lastOf,
  explain: async ({ exchange, given, type, id = '' }) => {
    const element = textArgument(given, 'element')
    if (!element.ok) return element
    const request = { key: { type, id }, ...(element.value !== undefined && { element: element.value }) }
    const text = await explain(exchange.deps, request)
    return text.ok ? ok({ status: 200, body: text.value }) : text
  },
}

async function everythingOf(
  type: 'Patient' | 'EpisodeOfCare',
  { exchange, given, id }: Call,
): Promise<Result<Answer>> {
  const pairs = pairsOf(given)
  if (!pairs.ok) return pairs
  const request = { type, ...(id !== undefined && { id }), pairs: pairs.value }
  const text = await everything(exchange.deps, exchange.caller, request)
  return text.ok ? ok({ status: 200, body: text.value }) : text
}

async function lastOf({ exchange, given }: Call): Promise<Result<Answer>> {
  const pairs = pairsOf(given)
  if (!pairs.ok) return pairs
  const text = await lastN(exchange.deps, pairs.value)
  return text.ok ? ok({ status: 200, body: text.value }) : text
}

async function changedMeta(
  { exchange, given, type, id = '' }: Call,
  does: 'add' | 'delete',
): Promise<Result<Answer>> {
  const metas = given.filter(({ name }) => name === 'meta')
  const meta = metas.length === 1 ? metas[0]?.value : undefined
  return metaAnswer(await changeMeta(exchange.deps, exchange.caller, { key: { type, id }, meta, does }))
}

const metaAnswer = (meta: Result<Meta>): Result<Answer> =>
  meta.ok ? ok({ status: 200, body: parametersText([{ name: 'return', valueMeta: meta.value }]) }) : meta

/** The handler of an operation's route: reads what it is called with, refuses what it doesn't know. */
export const operationHandler =
  ({ operation, level, type: named }: OperationRoute): Handler =>
  async asked => {
    const exchange = named === undefined ? asked : { ...asked, params: { ...asked.params, type: named } }
    const key =
      level === 'instance' ? keyOf(exchange) : level === 'type' ? typeKey(exchange) : ok({ type: '' })
    if (!key.ok) return key
    // R4 lets an operation be called by a form (http.html#summary), as it is by a query: where nothing but texts is asked for.
    const form = exchange.body?.kind === 'form' && !operation.affectsState ? exchange.body.text : undefined
    const isBare = exchange.body === undefined || exchange.body.text === '' || form !== undefined
    const body = isBare ? ok(undefined) : resourceIn(exchange)
    if (!body.ok) return body
    const pairs = [...exchange.pairs, ...new URLSearchParams(form ?? '')].filter(
      ([name]) => name !== '_format' && name !== '_pretty',
    )
    const given = argumentsOf(pairs, body.value, operation.body ?? 'resource')
    const names = given.map(({ name }) => [name, ''] as const)
    const { parameters } = operation
    const known =
      parameters === 'search' ? ok(undefined) : onlyParameters({ ...exchange, pairs: names }, parameters)
    if (!known.ok) return known
    return handlers[operation.name]({ exchange, given, ...key.value })
  }

function typeKey(exchange: Exchange): Result<{ readonly type: string }> {
  const type = typeOf(exchange)
  return type.ok ? ok({ type: type.value }) : type
}
