import type { Criterion, SearchFilter, SearchPlan, SearchValue } from '../../fhir/search/plan.ts'

/** One plan for whatever values must be good for as many as it takes. */
const VALUES_MAX = 10

/**
 * True for a search that names what few resources have: an id, an identifier, a patient, an encounter. What else it asks only
 * narrows that, so that one plan is right for whatever values, and all matches may be sorted.
 */
export const isPinpoint = ({ where }: Pick<SearchPlan, 'where'>): boolean =>
  where.every(isPlain) && where.some(pinpoints)

/** A chain's rows are looked for on their own first (search-probes.ts). */
export const isPlain = (criterion: Criterion): boolean =>
  criterion.kind === 'filter' ||
  (criterion.kind === 'any' && criterion.of.every(isPlain)) ||
  (criterion.kind === 'all' && criterion.of.every(isPlain)) ||
  (criterion.kind === 'not' && isPlain(criterion.of))

function pinpoints(criterion: Criterion): boolean {
  if (criterion.kind === 'all') return criterion.of.some(pinpoints)
  return criterion.kind === 'filter' && isNarrow(criterion.filter)
}

function isNarrow({ parameter, modifier, values }: SearchFilter): boolean {
  if (modifier !== undefined || values.length === 0 || values.length > VALUES_MAX) return false
  const { code } = parameter
  return code === '_id' || code === 'identifier' ? values.every(isCode) : values.every(isOfRecord)
}

const isCode = (value: SearchValue): boolean => value.kind === 'token' && value.code !== undefined

/** Of a patient or a stay, whatever the parameter is called. */
const isOfRecord = (value: SearchValue): boolean =>
  value.kind === 'reference' && value.references.every(reference => RECORD.test(reference))

const RECORD = /^(?:Patient|Encounter|EpisodeOfCare)\//

const NAMES_MAX = 256

/** Names for statements by their text, for the first so many texts: a connection keeps what it prepared. */
export function statementNames(): (text: string) => string | undefined {
  const names = new Map<string, string>()
  return text => {
    const known = names.get(text)
    if (known !== undefined || names.size >= NAMES_MAX) return known
    const name = `cw_search_${names.size + 1}`
    names.set(text, name)
    return name
  }
}
