import { fail, ok, type Result } from '../../../lib/result.ts'
import { repeatableOf, type Repeatable } from '../../../commands/cases/idempotency.ts'
import { mergeAnswer } from '../../../commands/operations/merge-outcome.ts'
import type { IdentifierGiven, PartyGiven } from '../../../commands/operations/merge-parties.ts'
import { mergePatients, type MergeRequest } from '../../../commands/operations/merge-patients.ts'
import { isEtagList } from '../../../fhir/etag.ts'
import { badInput, textArgument, type Argument } from '../../../fhir/operations/operation-input.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { resourceIn, type Answer, type Exchange } from '../exchange.ts'
import type { Call, OperationHandler } from './call.ts'

/** http://hl7.org/fhir/R5/patient-operation-merge.html, and what takes it back. */
export const mergeHandlers = {
  merge: call => merged(call, 'merge'),
  unmerge: call => merged(call, 'unmerge'),
} as const satisfies Readonly<Record<string, OperationHandler>>

async function merged(call: Call, does: MergeRequest['does']): Promise<Result<Answer>> {
  const { deps, caller } = call.exchange
  const request = requestIn(call, does)
  if (!request.ok) return request
  const done = await mergePatients(deps, caller, request.value)
  if (!done.ok) return done
  const { result, target } = done.value
  const input = resourceIn(call.exchange)
  const answer = await mergeAnswer(deps, done.value, {
    request: request.value,
    ...(input.ok && { input: input.value }),
  })
  const version = result.meta?.versionId
  const isWritten = !request.value.preview && version !== undefined
  const location = `${deps.base}/Patient/${target}/_history/${version ?? ''}`
  return ok({ status: 200, ...(isWritten && { headers: { location } }), body: JSON.stringify(answer) })
}

function requestIn({ exchange, given }: Call, does: MergeRequest['does']): Result<MergeRequest> {
  const source = partyNamed('source-patient', { given, exchange })
  if (!source.ok) return source
  if (!source.value) return badInput('source-patient or source-patient-identifier must be there')
  const target = partyNamed('target-patient', { given, exchange })
  if (!target.ok) return target
  const preview = previewIn(given)
  if (!preview.ok) return preview
  const result = resultIn(given, exchange)
  if (!result.ok) return result
  const ifMatch = exchange.headers['if-match']
  if (ifMatch !== undefined && !isEtagList(ifMatch)) return fail(malformed)
  const repeatable = preview.value ? ok(undefined) : repeatableIn(exchange, does)
  if (!repeatable.ok) return repeatable
  return ok({
    ...{ does, source: source.value, preview: preview.value },
    ...(target.value && { target: target.value }),
    ...(result.value && { result: result.value }),
    ...(ifMatch !== undefined && { ifMatch }),
    ...(repeatable.value && { repeatable: repeatable.value }),
  })
}

const malformed = {
  kind: 'invalid',
  code: 'if-match-malformed',
  message: 'If-Match must be entity tags such as W/"3", or *.',
} as const

interface Calling {
  readonly given: readonly Argument[]
  readonly exchange: Exchange
}

/** `source-patient` (a Reference) and `source-patient-identifier` (any number); undefined where neither is there. */
function partyNamed(name: string, { given, exchange }: Calling): Result<PartyGiven | undefined> {
  const references = given.filter(one => one.name === name)
  const identifiers = given.filter(one => one.name === `${name}-identifier`).map(({ value }) => value)
  const [named, ...more] = references.map(
    ({ value }) => value as { reference?: unknown; identifier?: unknown },
  )
  if (more.length > 0) return badInput(`${name} must be one Reference`)
  const all = [...identifiers, ...(named?.identifier === undefined ? [] : [named.identifier])]
  if (!all.every(isIdentifier))
    return badInput(`${name}-identifier must be an Identifier: value, and system if it is there, are text`)
  const id = named?.reference === undefined ? undefined : idIn(named.reference, exchange.deps.base)
  if (named?.reference !== undefined && id === undefined)
    return badInput(`${name} must refer to a Patient of this server`)
  if (id === undefined && all.length === 0)
    return named ? badInput(`${name} must refer to a Patient`) : ok(undefined)
  return ok({ name, ...(id !== undefined && { id }), identifiers: all })
}

function idIn(reference: unknown, base: string): string | undefined {
  if (typeof reference !== 'string') return undefined
  const local = reference.startsWith(`${base}/`) ? reference.slice(base.length + 1) : reference
  return /^Patient\/([A-Za-z0-9\-.]{1,64})$/.exec(local)?.[1]
}

const isIdentifier = (value: unknown): value is IdentifierGiven =>
  typeof value === 'object' &&
  value !== null &&
  'value' in value &&
  isText(value.value) &&
  (!('system' in value) || isText(value.system))

const isText = (value: unknown): boolean => typeof value === 'string' && value.trim() !== ''

function previewIn(given: readonly Argument[]): Result<boolean> {
  const text = textArgument(given, 'preview')
  if (!text.ok) return text
  const { value = 'false' } = text
  return value === 'true' || value === 'false'
    ? ok(value === 'true')
    : badInput('preview must be true or false')
}

/** Failure: `operation-input`, with all that is wrong with the Patient that was given. */
function resultIn(given: readonly Argument[], { deps }: Exchange): Result<Resource | undefined> {
  const [first, ...more] = given.filter(({ name }) => name === 'result-patient')
  if (!first) return ok(undefined)
  if (!first.resource || more.length > 0) return badInput('result-patient must be one Patient')
  const refused = deps.validate(first.resource).find(({ severity }) => severity === 'error')
  return refused ? badInput(`result-patient: ${refused.diagnostics}`) : ok(first.resource)
}

const KEY = /^[\x21-\x7e]{1,255}$/

/** A retry under the same Idempotency-Key gets the same answer. Failure: `idempotency-key-malformed`. */
function repeatableIn(
  { headers, caller, body }: Exchange,
  does: MergeRequest['does'],
): Result<Repeatable | undefined> {
  const key = headers['idempotency-key']
  if (key === undefined) return ok(undefined)
  if (typeof key !== 'string' || !KEY.test(key)) {
    const message = 'Idempotency-Key must be 1 to 255 visible ASCII characters, such as a UUID.'
    return fail({ kind: 'invalid', code: 'idempotency-key-malformed', message })
  }
  const path = `/fhir/Patient/$${does}`
  return ok(repeatableOf(key, { actor: caller.actor, method: 'POST', path, body: body?.text ?? '' }))
}
