import type { IncomingHttpHeaders } from 'node:http'
import { fail, ok, type Result } from '../../lib/result.ts'
import type { Answer } from './exchange.ts'
import { essenceOf, jsonTypes } from './media-types.ts'

/**
 * Binary as it is (http://hl7.org/fhir/R4/binary.html#rest): who asks for something else than FHIR gets the bytes, and who
 * sends something else than FHIR has it kept in a Binary.
 */
export function wantsBytes({ accept }: IncomingHttpHeaders, format: string | undefined): boolean {
  if (accept === undefined || format !== undefined) return false
  const ranges = accept.split(',').map(essenceOf)
  return !ranges.some(range => (jsonTypes as readonly string[]).includes(range))
}

/** The bytes of a Binary as an answer; one without data is answered as a resource. Failure: `format-not-acceptable`. */
export function bytesAnswer(answer: Answer & { readonly body: string }, accept: string): Result<Answer> {
  const { contentType, data } = JSON.parse(answer.body) as {
    readonly contentType?: string
    readonly data?: string
  }
  if (data === undefined) return ok(answer)
  const type =
    contentType !== undefined && SAFE_TYPE.test(contentType) ? contentType : 'application/octet-stream'
  if (!accept.split(',').some(range => isInRange(essenceOf(type), essenceOf(range)))) {
    return fail({
      kind: 'not-acceptable',
      code: 'format-not-acceptable',
      message: 'This Binary is of another type: send Accept: */*, or application/fhir+json for the resource.',
    })
  }
  const { status, headers } = answer
  return ok({
    status,
    headers: { ...headers, ...inert },
    bytes: { type, content: Buffer.from(data, 'base64') },
  })
}

/** What was stored by anybody never runs as a page of this server. */
const inert = {
  vary: 'Accept',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
} as const

const SAFE_TYPE = /^[\w.+-]+\/[\w.+-]+(?:; ?[\w-]+=(?:[\w.+-]+|"[\w.+ -]*"))*$/

function isInRange(type: string, range: string): boolean {
  if (range === '*/*' || range === type) return true
  return range.endsWith('/*') && type.startsWith(range.slice(0, -1))
}

export interface SentBytes {
  readonly contentType: string
  readonly content: Buffer
  /** Of a PUT. */
  readonly id?: string
  /** X-Security-Context: a reference to what says who may read it. */
  readonly securityContext?: string
}

/** The Binary that holds what was sent, as JSON text. */
export const binaryText = ({ contentType, content, id, securityContext }: SentBytes): string =>
  JSON.stringify({
    resourceType: 'Binary',
    ...(id !== undefined && { id }),
    contentType,
    ...(securityContext !== undefined && { securityContext: { reference: securityContext } }),
    ...(content.length > 0 && { data: content.toString('base64') }),
  })
