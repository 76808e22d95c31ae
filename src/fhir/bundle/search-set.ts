import { outcome } from '../outcome.ts'
import { PAGE_PARAMETER } from '../search/search-controls.ts'
import { bundleText, type EntryText } from './texts.ts'

/** A resource of a result, its content as JSON text. */
interface Found {
  readonly type: string
  readonly id: string
  readonly content: string
}

export interface SearchSet {
  readonly base: string
  readonly type: string
  /** The parameters that were taken into account. */
  readonly applied: readonly (readonly [name: string, value: string])[]
  readonly matches: readonly Found[]
  readonly included: readonly Found[]
  readonly next?: string
  readonly total?: number
  readonly truncated?: boolean
}

/** A searchset Bundle as JSON text (http://hl7.org/fhir/R4/search.html#return). */
export function searchSetText(set: SearchSet): string {
  const { base, type, applied, matches, included, next, total, truncated } = set
  const entry =
    (mode: 'match' | 'include') =>
    (found: Found): EntryText => ({
      fullUrl: `${base}/${found.type}/${found.id}`,
      resource: found.content,
      search: { mode },
    })
  const others = applied.filter(([name]) => name !== PAGE_PARAMETER)
  return bundleText({
    type: 'searchset',
    ...(total !== undefined && { total }),
    links: [
      { relation: 'self', url: urlOf(base, type, applied) },
      ...(next === undefined
        ? []
        : [{ relation: 'next', url: urlOf(base, type, [...others, [PAGE_PARAMETER, next]]) }]),
    ],
    entries: [
      ...matches.map(entry('match')),
      ...included.map(entry('include')),
      ...(truncated ? [tooManyIncluded] : []),
    ],
  })
}

function urlOf(base: string, type: string, pairs: SearchSet['applied']): string {
  const query = new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value])).toString()
  return query === '' ? `${base}/${type}` : `${base}/${type}?${query}`
}

const tooManyIncluded: EntryText = {
  resource: JSON.stringify(
    outcome([
      {
        severity: 'warning',
        code: 'too-costly',
        diagnostics:
          'More resources were to be included than one page carries: ask for fewer matches with _count.',
      },
    ]),
  ),
  search: { mode: 'outcome' },
}
