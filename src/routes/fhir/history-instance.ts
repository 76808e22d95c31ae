import { fail, ok, type Result } from '../../lib/result.ts'
import { readHistory } from '../../commands/fhir-read.ts'
import { historySetText } from '../../fhir/bundle/history-set.ts'
import { COUNT_DEFAULT, COUNT_MAX, PAGE_PARAMETER } from '../../fhir/search/search-controls.ts'
import { keyOf, onlyParameters, type Exchange, type Handler } from './exchange.ts'

/** `GET /Type/id/_history` (http://hl7.org/fhir/R4/http.html#history), newest first, paged by version. */
export const historyInstance: Handler = async exchange => {
  const key = keyOf(exchange)
  if (!key.ok) return key
  const known = onlyParameters(exchange, ['_count', PAGE_PARAMETER])
  if (!known.ok) return known
  const page = pageOf(exchange)
  if (!page.ok) return page
  const found = await readHistory(exchange.deps, key.value, page.value)
  if (!found.ok) return found
  const { versions, total, next } = found.value
  const { count, before } = page.value
  const queryOf = (from: number | undefined): string =>
    `?_count=${count}${from === undefined ? '' : `&${PAGE_PARAMETER}=${from}`}`
  const body = historySetText({
    base: exchange.deps.base,
    key: key.value,
    ...{ versions, total },
    self: queryOf(before),
    ...(next !== undefined && { next: queryOf(next) }),
  })
  return ok({ status: 200, body })
}

interface Page {
  readonly count: number
  readonly before?: number
}

function pageOf({ pairs }: Exchange): Result<Page> {
  const given = new Map(pairs)
  const count = given.get('_count') ?? String(COUNT_DEFAULT)
  const before = given.get(PAGE_PARAMETER)
  if (!/^\d{1,9}$/.test(count) || (before !== undefined && !/^[1-9]\d{0,8}$/.test(before))) {
    const message = `_count must be a whole number, and ${PAGE_PARAMETER} one that a link gave.`
    return fail({ kind: 'invalid', code: 'history-page', message })
  }
  const bounded = Math.min(Math.max(Number(count), 1), COUNT_MAX)
  return ok({ count: bounded, ...(before !== undefined && { before: Number(before) }) })
}
