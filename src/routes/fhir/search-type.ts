import { fail, ok } from '../../lib/result.ts'
import { search } from '../../commands/fhir-read.ts'
import { searchSetText } from '../../fhir/bundle/search-set.ts'
import { typeOf, type Exchange, type Handler } from './exchange.ts'

/** `GET /Type?...` (http://hl7.org/fhir/R4/http.html#search). */
export const searchType: Handler = async exchange => {
  const { deps, pairs, prefer } = exchange
  const type = typeOf(exchange)
  if (!type.ok) return type
  const found = await search(deps, { type: type.value, pairs, lenient: prefer.lenient })
  if (!found.ok) return found
  const { result, parsed } = found.value
  const body = searchSetText({ base: deps.base, type: type.value, applied: parsed.applied, ...result })
  return ok({ status: 200, body })
}

/** `POST /Type/_search`: the parameters of the form and of the query together. */
export const searchTypePost: Handler = async exchange => {
  const { body, pairs } = exchange
  if (body && body.kind !== 'form') {
    return fail({
      kind: 'unsupported-media-type',
      code: 'search-body-not-form',
      message: 'Send the parameters as application/x-www-form-urlencoded.',
    })
  }
  const merged: Exchange = { ...exchange, pairs: [...pairs, ...new URLSearchParams(body?.text ?? '')] }
  return searchType(merged)
}
