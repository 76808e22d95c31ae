import type { SearchFilter, WordQuery } from '../../fhir/search/plan.ts'
import { anyOf, ofKind, type Bind, type SearchFrame } from './search-frame.ts'
import { wordsOf } from './search-lookups.ts'

export const isOfContent = ({ parameter }: Pick<SearchFilter, 'parameter'>): boolean =>
  parameter.code === '_content'

/**
 * `_content` (http://hl7.org/fhir/R4/search.html#content): no index has the words of whole resources, each is asked that the other
 * conditions leave (ADR 0013). What can't have a word, for its letters aren't there, isn't taken apart.
 */
export function contentCondition(
  filter: SearchFilter,
  { row, tenant, typeNumber, bind }: SearchFrame,
): string {
  const found = ofKind(filter, 'words').map(
    ({ query }) => `case when ${isPlain} and not ${mayHave(query, bind)} then false
      else ${words} @@ ${wordsOf(query, bind)} end`,
  )
  return `exists (select 1 from resource w where w.shard = ${row}.shard and w.tenant = ${tenant}
    and w.type = ${typeNumber} and w.id = ${row}.id and ${anyOf(found)})`
}

/** Letters without accents: of these content is compared as it is. */
const isPlain = 'octet_length(w.content) = length(w.content)'

const folded = `case when ${isPlain} then w.content
  else regexp_replace(normalize(w.content, NFD), '[\u0300-\u036f]', '', 'g') end`

/** Of all texts in the JSON; one with what looks like an escape is read as it stands, its keys too: some escapes PostgreSQL refuses. */
const words = String.raw`case when strpos(w.content, '\u') > 0 then to_tsvector('simple', ${folded})
  else to_tsvector('simple', (${folded})::json) end`

function mayHave(query: WordQuery, bind: Bind): string {
  switch (query.kind) {
    case 'word':
      return allOf(query.text.match(/[a-z0-9]+/g) ?? [], bind)
    case 'not':
      return 'true'
    case 'and':
    case 'or':
      return `(${query.of.map(part => mayHave(part, bind)).join(` ${query.kind} `)})`
  }
}

const allOf = (runs: readonly string[], bind: Bind): string =>
  runs.length === 0
    ? 'true'
    : `(${runs.map(run => `strpos(lower(w.content), ${bind(run)}) > 0`).join(' and ')})`
