import { readVersion } from '../../commands/fhir/fhir-read.ts'
import { keyOf, onlyParameters, type Handler } from './exchange.ts'
import { partOf, partParameters, versionAnswer } from './part.ts'

/** `GET /Type/id/_history/version` (http://hl7.org/fhir/R4/http.html#vread), whole or in part. */
export const vread: Handler = async exchange => {
  const key = keyOf(exchange)
  if (!key.ok) return key
  const known = onlyParameters(exchange, partParameters)
  if (!known.ok) return known
  const part = partOf(exchange, key.value.type)
  if (!part.ok) return part
  const found = await readVersion(exchange.deps, key.value, exchange.params['vid'] ?? '')
  return found.ok ? versionAnswer(exchange, found.value, part.value) : found
}
