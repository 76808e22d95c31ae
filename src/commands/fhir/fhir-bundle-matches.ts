import { bounded } from '../../fhir/search/indexing/index-values.ts'
import { matchable, matchesIndexed, type Matchable } from '../../fhir/search/matching/match.ts'
import { parseSearch } from '../../fhir/search/parse-search.ts'
import type { Criterion, SearchValue } from '../../fhir/search/plan.ts'
import { promotedColumn } from '../../fhir/search/promoted.ts'
import type { Condition } from './fhir-conditions.ts'
import type { FhirDeps } from './fhir-deps.ts'
import type { WriteIntent } from './fhir-intent.ts'

export type BundleMatches = (condition: Condition) => readonly WriteIntent[]

/**
 * Which entries of a Bundle a condition finds, before anything is written. One that depends on other resources (a chain,
 * `_has`) finds none of them.
 */
export function bundleMatches({ base, clock }: FhirDeps, written: readonly WriteIntent[]): BundleMatches {
  let known: Known | undefined
  return ({ type, query }) => {
    const pairs = [...new URLSearchParams(query)]
    const parsed = parseSearch({ type, pairs, lenient: false, base, nowMs: clock.nowMs() })
    if (!parsed.ok || parsed.value.plan.where.length === 0) return []
    const { where } = parsed.value.plan
    known ??= indexed(written, base)
    const { held } = known
    return candidates(type, where, known).filter(intent => {
      const one = held.get(intent)
      return one !== undefined && matchesIndexed(one, { kind: 'all', of: where }) === true
    })
  }
}

interface Known {
  readonly held: ReadonlyMap<WriteIntent, Matchable>
  /** `Type value` -> what has that value in any parameter: so that each condition looks at few. */
  readonly byValue: ReadonlyMap<string, readonly WriteIntent[]>
}

function indexed(written: readonly WriteIntent[], base: string): Known {
  const held = new Map<WriteIntent, Matchable>()
  const byValue = new Map<string, WriteIntent[]>()
  for (const intent of written) {
    if (!intent.resource) continue
    const one = matchable(intent.resource, base)
    held.set(intent, one)
    for (const { value } of one.entry.lookups) {
      const text = `${intent.type} ${value}`
      const holders = byValue.get(text) ?? []
      holders.push(intent)
      byValue.set(text, holders)
    }
  }
  return { held, byValue }
}

/** Those that have a value that must be there; all of the type when no value says so. */
function candidates(
  type: string,
  where: readonly Criterion[],
  { held, byValue }: Known,
): readonly WriteIntent[] {
  const texts = where.map(criterion => textsOf(type, criterion)).find(found => found !== undefined)
  return texts === undefined
    ? [...held.keys()].filter(intent => intent.type === type)
    : [...new Set(texts.flatMap(text => byValue.get(`${type} ${text}`) ?? []))]
}

/** The texts of which one stands in an index row of whatever fulfils a criterion; undefined when that can't be said. */
function textsOf(type: string, criterion: Criterion): readonly string[] | undefined {
  if (criterion.kind !== 'filter') return undefined
  const { parameter, modifier, values } = criterion.filter
  if (modifier !== undefined || parameter.code === '_id') return undefined
  if (promotedColumn(type, parameter.code) !== undefined) return undefined
  const texts = values.map(textsOfValue)
  return texts.every(text => text !== undefined) ? texts.flat() : undefined
}

function textsOfValue(value: SearchValue): readonly string[] | undefined {
  if (value.kind === 'token') return value.code === undefined ? undefined : [bounded(value.code)]
  if (value.kind === 'uri') return [bounded(value.text)]
  return value.kind === 'reference' ? value.references.map(bounded) : undefined
}
