import { isRawNumber } from '../../lib/json.ts'
import { sizeWithin } from './json-tree.ts'
import type { PathNode } from './path-nodes.ts'
import { sameJson } from './same-json.ts'

/** undefined: the empty collection, neither true nor false. */
type Operator = (a: readonly PathNode[], b: readonly PathNode[]) => boolean | undefined

/** What a collection says as a condition: one that isn't a boolean is there, and so true. */
export function truthOf(nodes: readonly PathNode[]): boolean | undefined {
  const [first] = nodes
  if (!first) return undefined
  return typeof first.value === 'boolean' ? first.value : true
}

const equal: Operator = (a, b) => (a.length === 0 || b.length === 0 ? undefined : isAlike(a, b, isEqual))

/** Larger ones are never compared: a condition may ask of every item of a list. */
const SIZE_MAX = 1_000

const isEqual = (x: unknown, y: unknown): boolean =>
  sizeWithin(x, SIZE_MAX, SIZE_MAX) !== undefined && sameJson(x, y)

const equivalent: Operator = (a, b) => isAlike(a, b, (x, y) => isEqual(folded(x), folded(y)))

const isAlike = (
  a: readonly PathNode[],
  b: readonly PathNode[],
  same: (x: unknown, y: unknown) => boolean,
): boolean => a.length === b.length && a.every(({ value }, i) => same(value, b[i]?.value))

const folded = (value: unknown): unknown =>
  typeof value === 'string' ? value.toLowerCase().replaceAll(/\s+/g, ' ').trim() : value

const not = (value: boolean | undefined): boolean | undefined => (value === undefined ? value : !value)

/** Of numbers, and of texts of one kind: dates of the same precision are in the order of their characters. */
const comparing =
  (holds: (sign: number) => boolean): Operator =>
  (a, b) => {
    const [x, y] = [plain(a[0]?.value), plain(b[0]?.value)]
    if (x === undefined || y === undefined || typeof x !== typeof y) return undefined
    return holds(x < y ? -1 : x > y ? 1 : 0)
  }

function plain(value: unknown): string | number | undefined {
  if (typeof value === 'string' || typeof value === 'number') return value
  return isRawNumber(value) ? Number(value.rawJSON) : undefined
}

const isIn: Operator = (a, b) => {
  const [item] = a
  return item && b.some(({ value }) => sameJson(value, item.value))
}

/** By their symbol in FHIRPath; `is` and `as` are not among them, for they look at types. */
export const operators: Readonly<Record<string, Operator>> = {
  '=': equal,
  '!=': (a, b) => not(equal(a, b)),
  '~': equivalent,
  '!~': (a, b) => not(equivalent(a, b)),
  '<': comparing(sign => sign < 0),
  '>': comparing(sign => sign > 0),
  '<=': comparing(sign => sign <= 0),
  '>=': comparing(sign => sign >= 0),
  in: isIn,
  contains: (a, b) => isIn(b, a),
  and: (a, b) => bothOf(truthOf(a), truthOf(b)),
  or: (a, b) => not(bothOf(not(truthOf(a)), not(truthOf(b)))),
  xor: (a, b) => {
    const [x, y] = [truthOf(a), truthOf(b)]
    return x === undefined || y === undefined ? undefined : x !== y
  },
  implies: (a, b) => not(bothOf(truthOf(a), not(truthOf(b)))),
}

/** Three-valued. */
function bothOf(a: boolean | undefined, b: boolean | undefined): boolean | undefined {
  if (a === false || b === false) return false
  return a === undefined || b === undefined ? undefined : true
}
