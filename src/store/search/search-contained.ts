import { containedNumber } from '../../fhir/search/indexing/derived-numbers.ts'
import { containedPrefix } from '../../fhir/search/indexing/index-contained.ts'
import { lookupText } from '../../fhir/search/indexing/index-entry.ts'
import { folded } from '../../fhir/search/indexing/index-values.ts'
import { rowNumbers } from '../../fhir/search/matching/match.ts'
import type { Criterion, SearchFilter, SearchValue } from '../../fhir/search/plan.ts'
import { rowNumbersOf } from '../../fhir/search/shared-values.ts'
import { anyOf, paramIs, type Bind, type SearchFrame, type ValueRows } from './search-frame.ts'
import { belowCondition, held, LAST, stringCondition, tokenCondition } from './search-values.ts'

type Link = Extract<Criterion, { readonly kind: 'chain' | 'has' }>

/** The values by which a chain finds what contains what it asks for (fhir/search/indexing/index-contained.ts); undefined where it asks none of it. */
export function containedRows(link: Link, frame: SearchFrame): ValueRows | undefined {
  if (link.kind === 'has' || !link.contained) return undefined
  const { parameter, target, contained } = link
  const { bind } = frame
  const alias = `c${frame.depth}`
  const numbers = rowNumbersOf(frame.type, parameter).map(number => containedNumber({ number }))
  const found = rowNumbers(target, contained.parameter, contained.modifier).flatMap(number =>
    valueConditions(contained, { prefix: containedPrefix(target, number), alias, bind }),
  )
  return { table: 'ix', alias, condition: `${paramIs(alias, numbers, bind)} and ${anyOf(found)}` }
}

interface Place {
  readonly prefix: string
  readonly alias: string
  readonly bind: Bind
}

const valueConditions = (filter: SearchFilter, place: Place): readonly string[] =>
  filter.values.flatMap(value =>
    value.kind === 'reference'
      ? value.references.map(text => valueCondition({ kind: 'uri', text }, undefined, place))
      : [valueCondition(value, filter.modifier, place)],
  )

/** Where the values begin is said of the rows, prefix and all, for their index; the rest of what follows it. */
function valueCondition(
  value: SearchValue,
  modifier: SearchFilter['modifier'],
  { prefix, alias, bind }: Place,
): string {
  const columns = { val: `substr(${alias}.val, ${prefix.length + 1})`, sys: `${alias}.sys` }
  const from = (begins: string, then: string): string =>
    `(${alias}.val >= ${bind(prefix + begins)} and ${alias}.val < ${bind(prefix + begins + LAST)} and ${then})`
  switch (value.kind) {
    case 'token':
      return from(value.code === undefined ? '' : held(value.code), tokenCondition(columns, value, bind))
    case 'uri':
      return modifier === 'below'
        ? from('', belowCondition(columns.val, value.text, bind))
        : from(held(value.text), `${columns.val} = ${bind(held(value.text))}`)
    case 'string': {
      const isWithin = modifier === 'contains' || modifier === 'ends'
      const isWhole = modifier === 'exact' || modifier === 'equals'
      const text = folded(value.text)
      const begins = isWithin ? '' : isWhole ? held(text) : lookupText(text)
      return from(begins, stringCondition(columns, value.text, { modifier, bind }))
    }
    default:
      return 'false'
  }
}
