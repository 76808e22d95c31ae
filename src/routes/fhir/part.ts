import { fail, ok, type Result } from '../../lib/result.ts'
import type { Stored } from '../../commands/ports/store.ts'
import { etagMatches } from '../../fhir/etag.ts'
import { isElementOf, partText, type Part } from '../../fhir/summary.ts'
import { bytesAnswer, wantsBytes } from './binary.ts'
import { versionHeaders, type Answer, type Exchange } from './exchange.ts'

/** The parameters that ask for a part of a resource. */
export const partParameters = ['_summary', '_elements'] as const

const WHOLE: Part = { kind: 'summary', mode: 'false' }

/** The part of a resource of this type that `_summary` or `_elements` asks for. Failure: `part-malformed`. */
export function partOf({ pairs }: Exchange, type: string): Result<Part> {
  const given = pairs.filter(([name]) => (partParameters as readonly string[]).includes(name))
  const [first] = given
  if (!first) return ok(WHOLE)
  if (given.length > 1) return malformed('_summary and _elements may be given once, and not together')
  const [name, value] = first
  return name === '_summary' ? summaryPart(value) : elementsPart(value, type)
}

function summaryPart(value: string): Result<Part> {
  const mode = (['true', 'text', 'data', 'false'] as const).find(each => each === value)
  return mode
    ? ok({ kind: 'summary', mode })
    : malformed('_summary of a read must be true, text, data or false (count is for searches)')
}

function elementsPart(value: string, type: string): Result<Part> {
  const names = value.split(',').filter(name => name !== '')
  if (names.length > 0 && names.every(name => isElementOf(type, name))) return ok({ kind: 'elements', names })
  return malformed(`_elements must name elements of ${type} itself, separated by commas`)
}

const malformed = (text: string): Result<never> =>
  fail({ kind: 'invalid', code: 'part-malformed', message: `${text}.` })

/**
 * A version as an answer: 304 when If-None-Match names it, or If-Modified-Since (only without the other, RFC 9110 13.1.3)
 * is not before it. Failure: `format-not-acceptable`, for a Binary of another type.
 */
export function versionAnswer(
  { deps, pairs, headers: asked }: Exchange,
  stored: Stored,
  part: Part,
): Result<Answer> {
  const { type, id, version, updated, content } = stored
  const headers = {
    ...versionHeaders(stored),
    'content-location': `${deps.base}/${type}/${id}/_history/${version}`,
  }
  const { 'if-none-match': noneMatch, 'if-modified-since': modifiedSince } = asked
  const isUnchanged =
    noneMatch === undefined ? isNotAfter(updated, modifiedSince) : etagMatches(noneMatch, version)
  if (isUnchanged) return ok({ status: 304, headers })
  const answer = { status: 200, headers, body: partText(content, part) }
  const format = pairs.find(([name]) => name === '_format')?.[1]
  return type === 'Binary' && wantsBytes(asked, format)
    ? bytesAnswer(answer, asked.accept ?? '*/*')
    : ok(answer)
}

/** HTTP dates have whole seconds. */
function isNotAfter(updated: string, since: string | undefined): boolean {
  const sinceMs = since === undefined ? Number.NaN : Date.parse(since)
  return Math.floor(Date.parse(updated) / 1000) * 1000 <= sinceMs
}
