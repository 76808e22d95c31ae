import { writeAll } from '../../commands/fhir/fhir-write.ts'
import { keyOf, onlyParameters, typeOf, type Handler } from './exchange.ts'
import { conditionIn, ifMatches } from './preconditions.ts'
import { writtenAnswer } from './written-answer.ts'

/** `DELETE /Type/id` (http://hl7.org/fhir/R4/http.html#delete): also fine when there is nothing. */
export const deleteInstance: Handler = async exchange => {
  const { deps, caller } = exchange
  const key = keyOf(exchange)
  if (!key.ok) return key
  const known = onlyParameters(exchange)
  if (!known.ok) return known
  const written = await writeAll(deps, caller, [{ method: 'DELETE', ...key.value, ...ifMatches(exchange) }])
  return written.ok ? writtenAnswer(exchange, written.value[0]) : written
}

/**
 * `DELETE /Type?query` (http://hl7.org/fhir/R4/http.html#3.1.0.7.1): the only match. Several are 412: nobody empties a
 * record with a query that says less than was thought.
 */
export const conditionalDelete: Handler = async exchange => {
  const { deps, caller } = exchange
  const type = typeOf(exchange)
  if (!type.ok) return type
  const intent = { method: 'DELETE', type: type.value, condition: conditionIn(exchange) } as const
  const written = await writeAll(deps, caller, [{ ...intent, ...ifMatches(exchange) }])
  return written.ok ? writtenAnswer(exchange, written.value[0]) : written
}
