import { searchParameterOf } from './parameters.ts'
import type { Criterion } from './plan.ts'
import { badValue, part, type Read } from './search-parts.ts'
import { alternatives, splitUnescaped, unescaped } from './search-text.ts'

/**
 * `url=http://x.org/a|2`: "servers SHOULD support automatically detecting a |[version] portion as part of the search parameter, and
 * interpreting that portion as a search on the version" (http://hl7.org/fhir/R4/search.html#uri). Undefined when it is nothing of the kind.
 */
export function readCanonical(name: string, value: string, type: string): Read | undefined {
  const url = searchParameterOf(type, 'url')
  const version = searchParameterOf(type, 'version')
  const texts = alternatives(value).map(text => splitUnescaped(text, '|'))
  if (url?.type !== 'uri' || !version || texts.every(({ length }) => length === 1)) return undefined
  if (!texts.every(([text, , ...more]) => text !== '' && more.length === 0)) {
    return badValue(name, 'must be a url, or url|version')
  }
  const of = texts.map(([text = '', code = '']): Criterion => {
    const isUrl: Criterion = {
      kind: 'filter',
      filter: { parameter: url, values: [{ kind: 'uri', text: unescaped(text) }] },
    }
    if (code === '') return isUrl
    const values = [{ kind: 'token', code: unescaped(code) }] as const
    return { kind: 'all', of: [isUrl, { kind: 'filter', filter: { parameter: version, values } }] }
  })
  const [only, ...others] = of
  const criterion: Criterion = only && others.length === 0 ? only : { kind: 'any', of }
  return part({ kind: 'criterion', name, criterion })
}
