import { ok } from '../../lib/result.ts'
import { readVersion } from '../../commands/fhir-read.ts'
import { keyOf, onlyParameters, versionHeaders, type Handler } from './exchange.ts'

/** `GET /Type/id/_history/version` (http://hl7.org/fhir/R4/http.html#vread). */
export const vread: Handler = async exchange => {
  const key = keyOf(exchange)
  if (!key.ok) return key
  const known = onlyParameters(exchange)
  if (!known.ok) return known
  const found = await readVersion(exchange.deps, key.value, exchange.params['vid'] ?? '')
  if (!found.ok) return found
  return ok({ status: 200, headers: versionHeaders(found.value), body: found.value.content })
}
