import official from '../definitions/search-parameters.json' with { type: 'json' }
import { compileComposite } from './indexing/index-composites.ts'
import { isResourceType } from '../resource-types.ts'
import { ownParameters } from './own-parameters.ts'
import { compilePath } from './path.ts'

export type SearchParameterType =
  | 'token'
  | 'string'
  | 'date'
  | 'reference'
  | 'uri'
  | 'number'
  | 'quantity'
  | 'composite'
  | 'special'

/** An R4 search parameter as data (http://hl7.org/fhir/R4/searchparameter-registry.html). */
export interface SearchParameter {
  readonly code: string
  /** Stands for it in the index rows: its place in the list sorted by url. R4 is frozen, so it never moves. */
  readonly number: number
  readonly type: SearchParameterType
  readonly base: readonly string[]
  readonly url: string
  readonly expression?: string
  readonly target?: readonly string[]
  /** Of a composite: the parameter that each component is compared as, and its expression within the composite's. */
  readonly component?: readonly { readonly definition: string; readonly expression: string }[]
}

/** Bases whose parameters hold for every type. */
const commonBases = ['Resource', 'DomainResource']

/** Not domain resources, so without the parameters of DomainResource. */
const plainResources: ReadonlySet<string> = new Set(['Binary', 'Bundle', 'Parameters'])

export const searchParameters: readonly SearchParameter[] = official.map((row, index) => ({
  ...(row as Omit<SearchParameter, 'number'>),
  number: index + 1,
}))

const byUrl: ReadonlyMap<string, SearchParameter> = new Map(
  searchParameters.map(parameter => [parameter.url, parameter]),
)

const byBase = groupByBase([...searchParameters, ...ownParameters])

/** Every parameter for a resource type: those of R4, of Resource and DomainResource too, and our own. */
export function searchParametersOf(type: string): readonly SearchParameter[] {
  const bases = plainResources.has(type) ? [type, 'Resource'] : [type, ...commonBases]
  return bases.flatMap(base => [...(byBase.get(base)?.values() ?? [])])
}

/** The parameter of that name for that type, whether this server searches by it or not. */
export function searchParameterOf(type: string, code: string): SearchParameter | undefined {
  const bases = plainResources.has(type) ? [type, 'Resource'] : [type, ...commonBases]
  for (const base of bases) {
    const parameter = byBase.get(base)?.get(code)
    if (parameter) return parameter
  }
  return undefined
}

const idParameter = searchParameterOf('Resource', '_id')
const lastUpdatedParameter = searchParameterOf('Resource', '_lastUpdated')
/** `_id` and `_lastUpdated` are columns of the row, not values in the index. */
export const isRowParameter = (parameter: SearchParameter): boolean =>
  parameter === idParameter || parameter === lastUpdatedParameter

/** True when a reference parameter may lead to a resource of that type. */
export const isTargetOf = ({ type, target }: SearchParameter, name: string): boolean =>
  type === 'reference' &&
  isResourceType(name) &&
  (target === undefined || target.includes('Resource') || target.includes(name))

/** Why this server can't search a type by a parameter, or undefined when it can. */
export function whyNotSearchable(type: string, parameter: SearchParameter): string | undefined {
  if (isRowParameter(parameter)) return undefined
  return whyNotIndexed(type, parameter)
}

/** Found out once for each parameter and type: every condition of every search asks. */
const reasons = new WeakMap<SearchParameter, Map<string, string | undefined>>()

/** Why a parameter of a type has no rows in the index, or undefined when it has. */
export function whyNotIndexed(type: string, parameter: SearchParameter): string | undefined {
  const known = reasons.get(parameter) ?? new Map<string, string | undefined>()
  if (known.has(type)) return known.get(type)
  const reason = reasonOf(type, parameter)
  reasons.set(parameter, known.set(type, reason))
  return reason
}

function reasonOf(type: string, parameter: SearchParameter): string | undefined {
  const { code, expression } = parameter
  if (code === 'phonetic') return 'it compares sounds, which is not supported; use name'
  if (expression === undefined) return 'it has no expression to index by'
  const path =
    parameter.type === 'composite'
      ? compileComposite(parameter, type, componentTypes(parameter))
      : compilePath(expression, type, parameter.type)
  return path.ok ? undefined : path.failure.message
}

/** The types of the parameters that define the components of a composite. */
export const componentTypes = ({ component = [] }: SearchParameter): readonly SearchParameterType[] =>
  component.flatMap(({ definition }) => byUrl.get(definition)?.type ?? [])

/** The parameters that a type has index rows for; `_id` and `_lastUpdated` are columns. */
export const indexedParametersOf = (type: string): readonly SearchParameter[] =>
  searchParametersOf(type).filter(
    parameter => !isRowParameter(parameter) && whyNotIndexed(type, parameter) === undefined,
  )

/** The parameters that a type is indexed and searched by, `_id` and `_lastUpdated` included. */
export const searchableParametersOf = (type: string): readonly SearchParameter[] =>
  searchParametersOf(type).filter(parameter => whyNotSearchable(type, parameter) === undefined)

function groupByBase(
  parameters: readonly SearchParameter[],
): ReadonlyMap<string, ReadonlyMap<string, SearchParameter>> {
  const groups = new Map<string, Map<string, SearchParameter>>()
  for (const parameter of parameters) {
    for (const base of parameter.base) {
      const group = groups.get(base) ?? new Map<string, SearchParameter>()
      group.set(parameter.code, parameter)
      groups.set(base, group)
    }
  }
  return groups
}
