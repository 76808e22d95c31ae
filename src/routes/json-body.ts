import type { FastifyError, FastifyInstance } from 'fastify'
import type { Failure } from '../lib/result.ts'
import { wellFormedJson } from '../fhir/read-json.ts'
import { sendProblem } from './problem.ts'
import { utf8 } from './utf8.ts'

/** A body that is no JSON that two readers would read alike. */
interface RefusedBody extends Error {
  readonly failure: Failure
}

/**
 * Routes of this plugin take `application/json` alone (415 otherwise), in UTF-8, with no name twice in an object and no
 * half of a surrogate pair, which could be stored nowhere. Failures: `json-malformed`, `json-too-deep`, `json-unsafe-key`,
 * `json-duplicate-key`.
 */
export function jsonBodies(server: FastifyInstance): void {
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, bytes, done) => {
    const read = bodyOf(bytes as Buffer)
    if (read.ok) done(null, read.value)
    else done(refused(read.failure))
  })
  server.setErrorHandler((error: FastifyError | RefusedBody, _request, reply) => {
    // Everything else is for the handler of the server, which Fastify asks when this one throws.
    if (!('failure' in error)) throw error
    return sendProblem(reply, error.failure)
  })
}

const refused = (failure: Failure): RefusedBody => Object.assign(new Error(failure.code), { failure })

function bodyOf(bytes: Buffer): ReturnType<typeof wellFormedJson> {
  const text = utf8(bytes)
  if (text === undefined) return { ok: false, failure: malformed('The body is not UTF-8.') }
  return wellFormedJson(text, JSON.parse)
}

const malformed = (message: string): Failure => ({ kind: 'invalid', code: 'json-malformed', message })
