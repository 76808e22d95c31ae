import { fail, ok, type Result } from '../../lib/result.ts'
import type { JsonFields } from './json-tree.ts'
import type { PathExpression } from './path-grammar.ts'
import { childrenOf, rootNode, type PathNode } from './path-nodes.ts'
import { functions } from './path-functions.ts'
import { operators, truthOf } from './path-operators.ts'

/** What one evaluation may look at: nested `where` over long lists would have no end. */
const NODES_MAX = 100_000

/** Where an evaluation stands. */
export interface PathScope {
  readonly resource: JsonFields
  /** The collection that names are looked up in. */
  readonly focus: readonly PathNode[]
  readonly index: number
  readonly course: Course
}

/** How an evaluation goes on. */
interface Course {
  /** How much may still be looked at. */
  left: number
  /** Why it can't; everything is empty from then on. */
  refused: string | undefined
}

export type Evaluate = (expression: PathExpression, scope: PathScope) => readonly PathNode[]

/**
 * What an expression finds in a resource, each with its place, in their order. It never leaves the resource. Failures:
 * `patch-path-not-supported` (a function that patches can't use, or too much to look at).
 */
export function evaluatePath(expression: PathExpression, resource: JsonFields): Result<readonly PathNode[]> {
  const course: Course = { left: NODES_MAX, refused: undefined }
  const found = evaluate(expression, { resource, focus: [rootNode(resource)], index: 0, course })
  if (course.refused === undefined) return ok(found)
  return fail({ kind: 'unprocessable', code: 'patch-path-not-supported', message: course.refused })
}

const evaluate: Evaluate = (expression, scope) => {
  const { course } = scope
  if (course.refused !== undefined) return []
  const found = evaluated(expression, scope)
  course.left -= found.length + 1
  if (course.left < 0) course.refused ??= 'The path looks at too much; name the element by position.'
  return found
}

function evaluated(expression: PathExpression, scope: PathScope): readonly PathNode[] {
  switch (expression.kind) {
    case 'focus':
      return scope.focus
    case 'resource':
      return [rootNode(scope.resource)]
    case 'index':
      return [{ value: scope.index }]
    case 'nothing':
      return []
    case 'literal':
      return [{ value: expression.value }]
    case 'member':
      return memberOf(expression, scope)
    case 'item': {
      const [at] = evaluate(expression.at, scope)
      const item = evaluate(expression.of, scope)[Number(at?.value)]
      return item ? [item] : []
    }
    case 'call': {
      const call = Object.hasOwn(functions, expression.name) ? functions[expression.name] : undefined
      if (!call) {
        scope.course.refused ??= `The function ${expression.name} can not be used in the path of a patch.`
        return []
      }
      const input = expression.of ? evaluate(expression.of, scope) : scope.focus
      return call({ input, parameters: expression.parameters, scope, evaluate })
    }
    case 'binary':
      return binary(expression, scope)
  }
}

function memberOf(
  { of, name }: Extract<PathExpression, { kind: 'member' }>,
  scope: PathScope,
): readonly PathNode[] {
  const input = of ? evaluate(of, scope) : scope.focus
  // `Patient.name`: a type's name at the beginning stands for the resource itself.
  if (!of && /^[A-Z]/.test(name))
    return input.filter(({ type }) => type === name || name === 'Resource' || name === 'DomainResource')
  return input.flatMap(node => childrenOf(node, name, scope.resource))
}

function binary(
  { operator, left, right }: Extract<PathExpression, { kind: 'binary' }>,
  scope: PathScope,
): readonly PathNode[] {
  if (operator === 'is' || operator === 'as') {
    const parameters = [right]
    const call = functions[operator]
    return call?.({ input: evaluate(left, scope), parameters, scope, evaluate }) ?? []
  }
  const a = evaluate(left, scope)
  if (operator === 'and' && truthOf(a) === false) return [{ value: false }]
  if (operator === 'or' && truthOf(a) === true) return [{ value: true }]
  const result = operators[operator]?.(a, evaluate(right, scope))
  return result === undefined ? [] : [{ value: result }]
}
