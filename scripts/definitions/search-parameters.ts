import { byText, definitionsIn } from './source.ts'
import type { Definition } from './source.ts'

interface OfficialParameter extends Definition {
  readonly code: string
  readonly type: string
  readonly base: readonly string[]
  readonly expression?: string
  readonly target?: readonly string[]
  readonly component?: readonly { readonly definition: string; readonly expression: string }[]
}

/** The 1,378 search parameters of R4 4.0.1 (http://hl7.org/fhir/R4/searchparameter-registry.html), sorted by url. */
export function searchParameters(): readonly object[] {
  const official = definitionsIn('search-parameters', 'SearchParameter') as readonly OfficialParameter[]
  return official
    .toSorted((a, b) => byText(a.url, b.url))
    .map(({ code, type, base, expression, target, component, url }) => ({
      ...{ code, type, base, expression, target, component },
      url,
    }))
}
