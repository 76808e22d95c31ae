import { fail } from '../../lib/result.ts'
import { refusedContent } from '../../commands/fhir/fhir-validate.ts'
import { writeAll } from '../../commands/fhir/fhir-write.ts'
import { onlyParameters, resourceIn, typeOf, type Handler } from './exchange.ts'
import { writtenAnswer } from './written-answer.ts'

/** `POST /Type` (http://hl7.org/fhir/R4/http.html#create), conditional by If-None-Exist. */
export const create: Handler = async exchange => {
  const { deps, caller, headers } = exchange
  const type = typeOf(exchange)
  if (!type.ok) return type
  const known = onlyParameters(exchange)
  if (!known.ok) return known
  const resource = resourceIn(exchange)
  if (!resource.ok) return resource
  if (resource.value.resourceType !== type.value) return otherType(type.value)
  const refused = refusedContent(deps, resource.value)
  if (refused) return fail(refused)
  const condition = headers['if-none-exist']
  const written = await writeAll(deps, caller, [
    {
      method: 'POST',
      type: type.value,
      resource: resource.value,
      ...(typeof condition === 'string' && { ifNoneExist: condition }),
    },
  ])
  return written.ok ? writtenAnswer(exchange, written.value[0]) : written
}

export const otherType = (type: string) =>
  fail({
    kind: 'invalid',
    code: 'resource-type-mismatch',
    message: `The body must be a ${type}, as the address says.`,
    expression: 'resourceType',
  })
