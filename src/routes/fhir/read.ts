import { ok } from '../../lib/result.ts'
import { readCurrent } from '../../commands/fhir-read.ts'
import { etagMatches } from '../../fhir/etag.ts'
import { keyOf, onlyParameters, versionHeaders, type Handler } from './exchange.ts'

/** `GET /Type/id` (http://hl7.org/fhir/R4/http.html#read), conditional by If-None-Match or If-Modified-Since. */
export const read: Handler = async exchange => {
  const key = keyOf(exchange)
  if (!key.ok) return key
  const known = onlyParameters(exchange)
  if (!known.ok) return known
  const found = await readCurrent(exchange.deps, key.value)
  if (!found.ok) return found
  const { version, updated, content } = found.value
  const headers = versionHeaders(found.value)
  const { 'if-none-match': noneMatch, 'if-modified-since': modifiedSince } = exchange.headers
  const unchanged =
    noneMatch === undefined ? isNotAfter(updated, modifiedSince) : etagMatches(noneMatch, version)
  return ok(unchanged ? { status: 304, headers } : { status: 200, headers, body: content })
}

/** HTTP dates have whole seconds. */
function isNotAfter(updated: string, since: string | undefined): boolean {
  const sinceMs = since === undefined ? Number.NaN : Date.parse(since)
  return Math.floor(Date.parse(updated) / 1000) * 1000 <= sinceMs
}
