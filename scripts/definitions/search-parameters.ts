import { byText, definitionsIn } from './source.ts'
import type { Definition } from './source.ts'

interface Component {
  readonly definition: string
  readonly expression: string
}

interface OfficialParameter extends Definition {
  readonly code: string
  readonly type: string
  readonly base: readonly string[]
  readonly expression?: string
  readonly target?: readonly string[]
  readonly component?: readonly Component[]
}

/** The 1,378 search parameters of R4 4.0.1 (http://hl7.org/fhir/R4/searchparameter-registry.html), sorted by url. */
export function searchParameters(): readonly object[] {
  const official = definitionsIn('search-parameters', 'SearchParameter') as readonly OfficialParameter[]
  return official
    .toSorted((a, b) => byText(a.url, b.url))
    .map(({ code, type, base, expression, target, component, url }) => ({
      ...{ code, type, base, expression, target },
      component: url.endsWith(SWAPPED) ? swapped(component) : component,
      url,
    }))
}

/** R4 defines its code by the parameter on `target` and its target by the one on `code`; the expressions are in the order that is meant. */
const SWAPPED = '/DocumentReference-relationship'

const swapped = ([first, second, ...more]: readonly Component[] = []): readonly Component[] =>
  first && second && more.length === 0
    ? [
        { ...first, definition: second.definition },
        { ...second, definition: first.definition },
      ]
    : []
