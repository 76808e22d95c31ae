import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import { spanOf } from '../../lib/fhir-time.ts'
import { instantOf, type Instant } from '../../lib/clock.ts'
import { isResourceType } from '../resource-types.ts'
import { readPageToken, writePageToken } from '../search/page-token.ts'
import { COUNT_DEFAULT, COUNT_MAX, PAGE_PARAMETER } from '../search/search-controls.ts'

/** What a request for a history asks for (http://hl7.org/fhir/R4/http.html#history). */
export interface HistoryQuery {
  readonly count: number
  /** Only how many there are: `_count=0`, `_summary=count`. */
  readonly countOnly: boolean
  /** Made at this instant or later. */
  readonly since?: Instant
  /** Current at some time of [from, before). */
  readonly during?: { readonly from: Instant; readonly before: Instant }
  /** Of the next page, as a link gave it. */
  readonly page?: string
  /** What was taken into account, for the links; without the page. */
  readonly applied: readonly (readonly [name: string, value: string])[]
}

/** A place in a history of many resources. */
interface Place {
  readonly updated: Instant
  readonly type: string
  readonly shard: number
  readonly id: string
  readonly version: number
}

/** The parameters that a history takes. */
export const historyParameters = [
  ...(['_count', '_since', '_at', '_summary', '_elements'] as const),
  PAGE_PARAMETER,
] as const

/** Failures: `history-page` (count, page, a parameter given twice: http://hl7.org/fhir/R4/http.html#history), `history-time` (`_since`, `_at`). */
export function readHistoryQuery(
  pairs: readonly (readonly [name: string, value: string])[],
): Result<HistoryQuery> {
  const known = pairs.filter(([name]) => (historyParameters as readonly string[]).includes(name))
  const given = new Map(known)
  const twice = known.find(([name], at) => known.findIndex(([other]) => other === name) < at)
  if (twice) return badPage(`${twice[0]} may be given once, like each parameter of a history`)
  const count = given.get('_count') ?? String(COUNT_DEFAULT)
  if (!/^\d{1,9}$/.test(count)) return badPage('_count must be a whole number')
  const since = spanOfParameter('_since', given.get('_since'))
  if (!since.ok) return since
  const at = spanOfParameter('_at', given.get('_at'))
  if (!at.ok) return at
  const page = given.get(PAGE_PARAMETER)
  return ok({
    count: Math.min(Number(count), COUNT_MAX),
    countOnly: Number(count) === 0 || given.get('_summary') === 'count',
    ...(since.value && { since: instantOf(since.value.startMs) }),
    ...(at.value && {
      during: { from: instantOf(at.value.startMs), before: instantOf(at.value.endMs + 1) },
    }),
    ...(page !== undefined && { page }),
    applied: known.filter(([name]) => name !== PAGE_PARAMETER),
  })
}

const pageFailure = (text: string): Failure => ({
  kind: 'invalid',
  code: 'history-page',
  message: `${text}; follow the links of a history.`,
})

const badPage = (text: string): Result<never> => fail(pageFailure(text))

/** For a page that no link of this history gave this caller. */
export const foreignPage = pageFailure(`${PAGE_PARAMETER} is not one that a link gave`)

function spanOfParameter(
  name: string,
  text: string | undefined,
): Result<{ readonly startMs: number; readonly endMs: number } | undefined> {
  if (text === undefined) return ok(undefined)
  const span = spanOf(text, 'UTC')
  if (span) return ok(span)
  const message = `${name} must be a date, or a time with its offset such as 2026-10-05T18:30:00Z; in a URL + is written %2B.`
  return fail({ kind: 'invalid', code: 'history-time', message })
}

/** A place as text, which links carry sealed. */
export const historyToken = ({ updated, type, version, shard, id }: Place): string =>
  writePageToken({ keys: [updated, type, String(version)], shard, id })

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/

/** Failure: `history-page`, for a text that no link of a history had. */
export function readHistoryToken(token: string): Result<Place> {
  const place = readPageToken(token, 3)
  const [updated = '', type = '', version = ''] = place?.keys ?? []
  if (!place || !INSTANT.test(updated) || !isResourceType(type) || !/^[1-9]\d{0,8}$/.test(version)) {
    return fail(foreignPage)
  }
  return ok({ updated, type, version: Number(version), shard: place.shard, id: place.id })
}
