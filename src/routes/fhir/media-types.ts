import type { IncomingHttpHeaders } from 'node:http'
import { fail, ok, type Result } from '../../lib/result.ts'

const FHIR_JSON = 'application/fhir+json; charset=utf-8'

/** Ranges and types of an Accept header that FHIR JSON satisfies. */
const accepted: ReadonlySet<string> = new Set([
  '*/*',
  'application/*',
  'application/fhir+json',
  'application/json',
  'application/json+fhir',
  'text/json',
])

/** Values of `_format` for JSON; a `+` that nobody encoded arrives as a space. */
const jsonFormats: ReadonlySet<string> = new Set([
  'json',
  'application/json',
  'application/fhir+json',
  'application/fhir json',
  'text/json',
])

/** What a body may be sent as. */
export const jsonTypes = ['application/fhir+json', 'application/json', 'application/json+fhir'] as const
export const FORM = 'application/x-www-form-urlencoded'
export const JSON_PATCH = 'application/json-patch+json'
/** What PATCH takes, as the header Accept-Patch says it (RFC 5789, 3.1). */
export const acceptPatch = `${JSON_PATCH}, application/fhir+json`
const bodyTypes: ReadonlySet<string> = new Set([...jsonTypes, JSON_PATCH, FORM])

interface Asked {
  readonly accept: string | undefined
  /** `_format`, which overrides Accept. */
  readonly format: string | undefined
}

/** Whether the client takes FHIR R4 JSON. Failure: `format-not-acceptable`. */
export function acceptable({ accept, format }: Asked): Result<void> {
  const takes =
    format === undefined
      ? accept === undefined || accept.trim() === '' || accept.split(',').some(takesJson)
      : jsonFormats.has(essenceOf(format)) && isOurVersion(format)
  if (takes) return ok(undefined)
  return fail({
    kind: 'not-acceptable',
    code: 'format-not-acceptable',
    message:
      'This server answers FHIR 4.0 in JSON only: send Accept: application/fhir+json, or _format=json (no XML, no Turtle, no HTML).',
  })
}

/** The type of the answer: it names the version of FHIR when the client did (http://hl7.org/fhir/R4/http.html#version-parameter). */
export function answerType({ accept, format }: Asked): string {
  const asked = format ?? accept
  return asked !== undefined && FHIR_VERSION.test(asked)
    ? 'application/fhir+json; fhirVersion=4.0; charset=utf-8'
    : FHIR_JSON
}

/** Whether a body is of a type, version of FHIR and charset that is read. Failure: `media-type-unknown`. */
export function readableBody(
  { 'content-type': type }: IncomingHttpHeaders,
  isAnyType: boolean,
): Result<void> {
  if (type === undefined) return ok(undefined)
  const isKnown = bodyTypes.has(essenceOf(type))
  if (isKnown ? isOurVersion(type) && isUtf8(type) : isAnyType) return ok(undefined)
  return fail({
    kind: 'unsupported-media-type',
    code: 'media-type-unknown',
    message:
      'Send FHIR 4.0 as UTF-8 JSON: Content-Type: application/fhir+json; fhirVersion=4.0; charset=utf-8.',
  })
}

/** A media type without its parameters. */
export const essenceOf = (type: string): string => (type.split(';')[0] ?? '').trim().toLowerCase()

const FHIR_VERSION = /;\s*fhirVersion\s*=\s*"?([^;,"\s]+)"?/i

/** `4.0`; 4.0.1 and 4.0.0 say the same. */
function isOurVersion(type: string): boolean {
  const version = FHIR_VERSION.exec(type)?.[1]
  return version === undefined || /^4\.0(?:\.[01])?$/.test(version)
}

function isUtf8(type: string): boolean {
  const charset = /;\s*charset\s*=\s*"?([^;,"\s]+)"?/i.exec(type)?.[1]?.toLowerCase()
  return charset === undefined || charset === 'utf-8' || charset === 'utf8' || charset === 'us-ascii'
}

function takesJson(range: string): boolean {
  const isRefused = /;\s*q=0(?:\.0{0,3})?\s*(?:;|$)/.test(range)
  return !isRefused && accepted.has(essenceOf(range)) && isOurVersion(range)
}
