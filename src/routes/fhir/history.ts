import { ok } from '../../lib/result.ts'
import { historyText } from '../../commands/fhir/fhir-history.ts'
import { historyParameters } from '../../fhir/bundle/history-page.ts'
import { partOf } from './part.ts'
import { keyOf, onlyParameters, typeOf, type Exchange, type Handler } from './exchange.ts'

/** `GET /Type/id/_history`, `GET /Type/_history` and `GET /_history` (http://hl7.org/fhir/R4/http.html#history). */
export const historyInstance: Handler = async exchange => {
  const key = keyOf(exchange)
  return key.ok ? answer(exchange, key.value) : key
}

export const historyType: Handler = async exchange => {
  const type = typeOf(exchange)
  return type.ok ? answer(exchange, { type: type.value }) : type
}

export const historySystem: Handler = exchange => answer(exchange, {})

async function answer(
  exchange: Exchange,
  of: { readonly type?: string; readonly id?: string },
): ReturnType<Handler> {
  const known = onlyParameters(exchange, historyParameters)
  if (!known.ok) return known
  // What counts has no parts.
  const pairs = exchange.pairs.filter(([name, value]) => name !== '_summary' || value !== 'count')
  const part = partOf({ ...exchange, pairs }, of.type ?? 'Resource')
  if (!part.ok) return part
  const request = { of, pairs: exchange.pairs, part: part.value }
  const text = await historyText(exchange.deps, exchange.caller, request)
  return text.ok ? ok({ status: 200, body: text.value }) : text
}
