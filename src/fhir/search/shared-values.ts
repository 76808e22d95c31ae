import { componentTypes, indexedParametersOf, type SearchParameter } from './parameters.ts'
import { branchesOf } from './path.ts'
import { stringParts } from './indexing/index-values.ts'
import { promotedColumn } from './promoted.ts'

/**
 * Parameters of a type all of whose values another one has, too, by what their expressions say: `family` is part of `name`, `phone`
 * is some of `telecom`, and `combo-code` is `code` and `component-code`. A value that both have is indexed under the member alone, and
 * a search by the other looks at the members' rows as well (docs/adr/0018-values-stored-once.md).
 */
export function membersOf(type: string, { number }: SearchParameter): readonly SearchParameter[] {
  const known = members.get(type) ?? membersByNumber(type)
  members.set(type, known)
  return known.get(number) ?? NONE
}

/** The numbers under which the rows of a parameter stand, its own first. */
export const rowNumbersOf = (type: string, parameter: SearchParameter): readonly number[] => [
  parameter.number,
  ...membersOf(type, parameter).map(({ number }) => number),
]

const members = new Map<string, ReadonlyMap<number, readonly SearchParameter[]>>()
const NONE: readonly SearchParameter[] = []

function membersByNumber(type: string): ReadonlyMap<number, readonly SearchParameter[]> {
  const shared = indexedParametersOf(type).filter(parameter => mayShare(type, parameter))
  return new Map(shared.map(of => [of.number, shared.filter(one => isMember(type, one, of))]))
}

/** What has a column has no rows to share; the first entry of a Bundle is indexed by what it is, not by where it stands. */
const mayShare = (type: string, { type: kind, code }: SearchParameter): boolean =>
  kind !== 'date' && kind !== 'special' && type !== 'Bundle' && promotedColumn(type, code) === undefined

/** Of two that find the same the lower number is the other's member. */
const isMember = (type: string, one: SearchParameter, of: SearchParameter): boolean =>
  one !== of && isWithin(type, one, of) && (one.number < of.number || !isWithin(type, of, one))

function isWithin(type: string, one: SearchParameter, of: SearchParameter): boolean {
  if (one.type !== of.type || componentsOf(one) !== componentsOf(of)) return false
  const all = branchesOf(of.expression ?? '', type)
  return branchesOf(one.expression ?? '', type).every(branch =>
    all.some(
      other => branch === other || (branch.startsWith(other) && isPart(branch.slice(other.length), of)),
    ),
  )
}

const componentsOf = (parameter: SearchParameter): string =>
  JSON.stringify([componentTypes(parameter), parameter.component?.map(({ expression }) => expression)])

/** `.where(...)` leaves some of the elements; a string search looks at the parts of a name or address. */
const isPart = (rest: string, { type }: SearchParameter): boolean =>
  type === 'composite'
    ? false
    : SOME.test(rest) || (type === 'string' && stringParts.some(part => rest === `.${part}`))

const SOME = /^\.where\(([^()]|\(\))*\)$/
