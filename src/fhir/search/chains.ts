import { isRowParameter, isTargetOf, whyNotSearchable, type SearchParameter } from './parameters.ts'
import type { Criterion, SearchFilter } from './plan.ts'
import { badValue, part, type Read } from './search-parts.ts'
import { targetTypes } from './search-values.ts'

/** How many references a chain and the `_has` in it may follow. */
export const CHAIN_DEPTH_MAX = 4

/** A chain that doesn't say its type tries every type that the parameter may lead to, when they are not more than this. */
const CHAIN_TYPES_MAX = 10

/** Why a parameter can't be followed, or undefined when it can. */
export function whyNotChained(
  type: string,
  parameter: SearchParameter,
  stated: string | undefined,
): string | undefined {
  if (parameter.type !== 'reference') return 'only references can be followed'
  const why = whyNotSearchable(type, parameter)
  if (why !== undefined) return why
  if (stated !== undefined) {
    return isTargetOf(parameter, stated) ? undefined : `${parameter.code} can't refer to that type`
  }
  return targetTypes(parameter).length > CHAIN_TYPES_MAX
    ? `${parameter.code} may refer to many types; say which: ${parameter.code}:Type.parameter`
    : undefined
}

/** What the types among the targets make of the rest; when none can make anything of it, what the first says. */
export function chained(
  reads: readonly { readonly target: string; readonly read: Read }[],
  whole: string,
  parameter: SearchParameter,
): Read {
  const costly = reads.find(({ read }) => read.kind === 'fault' && read.issue.code === 'too-costly')
  if (costly) return costly.read
  const chains = reads.flatMap(({ target, read }) =>
    read.kind === 'part' && read.part.kind === 'criterion'
      ? [{ kind: 'chain', parameter, target, ...ofTarget(read.part.criterion) } as const]
      : [],
  )
  const [first] = chains
  const failed = reads.find(({ read }) => isBadValue(read)) ?? reads[0]
  if (!first) return failed?.read ?? badValue(whole, 'leads nowhere')
  return part({
    kind: 'criterion',
    name: whole,
    criterion: chains.length === 1 ? first : { kind: 'any', of: chains },
  })
}

/** The index holds of contained resources what is looked up; dates, numbers and what isn't there are asked of others only. */
function ofTarget(where: Criterion): { readonly where: Criterion; readonly contained?: SearchFilter } {
  if (where.kind !== 'filter' || isRowParameter(where.filter.parameter)) return { where }
  const { modifier, values } = where.filter
  const isLookedUp =
    modifier !== 'not' && modifier !== 'unequal' && values.every(({ kind }) => lookedUp.has(kind))
  return { where, ...(isLookedUp && { contained: where.filter }) }
}

const lookedUp: ReadonlySet<string> = new Set(['token', 'string', 'uri', 'reference'])

/** A type that has the parameter says more than one that hasn't. */
const isBadValue = (read: Read): boolean => read.kind === 'fault' && read.issue.code !== 'invalid'
