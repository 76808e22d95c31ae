import type { FastifyError } from 'fastify'
import type { Failure } from '../../lib/result.ts'
import { StoreFault, StoreRefusal } from '../../commands/ports/store-fault.ts'
import { Refusal } from '../refusal.ts'

/** What Fastify or the store throws, as a failure; undefined for a bug of ours. */
export function failureOf(error: FastifyError | Error): Failure | undefined {
  if (error instanceof Refusal) return error.failure
  if (error instanceof StoreFault) return unavailable
  if (error instanceof StoreRefusal) return refusedContent
  const { code, statusCode } = error as Partial<FastifyError>
  const known =
    code === undefined || !Object.hasOwn(fastifyFailures, code) ? undefined : fastifyFailures[code]
  if (known) return known
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return malformed
  return undefined
}

/** A % sequence that stands for nothing, in a path or a query. */
export const urlMalformed: Failure = {
  kind: 'invalid',
  code: 'url-malformed',
  message: 'The address has a malformed % sequence.',
}

const unavailable: Failure = {
  kind: 'unavailable',
  code: 'service-unavailable',
  message: 'The request could not be completed; nothing of it was acknowledged. Try again shortly.',
}

const refusedContent: Failure = {
  kind: 'unprocessable',
  code: 'content-not-storable',
  message: 'The database refused the content of this request.',
}

const malformed: Failure = {
  kind: 'invalid',
  code: 'request-malformed',
  message: 'The request could not be read.',
}

const fastifyFailures: Readonly<Record<string, Failure>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: {
    kind: 'too-large',
    code: 'body-too-large',
    message: 'The body is larger than this server takes; split the Bundle.',
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    kind: 'unsupported-media-type',
    code: 'media-type-unknown',
    message: 'Send JSON: application/fhir+json or application/json.',
  },
  FST_CP_ERR_INVALID_CONTENT_ENCODING: {
    kind: 'unsupported-media-type',
    code: 'content-encoding-unknown',
    message: 'The body is compressed in a way that is not read here: send it as gzip, br or as it is.',
  },
  FST_CP_ERR_INVALID_CONTENT: {
    kind: 'invalid',
    code: 'content-encoding-wrong',
    message: 'The body is not compressed as Content-Encoding says.',
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    kind: 'invalid',
    code: 'content-length-wrong',
    message: 'The body is not as long as Content-Length says.',
  },
  FST_ERR_BAD_URL: urlMalformed,
}
