import type { PathExpression } from './path-grammar.ts'
import { propertiesOf } from './path-nodes.ts'

/** Types that an expression may lead to; undefined = that can't be told from the definitions alone. */
type Types = readonly string[] | undefined

/** They give what they are called on, or a part of it. */
const keeping: ReadonlySet<string> = new Set(['where', 'first', 'last', 'tail', 'skip', 'take', 'single'])

/**
 * A name in a path that no element has where it stands, as `Patient.nope`: such a path finds nothing in any resource, and is
 * a mistake rather than an element that happens not to be there. undefined = every name can mean something.
 */
export function strangeName(path: PathExpression, type: string): string | undefined {
  const strange: string[] = []
  typesOf(path, [type], { root: type, strange })
  return strange[0]
}

interface Course {
  readonly root: string
  readonly strange: string[]
}

function typesOf(path: PathExpression, focus: Types, course: Course): Types {
  switch (path.kind) {
    case 'focus':
      return focus
    case 'resource':
      return [course.root]
    case 'member':
      return path.of
        ? childTypes(typesOf(path.of, focus, course), path.name, course)
        : typesNamed(path.name, focus, course)
    case 'item':
      return typesOf(path.of, focus, course)
    case 'call':
      return calledTypes(path, focus, course)
    case 'binary':
      return binaryTypes(path, focus, course)
    default:
      return undefined
  }
}

/** A path begins with the type of the resource, or with an element of what it stands in. */
function typesNamed(name: string, focus: Types, course: Course): Types {
  if (!/^[A-Z]/.test(name)) return childTypes(focus, name, course)
  if (name !== course.root && name !== 'Resource' && name !== 'DomainResource') course.strange.push(name)
  return [course.root]
}

function childTypes(types: Types, name: string, { strange }: Course): Types {
  if (!types || types.includes('Resource')) return undefined
  const rules = types.flatMap(type => propertiesOf(type, name).map(({ rule }) => rule))
  if (rules.length === 0) {
    strange.push(name)
    return undefined
  }
  return rules.map(({ holds }) =>
    holds.kind === 'object' ? holds.type : holds.kind === 'resource' ? 'Resource' : 'Element',
  )
}

function calledTypes(
  { of, name, parameters }: Extract<PathExpression, { kind: 'call' }>,
  focus: Types,
  course: Course,
): Types {
  const input = of ? typesOf(of, focus, course) : focus
  if (name === 'ofType' || name === 'as') return typeNamed(parameters[0])
  if (name === 'extension') return ['Extension']
  if (name === 'is') return undefined
  for (const parameter of parameters) typesOf(parameter, input, course)
  return keeping.has(name) ? input : undefined
}

function binaryTypes(
  { operator, left, right }: Extract<PathExpression, { kind: 'binary' }>,
  focus: Types,
  course: Course,
): Types {
  typesOf(left, focus, course)
  if (operator === 'as') return typeNamed(right)
  if (operator !== 'is') typesOf(right, focus, course)
  return undefined
}

/** `Quantity`, as `FHIR.Quantity` too; primitives are known as elements alone. */
const typeNamed = (expression: PathExpression | undefined): Types =>
  expression?.kind === 'member' && /^[A-Z]/.test(expression.name) ? [expression.name] : undefined
