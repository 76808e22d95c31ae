import { fail, ok, type Result } from '../../lib/result.ts'
import { refusedContent } from '../../commands/fhir-validate.ts'
import { writeAll } from '../../commands/fhir-write.ts'
import type { Resource } from '../../fhir/resource.ts'
import { otherType } from './create.ts'
import {
  keyOf,
  onlyParameters,
  resourceIn,
  versionHeaders,
  writtenBody,
  type Exchange,
  type Handler,
} from './exchange.ts'

/** `PUT /Type/id` (http://hl7.org/fhir/R4/http.html#update): creates what isn't there; If-Match guards what is. */
export const update: Handler = async exchange => {
  const { deps, caller, headers, prefer } = exchange
  const key = keyOf(exchange)
  if (!key.ok) return key
  const known = onlyParameters(exchange)
  if (!known.ok) return known
  const resource = bodyFor(exchange, key.value)
  if (!resource.ok) return resource
  const refused = refusedContent(deps.validate(resource.value))
  if (refused) return fail(refused)
  const written = await writeAll(deps, caller, [
    {
      method: 'PUT',
      ...key.value,
      resource: resource.value,
      ...(headers['if-match'] !== undefined && { ifMatch: headers['if-match'] }),
      ...(headers['if-none-match'] !== undefined && { ifNoneMatch: headers['if-none-match'] }),
    },
  ])
  if (!written.ok) return written
  const [result] = written.value
  if (!result?.stored) return ok({ status: 200 })
  const { outcome, stored } = result
  const location = `${deps.base}/${key.value.type}/${key.value.id}/_history/${stored.version}`
  return ok({
    status: outcome === 'created' ? 201 : 200,
    headers: { ...versionHeaders(stored), ...(outcome === 'created' && { location }) },
    ...writtenBody(
      prefer.returned,
      stored.content,
      outcome === 'unchanged' ? 'Nothing changed.' : 'Written.',
    ),
  })
}

function bodyFor(
  exchange: Exchange,
  { type, id }: { readonly type: string; readonly id: string },
): Result<Resource> {
  const resource = resourceIn(exchange)
  if (!resource.ok) return resource
  if (resource.value.resourceType !== type) return otherType(type)
  if (resource.value.id === id) return resource
  return fail({
    kind: 'invalid',
    code: 'resource-id-mismatch',
    message: 'The id in the body must be the one in the address.',
    expression: `${type}.id`,
  })
}
