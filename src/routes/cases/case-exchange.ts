import type { FastifyReply, FastifyRequest } from 'fastify'
import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import type { CaseDeps } from '../../commands/cases/case-deps.ts'
import { caseEtag } from '../../commands/cases/case-etag.ts'
import { repeatableOf, type Repeatable } from '../../commands/cases/idempotency.ts'
import type { Answered } from '../../commands/cases/write-case.ts'
import type { Caller } from '../../commands/fhir/fhir-deps.ts'
import { sendProblem } from '../problem.ts'

/** What the routes of the case API share. */
export interface CaseRouteOptions {
  /** Those of the tenant of who is calling. */
  readonly depsOf: (request: FastifyRequest) => CaseDeps
}

export const idOf = ({ params }: FastifyRequest): string => (params as { readonly id: string }).id

const KEY = /^[\x21-\x7e]{1,255}$/

/** The Idempotency-Key, if one came. Failure: `idempotency-key-malformed`. */
export function repeatableIn(request: FastifyRequest, { actor }: Caller): Result<Repeatable | undefined> {
  const key = request.headers['idempotency-key']
  if (key === undefined) return ok(undefined)
  if (typeof key !== 'string' || !KEY.test(key)) return fail(keyMalformed)
  const { method, url: path, body } = request
  return ok(repeatableOf(key, { actor, method, path, body }))
}

const keyMalformed: Failure = {
  kind: 'invalid',
  code: 'idempotency-key-malformed',
  message: 'Idempotency-Key must be 1 to 255 visible ASCII characters, such as a UUID.',
}

/** The answer to a change of a case, with the ETag to go on with. */
export function sendAnswer(reply: FastifyReply, answered: Result<Answered>): FastifyReply {
  if (!answered.ok) return sendProblem(reply, answered.failure)
  const { status, body } = answered.value
  return reply.code(status).header('etag', caseEtag(body.case.version)).send(body)
}

export const headerText = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : value?.join(', ')
