import { outcome } from '../outcome.ts'
import { partText, type Part } from '../summary.ts'
import { bundleText, type EntryText } from './texts.ts'

/** A resource of a result, its content as JSON text. */
interface Found {
  readonly type: string
  readonly id: string
  readonly content: string
}

export type SearchLinks = readonly { readonly relation: string; readonly url: string }[]

export interface SearchSet {
  readonly base: string
  readonly links: SearchLinks
  readonly matches: readonly Found[]
  readonly included: readonly Found[]
  /** Which part of each match is wanted; what is included comes whole. */
  readonly shape: Part
  readonly total?: number
  readonly truncated?: boolean
}

/** A searchset Bundle as JSON text (http://hl7.org/fhir/R4/search.html#return). */
export function searchSetText(set: SearchSet): string {
  const { base, links, matches, included, shape, total, truncated } = set
  const entry = ({ type, id, content }: Found, mode: 'match' | 'include'): EntryText => ({
    fullUrl: `${base}/${type}/${id}`,
    resource: mode === 'match' ? partText(content, shape) : content,
    search: { mode },
  })
  return bundleText({
    type: 'searchset',
    ...(total !== undefined && { total }),
    links,
    entries: [
      ...matches.map(found => entry(found, 'match')),
      ...included.map(found => entry(found, 'include')),
      ...(truncated ? [tooManyIncluded] : []),
    ],
  })
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
