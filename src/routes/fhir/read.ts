import { instantOf, type Instant } from '../../lib/clock.ts'
import { startMsOf } from '../../lib/fhir-time.ts'
import { fail, ok, type Result } from '../../lib/result.ts'
import { readAt, readCurrent } from '../../commands/fhir/fhir-read.ts'
import { keyOf, onlyParameters, type Exchange, type Handler } from './exchange.ts'
import { partOf, partParameters, versionAnswer } from './part.ts'

/**
 * `GET /Type/id` (http://hl7.org/fhir/R4/http.html#read), whole or in part, conditional by If-None-Match or
 * If-Modified-Since; with `_at` as it was known at that instant. Failures: `at-malformed`, `part-malformed`.
 */
export const read: Handler = async exchange => {
  const key = keyOf(exchange)
  if (!key.ok) return key
  const known = onlyParameters(exchange, ['_at', ...partParameters])
  if (!known.ok) return known
  const part = partOf(exchange, key.value.type)
  if (!part.ok) return part
  const at = instantOfParameter(exchange)
  if (!at.ok) return at
  const found = await (at.value === undefined
    ? readCurrent(exchange.deps, key.value)
    : readAt(exchange.deps, key.value, at.value))
  if (!found.ok) return found
  return versionAnswer(exchange, found.value, part.value)
}

/** A repeated parameter is no instant either. */
function instantOfParameter({ pairs }: Exchange): Result<Instant | undefined> {
  const given = pairs.filter(([name]) => name === '_at').map(([, value]) => value)
  const [text] = given
  if (text === undefined) return ok(undefined)
  const ms = text.includes('T') && given.length === 1 ? startMsOf(text, 'UTC') : Number.NaN
  if (!Number.isNaN(ms)) return ok(instantOf(ms))
  return fail({
    kind: 'invalid',
    code: 'at-malformed',
    message:
      '_at must be one instant with its offset, such as 2026-10-05T18:30:00Z; in a URL + is written %2B.',
  })
}
