import type { IncomingHttpHeaders } from 'node:http'
import { fail, ok, type Result } from '../../lib/result.ts'
import type { Caller, FhirDeps } from '../../commands/fhir/fhir-deps.ts'
import { etagOf } from '../../fhir/etag.ts'
import { readResource } from '../../fhir/read-json.ts'
import type { Resource } from '../../fhir/resource.ts'
import { isResourceType } from '../../fhir/resource-types.ts'
import type { Stored } from '../../commands/ports/store.ts'

/** A request as handlers see it. */
export interface Exchange {
  readonly deps: FhirDeps
  readonly caller: Caller
  readonly params: Readonly<Record<string, string>>
  /** Parameters of the query, in order. */
  readonly pairs: readonly (readonly [name: string, value: string])[]
  readonly headers: IncomingHttpHeaders
  readonly body: Body | undefined
  readonly prefer: Prefer
}

export interface Body {
  readonly kind: 'json' | 'json-patch' | 'form'
  readonly text: string
}

/** The header Prefer (http://hl7.org/fhir/R4/http.html#ops). */
export interface Prefer {
  /** undefined when the client didn't say. */
  readonly returned: 'minimal' | 'representation' | 'OperationOutcome' | undefined
  readonly lenient: boolean
}

/** What is sent; the body is JSON text already. */
export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Instead of a body: what isn't FHIR. */
  readonly bytes?: { readonly type: string; readonly content: Buffer }
}

export type Handler = (exchange: Exchange) => Promise<Result<Answer>>

const NOT_SAID: Prefer = { returned: undefined, lenient: false }

export function preferOf(header: string | readonly string[] | undefined): Prefer {
  if (header === undefined) return NOT_SAID
  const text = [header].flat().join(',')
  const returned = /\breturn\s*=\s*"?(minimal|representation|OperationOutcome)\b/.exec(text)?.[1]
  return {
    returned: returned as Prefer['returned'],
    lenient: /\bhandling\s*=\s*"?lenient\b/.test(text),
  }
}

const ID = /^[A-Za-z0-9\-.]{1,64}$/

/** `:type` of the path. Failure: `type-unknown`. */
export function typeOf({ params }: Exchange): Result<string> {
  const { type = '' } = params
  if (isResourceType(type)) return ok(type)
  return noSuchType
}

/** `:type` and `:id` of the path. Failures: `type-unknown`, `resource-unknown`. */
export function keyOf(exchange: Exchange): Result<{ readonly type: string; readonly id: string }> {
  const type = typeOf(exchange)
  if (!type.ok) return type
  const { id = '' } = exchange.params
  if (ID.test(id)) return ok({ type: type.value, id })
  return fail({
    kind: 'not-found',
    code: 'resource-unknown',
    message: 'An id is 1 to 64 letters, digits, - and dots.',
  })
}

/** 404 with an issue that says that the address may be right elsewhere. */
const noSuchType: Result<never> = (() => {
  const diagnostics = 'There is no such resource type in FHIR R4.'
  const issues = [{ severity: 'error', code: 'not-supported', diagnostics }] as const
  return fail({ kind: 'not-found', code: 'type-unknown', message: diagnostics, issues })
})()

/** Parameters that say how to answer, and change nothing here. */
const answerParameters: ReadonlySet<string> = new Set(['_format', '_pretty'])

export const isAnswerParameter = (name: string): boolean => answerParameters.has(name)

/** Refuses parameters that an interaction doesn't know. Failure: `parameter-unknown`. */
export function onlyParameters({ pairs, prefer }: Exchange, known: readonly string[] = []): Result<void> {
  const strange = pairs.find(([name]) => !isAnswerParameter(name) && !known.includes(name))
  if (!strange || prefer.lenient) return ok(undefined)
  const name = strange[0].replace(/[^\w:.-]/g, '?').slice(0, 80)
  const message = `The parameter ${name} is not supported by this interaction.`
  const issues = [{ severity: 'error', code: 'not-supported', diagnostics: message }] as const
  return fail({ kind: 'unsupported', code: 'parameter-unknown', message, issues })
}

/** The body as a resource. Failures: those of `readResource`, `body-not-json`. */
export function resourceIn({ body }: Exchange): Result<Resource> {
  if (body && body.kind !== 'json') {
    return fail({
      kind: 'unsupported-media-type',
      code: 'body-not-json',
      message: 'Send application/fhir+json.',
    })
  }
  return readResource(body?.text ?? '')
}

/** Headers that describe a version. */
export const versionHeaders = ({
  version,
  updated,
}: Pick<Stored, 'version' | 'updated'>): Readonly<Record<string, string>> => ({
  etag: etagOf(version),
  'last-modified': new Date(updated).toUTCString(),
})
