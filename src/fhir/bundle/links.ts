import { listOf } from '../../lib/list-of.ts'
import type { Resource } from '../resource.ts'

/** Where a link within a Bundle leads to: `Type/id`, or undefined when it isn't to be changed. */
export type ResolveLink = (link: string) => string | undefined

/**
 * Names of elements that hold a link: Reference.reference, and those of type uri, url, oid or uuid. Not among them are
 * names that are plain strings elsewhere (Identifier.value may well hold a urn:uuid that must stay as it is).
 * Source: http://hl7.org/fhir/R4/http.html#trules
 */
const linkElements: ReadonlySet<string> = new Set([
  'reference',
  'url',
  'uri',
  'policy',
  'instantiatesUri',
  'definitionUri',
  'derivedFromUri',
  'sourceUri',
  'targetUri',
  'eventUri',
  'moduleUri',
  'nameUrl',
  'authorizationUrl',
  'valueUri',
  'valueUrl',
  'valueOid',
  'valueUuid',
])

/**
 * A value with its links replaced, at every depth: contained resources, extensions and narratives too; in a Bundle that is written
 * as a resource none that lead to its own entries. What has none to replace is the same object as before.
 */
export function rewriteLinks<T>(value: T, resolve: ResolveLink): T {
  return rewritten('', value, resolve) as T
}

function rewritten(name: string, value: unknown, resolve: ResolveLink): unknown {
  if (typeof value === 'string') return rewrittenText(name, value, resolve)
  if (Array.isArray(value)) return rewrittenList(name, value, resolve)
  return typeof value === 'object' && value !== null ? rewrittenObject(value as Node, resolve) : value
}

type Node = Readonly<Record<string, unknown>>

function rewrittenList(name: string, list: readonly unknown[], resolve: ResolveLink): readonly unknown[] {
  const made = list.map(item => rewritten(name, item, resolve))
  return made.every((item, i) => item === list[i]) ? list : made
}

function rewrittenObject(value: Node, outer: ResolveLink): Node {
  const resolve = value['resourceType'] === 'Bundle' ? pastOwnEntries(value, outer) : outer
  let made: Record<string, unknown> | undefined
  for (const key in value) {
    const item = rewritten(key, value[key], resolve)
    if (item === value[key]) continue
    made ??= { ...value }
    made[key] = item
  }
  return made ?? value
}

/** A Bundle's links to its own entries are no links of the transaction that it is written by (bundle.html#references). */
function pastOwnEntries({ entry }: Node, resolve: ResolveLink): ResolveLink {
  const own = new Set(listOf(entry).map(item => (item as Node | null)?.['fullUrl']))
  return link => (own.has(link) ? undefined : resolve(link))
}

function rewrittenText(name: string, text: string, resolve: ResolveLink): string {
  if (linkElements.has(name)) return resolve(text) ?? text
  return name === 'div' ? rewrittenNarrative(text, resolve) : text
}

const NARRATIVE_LINK = /(\s(?:href|src)\s*=\s*)("|')(.*?)\2/gi

const rewrittenNarrative = (div: string, resolve: ResolveLink): string =>
  div.replace(NARRATIVE_LINK, (whole: string, before: string, quote: string, link: string) => {
    const target = resolve(link)
    return target === undefined ? whole : `${before}${quote}${target}${quote}`
  })

/** Every Reference.reference in a value. */
export function referencesIn(value: unknown): readonly string[] {
  const found: string[] = []
  collectReferences(value, found)
  return found
}

/** Those that a write must settle: the references of a stored Bundle's entries are data, read with their fullUrls. */
export const referencesToSettle = (resource: Resource | undefined): readonly string[] =>
  resource?.resourceType === 'Bundle' ? [] : referencesIn(resource)

function collectReferences(value: unknown, found: string[]): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const item of value) collectReferences(item, found)
    return
  }
  for (const key in value) {
    const item = (value as Node)[key]
    if (key === 'reference' && typeof item === 'string') found.push(item)
    else collectReferences(item, found)
  }
}

/** `Patient?identifier=...`: a search that must find exactly one. */
export const isConditionalReference = (reference: string): boolean => /^[A-Z][A-Za-z]+\?./.test(reference)

/** A reference that only means something inside the Bundle. */
export const isUrn = (reference: string): boolean => /^urn:(?:uuid|oid):/i.test(reference)

/** Links of one entry: other entries by fullUrl, as written or relative to the entry's own root (bundle.html#references). */
export function entryLinks(targets: ReadonlyMap<string, string>, fullUrl: string | undefined): ResolveLink {
  const root =
    fullUrl === undefined
      ? undefined
      : /^(https?:\/\/.+)\/[A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/.exec(fullUrl)?.[1]
  return link => {
    const exact = targets.get(link) ?? versionedTarget(targets, link)
    if (exact !== undefined || root === undefined || !/^[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/.test(link))
      return exact
    return targets.get(`${root}/${link}`)
  }
}

const VERSIONED_URN = /^(urn:(?:uuid|oid):[^/]+)(\/_history\/[A-Za-z0-9\-.]{1,64})$/i

/** `urn:uuid:.../_history/1` leads to that version of what the entry becomes. */
function versionedTarget(targets: ReadonlyMap<string, string>, link: string): string | undefined {
  const [, urn = '', version = ''] = VERSIONED_URN.exec(link) ?? []
  const target = targets.get(urn)
  return target === undefined ? undefined : target + version
}
