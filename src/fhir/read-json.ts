import { isRawNumber, parseJson } from '../lib/json.ts'
import { fail, ok, type Failure, type Result } from '../lib/result.ts'
import type { Resource } from './resource.ts'

/** Deeper than any resource of R4; everything that walks a resource may recurse without fear. */
const DEPTH_MAX = 100

/**
 * A body as a resource. Failures: `json-malformed` (half of a surrogate pair too), `json-too-deep`, `json-unsafe-key` (`__proto__`),
 * `json-duplicate-key` (of two properties of one name a reader keeps one, and which one differs), `resource-missing` (not
 * an object with a resourceType).
 */
export function readResource(text: string): Result<Resource> {
  const read = wellFormedJson(text, parseJson)
  if (!read.ok) return read
  if (!isResource(read.value))
    return invalid('resource-missing', 'The body must be a resource: an object with a resourceType.')
  return ok(read.value)
}

/** A text as JSON that every reader reads alike: the failures of `readResource` but for the last. */
export function wellFormedJson(text: string, parse: (text: string) => unknown): Result<unknown> {
  const { deepest, colons } = shapeOf(text)
  if (deepest > DEPTH_MAX) {
    return invalid('json-too-deep', `The body nests deeper than ${DEPTH_MAX} levels.`)
  }
  const value = parsed(text, parse)
  if (value === undefined) return invalid('json-malformed', 'The body is not JSON.')
  if (mayHoldUnsafeKey(text) && hasUnsafeKey(value)) {
    return invalid('json-unsafe-key', 'The body has a property __proto__, which FHIR does not know.')
  }
  if (colons !== propertiesIn(value)) {
    return invalid('json-duplicate-key', 'An object of the body has two properties of one name.')
  }
  const torn = SURROGATE.test(text)
    ? tornIn(value, isResource(value) ? nameable(value.resourceType) : '')
    : undefined
  return torn === undefined ? ok(value) : fail(halfPair(torn))
}

export const isResource = (value: unknown): value is Resource =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  'resourceType' in value &&
  typeof value.resourceType === 'string'

const invalid = (code: string, message: string): Result<never> => fail({ kind: 'invalid', code, message })

function parsed(text: string, parse: (text: string) => unknown): unknown {
  try {
    return parse(text)
  } catch {
    return undefined
  }
}

const QUOTE = 34
const BACKSLASH = 92
const COLON = 58

/** Without parsing: the deepest nesting of objects and arrays, and the colons outside strings, one a property. */
function shapeOf(text: string): { readonly deepest: number; readonly colons: number } {
  let colons = 0
  let depth = 0
  let deepest = 0
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at)
    if (char === QUOTE) at = endOfString(text, at)
    else if (char === COLON) colons += 1
    else if (char === 123 || char === 91) {
      depth += 1
      if (depth > deepest) deepest = depth
    } else if (char === 125 || char === 93) depth -= 1
  }
  return { deepest, colons }
}

/** How many properties a value has at every depth: fewer than the colons of its text when a name stood there twice. */
function propertiesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  let properties = 0
  if (Array.isArray(value)) {
    for (const item of value) properties += propertiesIn(item)
    return properties
  }
  for (const key in value) {
    if (key === RAW && isRawNumber(value)) return 0
    properties += 1 + propertiesIn((value as Readonly<Record<string, unknown>>)[key])
  }
  return properties
}

/** The one property of a number whose digits are kept. */
const RAW = 'rawJSON'

function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes += 1
    if (slashes % 2 === 0) return at
  }
  return text.length
}

const mayHoldUnsafeKey = (text: string): boolean => text.includes('__proto__') || text.includes('\\u')

function hasUnsafeKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(hasUnsafeKey)
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(hasUnsafeKey)
}

/** Only an escape can hold half of a surrogate pair: UTF-8 has none. */
const SURROGATE = /\\u[dD][89a-fA-F]/

/** Where the first text, or name, stands that no database and no UTF-8 could hold; undefined when there is none. */
function tornIn(value: unknown, path: string): string | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? undefined : path
  if (typeof value !== 'object' || value === null || isRawNumber(value)) return undefined
  if (Array.isArray(value)) return firstOf(value, (item, i) => tornIn(item, `${path}[${i}]`))
  return firstOf(Object.entries(value), ([name, item]) =>
    name.isWellFormed() ? tornIn(item, `${path}${path === '' ? '' : '.'}${nameable(name)}`) : path,
  )
}

function firstOf<T>(list: readonly T[], find: (item: T, i: number) => string | undefined) {
  for (const [i, item] of list.entries()) {
    const found = find(item, i)
    if (found !== undefined) return found
  }
  return undefined
}

/** A name that nobody chose to hide data in. */
const nameable = (name: string): string => name.replace(/\W/g, '?').slice(0, 64)

const halfPair = (path: string): Failure => ({
  kind: 'invalid',
  code: 'json-malformed',
  message: 'A text of the body has half of a surrogate pair (\\uD800 to \\uDFFF); send the whole character.',
  ...(path !== '' && { expression: path }),
})
