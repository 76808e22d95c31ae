import { presentNumbers, rowNumbers } from '../../fhir/search/matching/match.ts'
import type { SearchFilter, SearchValue, WordQuery } from '../../fhir/search/plan.ts'
import {
  anyOf,
  missing,
  ofKind,
  oneOf,
  paramIs,
  type Bind,
  type SearchFrame,
  type Valued,
  type ValueRows,
} from './search-frame.ts'
import {
  belowCondition,
  held,
  intervalCondition,
  stringCondition,
  systemCondition,
  tokenCondition,
} from './search-values.ts'

export function dateRows(filter: SearchFilter, { bind }: SearchFrame): ValueRows {
  const of = { table: 'ix_date', alias: 'd' } as const
  const own = `d.param = ${bind(filter.parameter.number)}`
  const absent = missing(filter)
  if (absent !== undefined) return { ...of, condition: own, isNone: absent }
  const span = { low: 'd.low', high: 'd.high' }
  const found = anyOf(ofKind(filter, 'date').map(value => intervalCondition(span, value, bind)))
  return { ...of, condition: `${own} and ${found}` }
}

/** Tokens, strings, uris and references, and the words and identifiers that go with them. */
export function lookupRows(filter: SearchFilter, { type, bind }: SearchFrame): ValueRows {
  const { parameter, modifier } = filter
  const of = { table: 'ix', alias: 'x' } as const
  const absent = missing(filter)
  if (absent !== undefined) {
    const condition = `x.param = any(${bind(presentNumbers(type, parameter))}::smallint[])`
    return { ...of, condition, isNone: absent }
  }
  const own = paramIs('x', rowNumbers(type, parameter, modifier), bind)
  const found = anyOf(valueConditions(filter, bind))
  if (modifier === 'unequal') return { ...of, condition: `${own} and not coalesce(${found}, false)` }
  return { ...of, condition: `${own} and ${found}`, isNone: modifier === 'not' }
}

/** Plain values go into one array, and those of one system into one; the others each make a condition of their own. */
function valueConditions({ values, modifier }: SearchFilter, bind: Bind): readonly string[] {
  const plain = modifier === 'below' ? [] : values.flatMap(plainTexts)
  const bySystem = Map.groupBy(values.filter(isOfSystem), ({ system }) => system)
  const others = values.filter(value => !isOfSystem(value) || (bySystem.get(value.system)?.length ?? 0) < 2)
  return [
    ...(plain.length > 0 ? [`x.val = ${oneOf(plain.map(held), bind)}`] : []),
    ...[...bySystem].flatMap(([system, tokens]) =>
      tokens.length < 2 ? [] : [codesOf(system, tokens, bind)],
    ),
    ...others.flatMap(value => otherCondition(value, modifier, bind)),
  ]
}

function plainTexts(value: SearchValue): readonly string[] {
  if (value.kind === 'uri') return [value.text]
  if (value.kind === 'reference') return value.references
  return value.kind === 'token' && value.system === undefined && value.code !== undefined ? [value.code] : []
}

type CodeOfSystem = Valued<'token'> & { readonly system: string; readonly code: string }

const isOfSystem = (value: SearchValue): value is CodeOfSystem =>
  value.kind === 'token' && typeof value.system === 'string' && value.code !== undefined

const codesOf = (system: string, tokens: readonly CodeOfSystem[], bind: Bind): string =>
  `(x.val = any(${bind(tokens.map(({ code }) => held(code)))}::text[]) and ${systemCondition('x.sys', system, bind)})`

function otherCondition(
  value: SearchValue,
  modifier: SearchFilter['modifier'],
  bind: Bind,
): readonly string[] {
  const columns = { val: 'x.val', sys: 'x.sys' }
  if (value.kind === 'string') return [stringCondition(columns, value.text, { modifier, bind })]
  if (value.kind === 'uri') return modifier === 'below' ? [belowCondition('x.val', value.text, bind)] : []
  return value.kind === 'token' && value.system !== undefined ? [tokenCondition(columns, value, bind)] : []
}

/** `_text`: words of the narrative. */
export function textRows(filter: SearchFilter, { bind }: SearchFrame): ValueRows {
  const found = ofKind(filter, 'words').map(({ query }) => `t.body @@ ${wordsOf(query, bind)}`)
  return { table: 'ix_text', alias: 't', condition: anyOf(found) }
}

export function wordsOf(query: WordQuery, bind: Bind): string {
  switch (query.kind) {
    case 'word':
      return `plainto_tsquery('simple', ${bind(query.text)})`
    case 'not':
      return `(!! ${wordsOf(query.of, bind)})`
    case 'and':
      return `(${query.of.map(part => wordsOf(part, bind)).join(' && ')})`
    case 'or':
      return `(${query.of.map(part => wordsOf(part, bind)).join(' || ')})`
  }
}
