import { fail, ok, type Result } from '../../lib/result.ts'
import type { WriteIntent } from '../../commands/fhir/fhir-intent.ts'
import { refusedContent } from '../../commands/fhir/fhir-validate.ts'
import { writeAll } from '../../commands/fhir/fhir-write.ts'
import type { Resource } from '../../fhir/resource.ts'
import { otherType } from './create.ts'
import { onlyParameters, resourceIn, typeOf, type Answer, type Exchange, type Handler } from './exchange.ts'
import { conditionIn, ifMatches } from './preconditions.ts'
import { writtenAnswer } from './written-answer.ts'

/** `PUT /Type/id` (http://hl7.org/fhir/R4/http.html#update): creates what isn't there; If-Match guards what is. */
export const update: Handler = async exchange => {
  const type = typeOf(exchange)
  if (!type.ok) return type
  const known = onlyParameters(exchange)
  if (!known.ok) return known
  const resource = bodyOf(exchange, type.value)
  if (!resource.ok) return resource
  if (resource.value.id !== exchange.params['id']) return otherId(type.value)
  return put(exchange, { type: type.value, id: exchange.params['id'] ?? '', resource: resource.value })
}

/** `PUT /Type?query` (http://hl7.org/fhir/R4/http.html#cond-update): one match is updated, none creates, several are 412. */
export const conditionalUpdate: Handler = async exchange => {
  const type = typeOf(exchange)
  if (!type.ok) return type
  const resource = bodyOf(exchange, type.value)
  if (!resource.ok) return resource
  return put(exchange, { type: type.value, condition: conditionIn(exchange), resource: resource.value })
}

async function put(
  exchange: Exchange,
  intent: Omit<WriteIntent, 'method'> & { readonly resource: Resource },
): Promise<Result<Answer>> {
  const { deps, caller } = exchange
  const refused = refusedContent(deps, intent.resource)
  if (refused) return fail(refused)
  const written = await writeAll(deps, caller, [{ ...intent, method: 'PUT', ...ifMatches(exchange) }])
  return written.ok ? writtenAnswer(exchange, written.value[0]) : written
}

function bodyOf(exchange: Exchange, type: string): Result<Resource> {
  const resource = resourceIn(exchange)
  if (!resource.ok) return resource
  return resource.value.resourceType === type ? ok(resource.value) : otherType(type)
}

const otherId = (type: string) =>
  fail({
    kind: 'invalid',
    code: 'resource-id-mismatch',
    message: 'The id in the body must be the one in the address.',
    expression: `${type}.id`,
  })
