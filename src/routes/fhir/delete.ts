import { ok } from '../../lib/result.ts'
import { writeAll } from '../../commands/fhir-write.ts'
import { okOutcome } from '../../fhir/outcome.ts'
import { keyOf, onlyParameters, type Handler } from './exchange.ts'

/** `DELETE /Type/id` (http://hl7.org/fhir/R4/http.html#delete): also fine when there is nothing. */
export const deleteInstance: Handler = async exchange => {
  const { deps, caller, headers, prefer } = exchange
  const key = keyOf(exchange)
  if (!key.ok) return key
  const known = onlyParameters(exchange)
  if (!known.ok) return known
  const written = await writeAll(deps, caller, [
    {
      method: 'DELETE',
      ...key.value,
      ...(headers['if-match'] !== undefined && { ifMatch: headers['if-match'] }),
    },
  ])
  if (!written.ok) return written
  const [result] = written.value
  if (prefer.returned !== 'OperationOutcome') return ok({ status: 204 })
  const said = result?.outcome === 'deleted' ? 'Deleted.' : 'There was nothing to delete.'
  return ok({ status: 200, body: JSON.stringify(okOutcome(said)) })
}
