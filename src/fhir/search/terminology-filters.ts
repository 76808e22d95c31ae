import { isRowParameter } from './parameters.ts'
import type { SearchValue } from './plan.ts'
import {
  badValue,
  part,
  tooCostly,
  unsupported,
  type FilterText,
  type Read,
  type SearchRequest,
} from './search-parts.ts'
import { alternatives, unescaped } from './search-text.ts'
import { tokenValue } from './search-values.ts'
import { EXPANSION_MAX, type Terminology } from './terminology.ts'

type Token = Extract<SearchValue, { readonly kind: 'token' }>

/**
 * `:in`, `:not-in` (a value set), `:above`, `:below` (a code in its hierarchy) of a token, as the codes that they come to
 * (http://hl7.org/fhir/R4/search.html#token). What isn't loaded is refused: an empty answer would be taken for a finding.
 */
export function readTerminology(text: FilterText, request: SearchRequest): Read {
  const { name, parameter, modifier, value } = text
  const { terminology } = request
  if (!terminology || isRowParameter(parameter)) {
    return unsupported(name, request, 'this modifier is not supported here')
  }
  const isSet = modifier === 'in' || modifier === 'not-in'
  const codes = alternatives(value).map(alternative =>
    isSet
      ? codesOfSet(unescaped(alternative), terminology)
      : codesAround(alternative, modifier === 'above' ? 'above' : 'below', terminology),
  )
  const found = codes.filter(list => list !== undefined)
  if (found.length < codes.length) {
    return badValue(
      name,
      isSet
        ? 'that value set is not loaded here'
        : 'must be system|code of a code system that is loaded here',
    )
  }
  const values = found.flat()
  if (values.length > EXPANSION_MAX) {
    return tooCostly(name, `comes to more than ${EXPANSION_MAX} codes; name a smaller set`)
  }
  const filter = { parameter, ...(modifier === 'not-in' && { modifier: 'not' as const }), values }
  return part({ kind: 'criterion', name, criterion: { kind: 'filter', filter } })
}

function codesOfSet(url: string, { expand }: Terminology): readonly Token[] | undefined {
  return expand(url)?.map(({ system, code }) => ({
    kind: 'token',
    code,
    ...(system !== undefined && { system }),
  }))
}

function codesAround(
  text: string,
  direction: 'above' | 'below',
  { subsumed }: Terminology,
): readonly Token[] | undefined {
  const token = tokenValue(text)
  if (token?.code === undefined || !token.system) return undefined
  const { system } = token
  return subsumed(system, token.code, direction)?.map(code => ({ kind: 'token', system, code }))
}
