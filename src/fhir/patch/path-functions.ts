import { isFields } from './json-tree.ts'
import type { Evaluate, PathScope } from './path-evaluate.ts'
import type { PathExpression } from './path-grammar.ts'
import { childrenOf, type PathNode } from './path-nodes.ts'
import { truthOf } from './path-operators.ts'

interface PathCall {
  readonly input: readonly PathNode[]
  readonly parameters: readonly PathExpression[]
  readonly scope: PathScope
  readonly evaluate: Evaluate
}

type PathFunction = (call: PathCall) => readonly PathNode[]

const one = (value: unknown): readonly PathNode[] => [{ value }]

function kept({ input, parameters: [condition], scope, evaluate }: PathCall): readonly PathNode[] {
  if (!condition) return input
  return input.filter(
    (node, index) => truthOf(evaluate(condition, { ...scope, focus: [node], index })) === true,
  )
}

/** A type name that stands as a path: `Quantity`, `FHIR.Quantity`. */
function typeNamed([expression]: readonly PathExpression[]): string {
  return expression?.kind === 'member' ? expression.name : ''
}

/** JSON tells no primitive types apart but by their kind. */
const primitiveKinds: Readonly<Record<string, string>> = {
  boolean: 'boolean',
  integer: 'number',
  decimal: 'number',
}

function isOfType({ type, value, place }: PathNode, name: string): boolean {
  if (type === name || (type === 'Quantity' && name === 'SimpleQuantity')) return true
  if (type !== 'Element' && type !== undefined) return false
  const named = place?.findLast(step => typeof step === 'string') ?? ''
  const isSuffix = named.toLowerCase().endsWith(name.toLowerCase())
  return isSuffix || typeof value === (primitiveKinds[name] ?? (/^[a-z]|^String$/.test(name) ? 'string' : ''))
}

const ofType: PathFunction = ({ input, parameters }) =>
  input.filter(node => isOfType(node, typeNamed(parameters)))

function numberOf({ parameters: [expression], scope, evaluate }: PathCall): number {
  const [node] = expression ? evaluate(expression, scope) : []
  return Number(node?.value ?? 0)
}

/** A function of a text and another: empty when either isn't one. */
const onTexts =
  (apply: (text: string, other: string) => unknown): PathFunction =>
  ({ input: [node], parameters: [expression], scope, evaluate }) => {
    const [other] = expression ? evaluate(expression, scope) : []
    return typeof node?.value === 'string' && typeof other?.value === 'string'
      ? one(apply(node.value, other.value))
      : []
  }

const onText =
  (apply: (text: string) => unknown): PathFunction =>
  ({ input: [node] }) =>
    typeof node?.value === 'string' ? one(apply(node.value)) : []

/**
 * What the path of a patch may call: selection, existence, types and plain texts. Not `resolve()`, which leaves the
 * resource, nor what makes new values, which stand nowhere.
 */
export const functions: Readonly<Record<string, PathFunction>> = {
  where: kept,
  first: ({ input }) => input.slice(0, 1),
  last: ({ input }) => input.slice(-1),
  tail: ({ input }) => input.slice(1),
  single: ({ input }) => input,
  skip: call => call.input.slice(Math.max(0, numberOf(call))),
  take: call => call.input.slice(0, Math.max(0, numberOf(call))),
  ofType,
  as: ofType,
  is: ({ input, parameters }) => (input[0] ? one(isOfType(input[0], typeNamed(parameters))) : []),
  extension: ({ input, parameters: [url], scope, evaluate }) => {
    const [wanted] = url ? evaluate(url, scope) : []
    return input
      .flatMap(node => childrenOf(node, 'extension', scope.resource))
      .filter(({ value }) => isFields(value) && value['url'] === wanted?.value)
  },
  exists: call => one(kept(call).length > 0),
  empty: ({ input }) => one(input.length === 0),
  count: ({ input }) => one(input.length),
  all: call => one(kept(call).length === call.input.length),
  not: ({ input }) => {
    const truth = truthOf(input)
    return truth === undefined ? [] : one(!truth)
  },
  hasValue: ({ input: [node, more] }) =>
    one(node?.value !== undefined && typeof node.value !== 'object' && !more),
  startsWith: onTexts((text, other) => text.startsWith(other)),
  endsWith: onTexts((text, other) => text.endsWith(other)),
  contains: onTexts((text, other) => text.includes(other)),
  lower: onText(text => text.toLowerCase()),
  upper: onText(text => text.toUpperCase()),
  length: onText(text => text.length),
}
