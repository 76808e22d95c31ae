import { fail, ok, type Result } from '../../lib/result.ts'

export const FHIR_JSON = 'application/fhir+json; charset=utf-8'

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

/** Whether the client takes JSON; `_format` overrides Accept. Failure: `format-not-acceptable`. */
export function acceptable(accept: string | undefined, format: string | undefined): Result<void> {
  const takes =
    format === undefined
      ? accept === undefined || accept.split(',').some(takesJson)
      : jsonFormats.has(withoutParameters(format))
  if (takes) return ok(undefined)
  return fail({
    kind: 'not-acceptable',
    code: 'format-not-acceptable',
    message: 'This server answers application/fhir+json (FHIR 4.0) only.',
  })
}

const withoutParameters = (type: string): string => (type.split(';')[0] ?? '').trim().toLowerCase()

function takesJson(range: string): boolean {
  const refused = /;\s*q=0(?:\.0{0,3})?\s*(?:;|$)/.test(range)
  const version = /;\s*fhirVersion=([^;\s]+)/i.exec(range)?.[1]
  return (
    !refused && accepted.has(withoutParameters(range)) && (version === undefined || version.startsWith('4.0'))
  )
}
