import { fail, ok, type Result } from '../../lib/result.ts'
import { parseJson } from '../../lib/json.ts'
import { bundleText } from '../../fhir/bundle/texts.ts'
import { lastOfEachCode } from '../../fhir/operations/last-n.ts'
import { badInput } from '../../fhir/operations/operation-input.ts'
import type { Resource } from '../../fhir/resource.ts'
import { parseSearch } from '../../fhir/search/parse-search.ts'
import { searchParameterOf } from '../../fhir/search/parameters.ts'
import type { FhirDeps } from '../fhir/fhir-deps.ts'
import { searchWithin } from '../fhir/fhir-visibility.ts'
import { terminologyFor } from './terminology.ts'

type Pairs = readonly (readonly [name: string, value: string])[]

/** More than this of one patient is not looked through for an answer. */
const OBSERVATIONS_MAX = 5_000

const codeOf = (name: string): string => name.split(/[:.]/)[0] ?? ''

/**
 * `Observation/$lastn` as the JSON text of a searchset, newest first: the last `max` (one) of each code among what the other
 * parameters find. A patient or subject and a category or code must be among them. Failures: `operation-input`,
 * `operation-too-costly`, those of a search.
 */
export async function lastN(deps: FhirDeps, pairs: Pairs): Promise<Result<string>> {
  const criteria = pairs.filter(([name]) => name !== 'max')
  const [max = '1', ...more] = pairs.filter(([name]) => name === 'max').map(([, value]) => value)
  if (!/^[1-9]\d{0,5}$/.test(max) || more.length > 0) return badInput('max must be one whole number from 1')
  const names = new Set(criteria.map(([name]) => codeOf(name)))
  const isOfSomebody = names.has('patient') || names.has('subject')
  const isOfSomething = names.has('category') || names.has('code')
  const control = [...names].find(name => CONTROLS.has(name))
  if (control !== undefined) return badInput(`${control} is not for $lastn`)
  if (!isOfSomebody || !isOfSomething)
    return badInput('patient (or subject) and category (or code) must be there')
  const terminology = await terminologyFor(deps, criteria)
  const parsed = parseSearch({
    ...{ type: 'Observation', pairs: criteria, lenient: false, base: deps.base, nowMs: deps.clock.nowMs() },
    ...(terminology && { terminology }),
  })
  if (!parsed.ok) return parsed
  const date = searchParameterOf('Observation', 'date')
  const within = await searchWithin(deps, {
    ...{ ...parsed.value.plan, count: OBSERVATIONS_MAX },
    sort: date ? [{ by: date, descending: true }] : [],
  })
  if (!within.ok) return within
  const found = within.value
  if (found.next !== undefined) return tooMany
  const rows = found.matches.map(row => ({ row, resource: parseJson(row.content) as Resource }))
  const last = lastOfEachCode(rows, Number(max))
  const query = new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value]))
  return ok(
    bundleText({
      ...{ type: 'searchset', total: last.length },
      links: [{ relation: 'self', url: `${deps.base}/Observation/$lastn?${query.toString()}` }],
      entries: last.map(({ type, id, content }) => ({
        ...{ fullUrl: `${deps.base}/${type}/${id}`, resource: content },
        search: { mode: 'match' },
      })),
    }),
  )
}

/** What shapes a search's result has no say in this one. */
const CONTROLS: ReadonlySet<string> = new Set([
  ...['_count', '_sort', '_include', '_revinclude', '_total', '_summary', '_elements', '_page'],
])

const tooMany = fail({
  kind: 'unsupported',
  code: 'operation-too-costly',
  message: `More than ${OBSERVATIONS_MAX} observations are meant: narrow them by code, category or date.`,
})
