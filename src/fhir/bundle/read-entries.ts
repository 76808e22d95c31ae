import { fail, ok, type Failure, type FailureIssue, type Result } from '../../lib/result.ts'
import { isResource } from '../read-json.ts'
import type { Resource } from '../resource.ts'
import { isResourceType } from '../resource-types.ts'

/** One entry of a batch or transaction, read and checked (http://hl7.org/fhir/R4/http.html#transaction). */
export interface BundleEntry {
  /** `Bundle.entry[3]`: what a diagnostic names. */
  readonly place: string
  /** `metadata` as type: the CapabilityStatement. */
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly type: string
  readonly id?: string
  /** What follows `Type` or `Type/id` in the url of a GET: `_history/2`, and the query. */
  readonly rest?: string
  readonly query?: string
  readonly fullUrl?: string
  readonly resource?: Resource
  readonly ifMatch?: string
  readonly ifNoneMatch?: string
  readonly ifNoneExist?: string
}

const RELATIVE_URL = /^[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/

/**
 * A request Bundle for the validator: R4 wants every fullUrl absolute, and clients send `Patient/123`, which stands below
 * the base it is sent to.
 */
export function withAbsoluteUrls(bundle: Resource, base: string): Resource {
  const { entry } = bundle
  if (!Array.isArray(entry)) return bundle
  return { ...bundle, entry: entry.map(item => withAbsoluteUrl(item, base)) }
}

function withAbsoluteUrl(item: unknown, base: string): unknown {
  if (typeof item !== 'object' || item === null || !('fullUrl' in item)) return item
  const { fullUrl } = item
  if (typeof fullUrl !== 'string' || !RELATIVE_URL.test(fullUrl)) return item
  return { ...item, fullUrl: `${base}/${fullUrl}` }
}

export interface BundleRequest {
  readonly type: 'batch' | 'transaction'
  /** In request order; an entry that can't be understood is a failure. */
  readonly entries: readonly Result<BundleEntry>[]
}

/** Stands for the type of an entry that reads the CapabilityStatement. */
export const METADATA = 'metadata'

const ENTRIES_MAX = 10_000

/** Failures: `bundle-type` (not a batch or transaction), `bundle-too-many-entries`; of an entry: `bundle-entry`, `bundle-entry-not-supported`. */
export function readEntries(bundle: Resource, base: string): Result<BundleRequest> {
  const { type, entry } = bundle
  if (bundle.resourceType !== 'Bundle' || (type !== 'batch' && type !== 'transaction')) {
    return fail({
      kind: 'invalid',
      code: 'bundle-type',
      message: 'The body must be a Bundle of type batch or transaction.',
      expression: 'Bundle.type',
    })
  }
  const entries = Array.isArray(entry) ? entry : []
  if (entries.length > ENTRIES_MAX) {
    const message = `A Bundle may have at most ${ENTRIES_MAX} entries.`
    return fail({ kind: 'too-large', code: 'bundle-too-many-entries', message, expression: 'Bundle.entry' })
  }
  return ok({ type, entries: entries.map((item, index) => readEntry(item, `Bundle.entry[${index}]`, base)) })
}

type Fields = Readonly<Record<string, unknown>>

const METHODS = ['GET', 'POST', 'PUT', 'DELETE'] as const
const OTHER_METHODS: ReadonlySet<unknown> = new Set(['PATCH', 'HEAD'])

function readEntry(item: unknown, place: string, base: string): Result<BundleEntry> {
  const { request, resource, fullUrl } = (typeof item === 'object' && item !== null ? item : {}) as Fields
  if (typeof request !== 'object' || request === null) return bad(place, 'request is missing')
  const { method, url, ...conditions } = request as Fields
  if (method === 'GET' && (url === METADATA || url === `/${METADATA}` || url === `${base}/${METADATA}`)) {
    return ok({ place, method, type: METADATA })
  }
  const known = METHODS.find(name => name === method)
  if (!known) {
    return OTHER_METHODS.has(method)
      ? notSupported(place, `${String(method)} is not supported`)
      : bad(place, 'request.method must be GET, POST, PUT or DELETE')
  }
  if (typeof url !== 'string') return bad(place, 'request.url is missing')
  const target = targetOf(url, base)
  if (!target) return bad(place, 'request.url must be Type or Type/id with an R4 type')
  if (target.rest?.startsWith('$')) return notSupported(place, 'operations are not supported')
  const entry: BundleEntry = {
    place,
    method: known,
    ...target,
    ...(isResource(resource) && { resource }),
    ...(typeof fullUrl === 'string' && { fullUrl }),
    ...textsOf(conditions, ['ifMatch', 'ifNoneMatch', 'ifNoneExist']),
  }
  return checked(entry)
}

function textsOf(fields: Fields, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.flatMap(name => {
      const value = fields[name]
      return typeof value === 'string' ? [[name, value]] : []
    }),
  )
}

const ID = /^[A-Za-z0-9\-.]{1,64}$/

