import { fail, type Result } from '../../lib/result.ts'
import { parseJson } from '../../lib/json.ts'
import type { WriteIntent } from '../../commands/fhir/fhir-intent.ts'
import { writeAll } from '../../commands/fhir/fhir-write.ts'
import { fhirPatch, jsonPatch, type Patch } from '../../fhir/patch/patch.ts'
import { isResource, wellFormedJson } from '../../fhir/read-json.ts'
import { keyOf, onlyParameters, typeOf, type Answer, type Exchange, type Handler } from './exchange.ts'
import { conditionIn, ifMatches } from './preconditions.ts'
import { writtenAnswer } from './written-answer.ts'

/** `PATCH /Type/id` (http://hl7.org/fhir/R4/http.html#patch): JSON Patch or FHIRPath Patch, by the same way as an update. */
export const patch: Handler = async exchange => {
  const key = keyOf(exchange)
  if (!key.ok) return key
  const known = onlyParameters(exchange)
  return known.ok ? sent(exchange, key.value) : known
}

/** `PATCH /Type?query`: the only match; none is 404, several are 412. */
export const conditionalPatch: Handler = async exchange => {
  const type = typeOf(exchange)
  return type.ok ? sent(exchange, { type: type.value, condition: conditionIn(exchange) }) : type
}

async function sent(
  exchange: Exchange,
  target: Pick<WriteIntent, 'type' | 'id' | 'condition'>,
): Promise<Result<Answer>> {
  const { deps, caller } = exchange
  const wanted = patchIn(exchange)
  if (!wanted.ok) return wanted
  const intent = { ...target, ...ifMatches(exchange), method: 'PATCH', patch: wanted.value } as const
  const written = await writeAll(deps, caller, [intent])
  return written.ok ? writtenAnswer(exchange, written.value[0]) : written
}

/** A list is a JSON Patch, whatever it is called; the formats can't be mistaken for each other. */
function patchIn({ body }: Exchange): Result<Patch> {
  if (body?.kind === 'form') return fail(noPatch)
  const read = wellFormedJson(body?.text ?? '', parseJson)
  if (!read.ok) return read
  if (body?.kind === 'json-patch' || Array.isArray(read.value)) return jsonPatch(read.value)
  return isResource(read.value) ? fhirPatch(read.value) : fail(noPatch)
}

const noPatch = {
  kind: 'unsupported-media-type',
  code: 'body-not-json',
  message:
    'Send a JSON Patch (application/json-patch+json), or Parameters with a FHIRPath Patch (application/fhir+json).',
} as const
