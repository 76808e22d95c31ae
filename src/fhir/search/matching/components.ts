import { searchParameters, type SearchParameter } from '../parameters.ts'

const byUrl: ReadonlyMap<string, SearchParameter> = new Map(
  searchParameters.map(parameter => [parameter.url, parameter]),
)

/** The parameters that the components of a composite are compared as, in their order; empty when one isn't known. */
export function componentsOf({ component = [] }: SearchParameter): readonly SearchParameter[] {
  const known = component.flatMap(({ definition }) => byUrl.get(definition) ?? [])
  return known.length === component.length ? known : []
}
