import type { IndexEntry } from '../fhir/search/index-entry.ts'
import { indexResource } from '../fhir/search/index-resource.ts'
import { bounded } from '../fhir/search/index-values.ts'
import { parseSearch } from '../fhir/search/parse-search.ts'
import type { SearchFilter, SearchValue } from '../fhir/search/plan.ts'
import type { Condition } from './fhir-conditions.ts'
import type { FhirDeps } from './fhir-deps.ts'
import type { WriteIntent } from './fhir-intent.ts'

export type BundleMatches = (condition: Condition) => readonly WriteIntent[]

/**
 * Which entries of a Bundle a condition finds, before anything is written: by parameters of type token, uri and
 * reference without a modifier. A condition with any other parameter finds none of them.
 */
export function bundleMatches({ base, clock }: FhirDeps, written: readonly WriteIntent[]): BundleMatches {
  let known: Known | undefined
  return ({ type, query }) => {
    const pairs = [...new URLSearchParams(query)]
    const parsed = parseSearch({ type, pairs, lenient: false, base, nowMs: clock.nowMs() })
    if (!parsed.ok) return []
    const filters = parsed.value.plan.where.map(criterion =>
      criterion.kind === 'filter' ? criterion.filter : undefined,
    )
    if (!filters.every(filter => filter !== undefined)) return []
    const [first, ...rest] = filters
    if (!first) return []
    known ??= indexed(written, base)
    const { byValue, entries } = known
    const candidates = first.values.flatMap(
      value => textsOf(value)?.flatMap(text => byValue.get(`${type} ${text}`) ?? []) ?? [],
    )
    return [...new Set(candidates)].filter(intent => {
      const entry = entries.get(intent)
      return entry !== undefined && [first, ...rest].every(filter => holds(filter, entry))
    })
  }
}

interface Known {
  readonly entries: ReadonlyMap<WriteIntent, IndexEntry>
  /** `Type value` -> what has that value in any parameter: so that each condition looks at few. */
  readonly byValue: ReadonlyMap<string, readonly WriteIntent[]>
}

function indexed(written: readonly WriteIntent[], base: string): Known {
  const entries = new Map<WriteIntent, IndexEntry>()
  const byValue = new Map<string, WriteIntent[]>()
  for (const intent of written) {
    if (!intent.resource) continue
    const entry = indexResource(intent.resource, base)
    entries.set(intent, entry)
    for (const { value } of entry.lookups) {
      const text = `${intent.type} ${value}`
      const holders = byValue.get(text) ?? []
      holders.push(intent)
      byValue.set(text, holders)
    }
  }
  return { entries, byValue }
}

/** The texts that an index row may have for a value; undefined when it isn't compared here. */
function textsOf(value: SearchValue): readonly string[] | undefined {
  if (value.kind === 'token') return value.code === undefined ? undefined : [bounded(value.code)]
  if (value.kind === 'uri') return [bounded(value.text)]
  return value.kind === 'reference' ? value.references.map(bounded) : undefined
}

const holds = ({ parameter, modifier, values }: SearchFilter, { lookups }: IndexEntry): boolean =>
  modifier === undefined &&
  values.some(value => {
    const texts = textsOf(value)
    return lookups.some(
      row =>
        row.parameter === parameter.number && texts?.includes(row.value) === true && fits(value, row.system),
    )
  })

function fits(value: SearchValue, system: string | undefined): boolean {
  if (value.kind !== 'token' || value.system === undefined) return true
  return value.system === null ? system === undefined : system === bounded(value.system)
}