function targetOf(
  url: string,
  base: string,
): Pick<BundleEntry, 'type' | 'id' | 'rest' | 'query'> | undefined {
  const local = url.startsWith(`${base}/`) ? url.slice(base.length + 1) : url.replace(/^\//, '')
  const mark = local.indexOf('?')
  const path = mark < 0 ? local : local.slice(0, mark)
  const [type = '', id, ...more] = path.split('/')
  if (!isResourceType(type)) return undefined
  const query = mark < 0 ? {} : { query: local.slice(mark + 1) }
  if (id === undefined) return { type, ...query }
  if (id.startsWith('$') || id === '_history') return { type, rest: [id, ...more].join('/'), ...query }
  if (!ID.test(id)) return undefined
  return { type, id, ...(more.length > 0 && { rest: more.join('/') }), ...query }
}

function checked(entry: BundleEntry): Result<BundleEntry> {
  const { method, place, type, id, rest, query, resource } = entry
  if (method === 'GET') return ok(entry)
  if (rest !== undefined) return bad(place, 'request.url must be Type or Type/id')
  if (method !== 'POST' && id === undefined) {
    return query === undefined || query === ''
      ? bad(place, `request.url of a ${method} must be Type/id`)
      : notSupported(place, `conditional ${method} is not supported`)
  }
  if (query !== undefined) return notSupported(place, 'a query in the url of a write is not supported')
  if (method === 'DELETE') return ok(entry)
  if (method === 'POST' && id !== undefined) return bad(place, 'request.url of a POST must be Type')
  if (!resource) return bad(place, 'resource is missing')
  if (resource.resourceType !== type) return bad(place, `resource must be a ${type}, as request.url says`)
  if (method === 'PUT' && resource.id !== id) return bad(place, 'resource.id must be the id in request.url')
  return ok(entry)
}

const bad = (place: string, text: string): Result<never> =>
  fail({ kind: 'invalid', code: 'bundle-entry', message: `${place}: ${text}`, expression: place })

const notSupported = (place: string, text: string): Result<never> =>
  fail({
    kind: 'unsupported',
    code: 'bundle-entry-not-supported',
    message: `${place}: ${text}`,
    expression: place,
  })

/**
 * The entries of a transaction, when all are sound and no two stand for the same resource. Failures (every entry at
 * fault is listed): those of the entries, `bundle-duplicate-full-url`, `bundle-identity-overlap`.
 */
export function soundTransaction(entries: readonly Result<BundleEntry>[]): Result<readonly BundleEntry[]> {
  const failures = entries.flatMap(entry => (entry.ok ? [] : [entry.failure]))
  const [first] = failures
  if (first) {
    const issues = failures.map(({ kind, message, expression }): FailureIssue => {
      const code = kind === 'unsupported' ? 'not-supported' : 'invalid'
      return {
        severity: 'error',
        code,
        diagnostics: message,
        ...(expression !== undefined && { expression }),
      }
    })
    return fail({ ...(failures.find(failure => failure.kind === 'invalid') ?? first), issues })
  }
  const sound = entries.flatMap(entry => (entry.ok ? [entry.value] : []))
  return (
    repeated(sound, writtenUrl, 'bundle-duplicate-full-url', 'has the fullUrl of') ??
    repeated(sound, identityOf, 'bundle-identity-overlap', 'writes the same resource as') ??
    ok(sound)
  )
}

const writtenUrl = (entry: BundleEntry): string | undefined => entry.fullUrl

/** What an entry writes: `Type/id`; a POST whose fullUrl is a relative `Type/id` claims that address within the Bundle. */
function identityOf({ method, type, id, fullUrl }: BundleEntry): string | undefined {
  if (method === 'GET') return undefined
  if (id !== undefined) return `${type}/${id}`
  return fullUrl !== undefined && fullUrl.startsWith(`${type}/`) ? fullUrl : undefined
}

function repeated(
  entries: readonly BundleEntry[],
  keyOf: (entry: BundleEntry) => string | undefined,
  code: string,
  what: string,
): Result<never> | undefined {
  const seen = new Map<string, string>()
  for (const entry of entries) {
    const key = keyOf(entry)
    if (key === undefined) continue
    const earlier = seen.get(key)
    if (earlier !== undefined) {
      const message = `${entry.place} ${what} ${earlier}.`
      return fail({ kind: 'invalid', code, message, expression: entry.place })
    }
    seen.set(key, entry.place)
  }
  return undefined
}

/** A failure of one entry: its place stands in every text and expression. */
export function failureAt(place: string, failure: Failure): Failure {
  const { issues, expression } = failure
  return {
    ...failure,
    message: saidAt(place, failure.message),
    expression: elementAt(place, expression),
    ...(issues && {
      issues: issues.map(issue => ({
        ...issue,
        diagnostics: saidAt(place, issue.diagnostics),
        expression: elementAt(place, issue.expression),
      })),
    }),
  }
}

const saidAt = (place: string, text: string): string => (text.startsWith(place) ? text : `${place}: ${text}`)

/** `Task.status` of the third entry is `Bundle.entry[2].resource.status`. */
function elementAt(place: string, expression: string | undefined): string {
  if (expression === undefined || expression.startsWith(place)) return expression ?? place
  const [, rest] = /^[A-Z][A-Za-z]+((?:\.|\[).*)?$/.exec(expression) ?? []
  return rest === undefined ? place : `${place}.resource${rest}`
}

const ORDER = { DELETE: 0, POST: 1, PUT: 2, PATCH: 2, GET: 3, HEAD: 3 } as const

/** The order in which a transaction takes effect: DELETE, POST, PUT and PATCH, GET and HEAD; within one method as they came. */
export const inProcessingOrder = <T>(
  items: readonly T[],
  methodOf: (item: T) => keyof typeof ORDER,
): readonly T[] => items.toSorted((a, b) => ORDER[methodOf(a)] - ORDER[methodOf(b)])
