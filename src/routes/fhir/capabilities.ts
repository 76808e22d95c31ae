import { hash } from 'node:crypto'
import { ok } from '../../lib/result.ts'
import { tagsIn } from '../../fhir/etag.ts'
import { partText } from '../../fhir/summary.ts'
import type { Handler } from './exchange.ts'
import { partOf } from './part.ts'

/**
 * `GET /metadata` (http://hl7.org/fhir/R4/http.html#capabilities): written once, served as text, in part by `_summary` or
 * `_elements`. Its ETag is another when it says something else; who has it gets 304. Failure: `part-malformed`.
 */
export const capabilities = (statement: () => string): Handler => {
  let known = { text: '', tag: '' }
  return async exchange => {
    const part = partOf(exchange, 'CapabilityStatement')
    if (!part.ok) return part
    const text = statement()
    if (known.text !== text) known = { text, tag: hash('sha256', text, 'hex').slice(0, 16) }
    const headers = { etag: `W/"${known.tag}"` }
    const named = tagsIn(exchange.headers['if-none-match'] ?? '')
    if (named === '*' || named?.includes(known.tag) === true) return ok({ status: 304, headers })
    return ok({ status: 200, headers, body: partText(text, part.value) })
  }
}
