import { parseJson } from '../../lib/json.ts'
import { keyText, type Resource } from '../../fhir/resource.ts'
import type { Stored } from '../ports/store.ts'

/** Gives the resource that a row holds. */
export type ParseStored = (stored: Stored) => Resource

export const parseStored: ParseStored = ({ content }) => parseJson(content) as Resource

interface Parsed {
  readonly content: string
  readonly resource: Resource
}

/**
 * A parser that gives the same object for the same content, so that what the lenses read of a resource is read once for
 * as long as the resource stands. It remembers by key and compares the content itself: what another process, another
 * tenant or another database wrote is parsed anew. At most `charsMax` characters of content are kept: two generations of
 * half of that, of which the older goes when the younger is full and nobody asked for its rows again.
 */
export function rememberingParser(charsMax: number): ParseStored {
  let young = new Map<string, Parsed>()
  let old = new Map<string, Parsed>()
  let youngChars = 0
  const keep = (key: string, parsed: Parsed): Resource => {
    if (youngChars + parsed.content.length > charsMax / 2) {
      old = young
      young = new Map()
      youngChars = 0
    }
    youngChars += parsed.content.length
    young.set(key, parsed)
    return parsed.resource
  }
  return stored => {
    const { content } = stored
    const key = keyText(stored)
    const known = young.get(key)
    if (known?.content === content) return known.resource
    if (known) {
      young.delete(key)
      youngChars -= known.content.length
    }
    const older = old.get(key)
    return keep(key, older?.content === content ? older : { content, resource: parseStored(stored) })
  }
}

/** Characters of content that the process remembers; parsed and read it takes some five times as many bytes. */
const REMEMBERED_CHARS = 16 * 2 ** 20

/** For the records of cases, which people and apps open again and again. */
export const parseRemembered: ParseStored = rememberingParser(REMEMBERED_CHARS)
