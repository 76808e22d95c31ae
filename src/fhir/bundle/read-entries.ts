import { parseJson } from '../../lib/json.ts'
import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import { localReference } from '../compartment.ts'
import { failureAt } from './entry-failures.ts'
import { fhirPatch, jsonPatch, type Patch } from '../patch/patch.ts'
import { isResource, wellFormedJson } from '../read-json.ts'
import type { Resource } from '../resource.ts'
import { isResourceType } from '../resource-types.ts'

/** One entry of a batch or transaction, read and checked (http://hl7.org/fhir/R4/http.html#transaction). */
export interface BundleEntry {
  /** `Bundle.entry[3]`: what a diagnostic names. */
  readonly place: string
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** `metadata` of one that reads the CapabilityStatement, `*` of one over all types. */
  readonly type: string
  readonly id?: string
  /** It reads, or calls an operation: as the same address does when it is called alone. */
  readonly inner?: InnerCall
  /** The query of a conditional PUT, PATCH or DELETE. */
  readonly condition?: string
  readonly patch?: Patch
  readonly fullUrl?: string
  readonly resource?: Resource
  readonly ifMatch?: string
  readonly ifNoneMatch?: string
  readonly ifNoneExist?: string
  readonly ifModifiedSince?: string
}

/** An address below the base, its path beginning with a slash. */
export interface InnerCall {
  readonly path: string
  readonly query: string
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

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
const CONDITIONS = ['ifMatch', 'ifNoneMatch', 'ifNoneExist', 'ifModifiedSince'] as const

function readEntry(item: unknown, place: string, base: string): Result<BundleEntry> {
  const { request, resource, fullUrl } = (typeof item === 'object' && item !== null ? item : {}) as Fields
  if (typeof request !== 'object' || request === null) return bad(place, 'request is missing')
  const { method, url, ...conditions } = request as Fields
  const known = METHODS.find(name => name === method)
  if (!known) return bad(place, `request.method must be ${METHODS.join(', ')}`)
  if (typeof url !== 'string') return bad(place, 'request.url is missing')
  const target = targetOf(url, base)
  if (!target)
    return bad(
      place,
      'request.url must be Type, Type/id or Type?query, with an id of letters, digits, - and dots',
    )
  if (target.type === '') return fail(failureAt(place, noSuchType))
  if (known === 'POST' && /(?:^|\/)_search$/.test(target.path)) return notSupported(place, FORM_IN_ENTRY)
  const frame: Frame = {
    place,
    method: known,
    ...target,
    ...(isResource(resource) && { resource }),
    ...(typeof fullUrl === 'string' && { fullUrl }),
    ...textsOf(conditions, CONDITIONS),
  }
  return known === 'GET' || known === 'HEAD' || target.rest?.startsWith('$') === true
    ? innerEntry(frame)
    : writeEntry(frame)
}

/** An entry with its address, not yet checked. */
interface Frame extends BundleEntry, Target {}

/** An entry carries a resource, and no form. */
const FORM_IN_ENTRY = 'a search in a Bundle is a GET with its query in request.url, such as Patient?name=a'

const noSuchType: Failure = (() => {
  const message = 'There is no such resource type in FHIR R4.'
  const issues = [{ severity: 'error', code: 'not-supported', diagnostics: message }] as const
  return { kind: 'not-found', code: 'type-unknown', message, issues }
})()

function innerEntry({ path, query = '', rest: _rest, ...entry }: Frame): Result<BundleEntry> {
  const { method, place } = entry
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST')
    return bad(place, `an operation can not be called by ${method}`)
  return ok({ ...entry, inner: { path: `/${path}`, query } })
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

interface Target {
  readonly path: string
  /** Empty for one that R4 has not. */
  readonly type: string
  readonly id?: string
  /** What follows `Type` or `Type/id`: `_history/2`, `$validate`. */
  readonly rest?: string
  readonly query?: string
}

/** Stands for the type of an entry over all types. */
const EVERY_TYPE = '*'

function targetOf(url: string, base: string): Target | undefined {
  const local = url.startsWith(base) ? url.slice(base.length) : localReference(url, base)
  const mark = local.indexOf('?')
  const path = (mark < 0 ? local : local.slice(0, mark))
    .replace(/^\//, '')
    .replace(/\/$/, '')
    .replaceAll(/(?<=^|\/)%24/g, '$')
  const query = mark < 0 ? {} : { query: local.slice(mark + 1) }
  const [type = '', id, ...more] = path.split('/')
  if (path === METADATA) return { path, type: METADATA, rest: '', ...query }
  if (/^$|^[_$]/.test(path)) return { path, type: EVERY_TYPE, rest: path, ...query }
  if (!isResourceType(type)) return { path, type: '' }
  if (id === undefined) return { path, type, ...query }
  if (/^[_$]/.test(id)) return { path, type, rest: [id, ...more].join('/'), ...query }
  if (!ID.test(id)) return undefined
  return { path, type, id, ...(more.length > 0 && { rest: more.join('/') }), ...query }
}

function writeEntry({ path: _path, query, rest, ...entry }: Frame): Result<BundleEntry> {
  const { method, place, type, id, resource } = entry
  if (rest !== undefined) return bad(place, 'request.url of a write must be Type, Type/id or Type?query')
  if (query !== undefined && (id !== undefined || method === 'POST'))
    return notSupported(place, 'a query in the url of this write is not supported')
  if (method === 'POST' && id !== undefined) return bad(place, 'request.url of a POST must be Type')
  if (method !== 'POST' && id === undefined && (query ?? '') === '')
    return bad(place, `request.url of a ${method} must be Type/id or Type?query`)
  const placed = { ...entry, ...(id === undefined && query !== undefined && { condition: query }) }
  if (method === 'DELETE') return ok(placed)
  if (!resource) return bad(place, 'resource is missing')
  if (method === 'PATCH') return patchEntry(placed, resource)
  if (resource.resourceType !== type) return bad(place, `resource must be a ${type}, as request.url says`)
  if (method === 'PUT' && id !== undefined && resource.id !== id)
    return bad(place, 'resource.id must be the id in request.url')
  return ok(placed)
}

/** A JSON Patch comes in a Binary (http://hl7.org/fhir/R4/http.html#patch), a FHIRPath Patch as what it is. */
function patchEntry({ resource: _body, ...entry }: BundleEntry, body: Resource): Result<BundleEntry> {
  const patch = body.resourceType === 'Binary' ? binaryPatch(body) : fhirPatch(body)
  return patch.ok ? ok({ ...entry, patch: patch.value }) : fail(failureAt(entry.place, patch.failure))
}

function binaryPatch({ contentType, data }: Resource): Result<Patch> {
  const text = typeof data === 'string' ? decoded(data) : undefined
  if (
    typeof contentType !== 'string' ||
    !contentType.startsWith('application/json-patch+json') ||
    text === undefined
  ) {
    const message = 'A Binary that patches holds data of contentType application/json-patch+json.'
    return fail({ kind: 'invalid', code: 'patch-malformed', message, expression: 'Binary.contentType' })
  }
  const document = wellFormedJson(text, parseJson)
  return document.ok ? jsonPatch(document.value) : document
}

function decoded(data: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(data), char => char.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
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

const ORDER = { DELETE: 0, POST: 1, PUT: 2, PATCH: 2, GET: 3, HEAD: 3 } as const

/** The order in which a transaction takes effect: DELETE, POST, PUT and PATCH, GET and HEAD; within one method as they came. */
export const inProcessingOrder = <T>(
  items: readonly T[],
  methodOf: (item: T) => keyof typeof ORDER,
): readonly T[] => items.toSorted((a, b) => ORDER[methodOf(a)] - ORDER[methodOf(b)])
