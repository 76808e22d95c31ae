import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import { search } from '../../commands/fhir/fhir-search.ts'
import { compartmentCriterion, isCompartment } from '../../fhir/search/compartment-search.ts'
import { PAGE_PARAMETER } from '../../fhir/search/search-controls.ts'
import type { SearchScope } from '../../fhir/search/search-scope.ts'
import { parseJson } from '../../lib/json.ts'
import { keyOf, typeOf, type Answer, type Exchange, type Handler } from './exchange.ts'
import { acceptable } from './media-types.ts'

/** `GET /Type?...` (http://hl7.org/fhir/R4/http.html#search). */
export const searchType: Handler = async exchange => {
  const type = typeOf(exchange)
  return type.ok ? answer(exchange, { type: type.value, isOfOneType: true }) : type
}

/** `POST /Type/_search`: the parameters of the form and of the query together. */
export const searchTypePost: Handler = async exchange => {
  const type = typeOf(exchange)
  return type.ok ? answerForm(exchange, { type: type.value, isOfOneType: true }) : type
}

/** `GET /?_type=...` */
export const searchSystem: Handler = exchange => answer(exchange, { isOfOneType: false })

/** `POST /_search` */
export const searchSystemPost: Handler = exchange => answerForm(exchange, { isOfOneType: false })

/** `GET /Patient/id/Type?...` and `GET /Patient/id/*` (http://hl7.org/fhir/R4/search.html#all). */
export const searchCompartment: Handler = async exchange => {
  const scope = compartmentOf(exchange)
  return scope.ok ? answer(exchange, scope.value) : scope
}

/**
 * `POST /Patient/id/Type/_search`, and `POST /Patient/id/_search` for all types: as the search of a type has a form beside its
 * query, for what is asked may be of a patient too (R5 lists both, R4 the GET alone).
 */
export const searchCompartmentPost: Handler = async exchange => {
  const scope = compartmentOf(exchange)
  return scope.ok ? answerForm(exchange, scope.value) : scope
}

/** Failures: `compartment-unknown`, `type-unknown`, `resource-unknown`. */
function compartmentOf(exchange: Exchange): Result<SearchScope> {
  const { type: compartment = '', other = '*' } = exchange.params
  if (!isCompartment(compartment)) return fail(noCompartment)
  const key = keyOf(exchange)
  if (!key.ok) return key
  const within = { compartment, id: key.value.id }
  if (other === '*') return ok({ within, isOfOneType: false })
  const type = typeOf({ ...exchange, params: { type: other } })
  if (!type.ok) return type
  if (!compartmentCriterion(compartment, within.id, other)) return fail(notInCompartment)
  return ok({ type: other, within, isOfOneType: true })
}

async function answer(exchange: Exchange, scope: SearchScope, posted = false): ReturnType<Handler> {
  const { deps, caller, prefer } = exchange
  // "Empty parameters are not an error - they are just ignored by the server" (http://hl7.org/fhir/R4/search.html#errors).
  // A page without its token is a damaged link, though: page 1 would be taken for the page that was meant.
  const pairs = exchange.pairs.filter(([name, value]) => value !== '' || name === PAGE_PARAMETER)
  const text = await search(deps, caller, { scope, pairs, lenient: prefer.lenient, posted })
  return text.ok ? ok({ status: 200, body: text.value }) : text
}

async function answerForm(exchange: Exchange, scope: SearchScope): ReturnType<Handler> {
  const { body, pairs, headers } = exchange
  if (body && body.kind !== 'form' && body.text !== '') return fail(notForm)
  const form = new URLSearchParams(body?.text)
  const format = form.get('_format') ?? undefined
  const takes = acceptable({ accept: headers.accept, format })
  if (!takes.ok) return takes
  const found = await answer({ ...exchange, pairs: [...pairs, ...form] }, scope, true)
  return found.ok && form.get('_pretty') === 'true' ? ok(indented(found.value)) : found
}

/** What an address asks of the answer is done where it is sent (send.ts); a form may ask it, too. */
const indented = (answered: Answer): Answer => ({
  ...answered,
  body: JSON.stringify(parseJson(answered.body ?? ''), undefined, 2),
})

const notForm: Failure = {
  kind: 'unsupported-media-type',
  code: 'search-body-not-form',
  message: 'Send the parameters as application/x-www-form-urlencoded.',
}

const noCompartment: Failure = {
  kind: 'not-found',
  code: 'compartment-unknown',
  message:
    'There is no such address: only Patient, Practitioner, RelatedPerson, Encounter and Device have compartments (Patient/id/Type).',
}

const notInCompartment: Failure = {
  kind: 'not-found',
  code: 'compartment-unknown',
  message: 'Resources of this type are in no compartment of that kind; search the type itself.',
}
