import { createRequire } from 'node:module'
import type { Node } from '../scope.ts'

/** What an expression may ask beside the element. */
export interface PathWorld {
  /** %resource. */
  readonly resource: Node
  /** %rootResource. */
  readonly root: Node
  /** The resource that a Reference points to, or one of which only type and id are known. */
  readonly resolve: (reference: unknown) => Node | undefined
  /** Whether a code, Coding or CodeableConcept is in a value set; undefined when it can't be told. */
  readonly isIn: (value: unknown, valueSet: string) => boolean | undefined
}

type Compiled = (element: unknown, environment: Readonly<Record<string, unknown>>) => readonly unknown[]

/** The part of the library that is used here (https://github.com/HL7/fhirpath.js). */
interface Library {
  readonly compile: (
    path: { readonly base: string; readonly expression: string },
    model: unknown,
    options: object,
  ) => Compiled
}

/** How the library holds a value: a resource that a function of ours gives must be made one, or its type isn't known. */
interface PathNode {
  readonly data?: unknown
  readonly constructor: { readonly makeResNode: (context: unknown, ...parts: readonly unknown[]) => unknown }
}

let loaded: { readonly library: Library; readonly model: unknown } | undefined

/** Loaded with the first constraint: 0.1 s and 30 MB that a service without profiles never pays. */
function engine(): { readonly library: Library; readonly model: unknown } {
  if (loaded) return loaded
  const require = createRequire(import.meta.url)
  loaded = {
    library: require('fhirpath') as Library,
    model: require('fhirpath/fhir-context/r4') as unknown,
  }
  return loaded
}

/** Whom the functions of the expression that runs ask; the library compiles them in once, and nothing runs beside it. */
let world: PathWorld | undefined

const functions = {
  resolve: {
    internalStructures: true,
    arity: { 0: [] },
    fn(this: unknown, inputs: readonly PathNode[]): readonly unknown[] {
      return inputs.flatMap(input => {
        const found = world?.resolve(input.data)
        return found ? [input.constructor.makeResNode(this, found, null, null, null, null)] : []
      })
    },
  },
  memberOf: {
    arity: { 1: ['String'] },
    fn(inputs: readonly unknown[], valueSet: string): readonly unknown[] {
      const [input] = inputs
      const answer = input === undefined ? undefined : world?.isIn(input, valueSet)
      if (answer === undefined) throw new Error('the value set is not loaded')
      return [answer]
    },
  },
}

/** Expressions are few, but those about an item of a list hold its number. */
const COMPILED_MAX = 2_000
const compiled = new Map<string, Compiled | undefined>()

function compile(base: string, expression: string): Compiled | undefined {
  const key = `${base} ${expression}`
  if (compiled.has(key)) return compiled.get(key)
  const made = tried(() => {
    const { library, model } = engine()
    return library.compile({ base, expression }, model, { userInvocationTable: functions })
  })
  if (compiled.size >= COMPILED_MAX) compiled.clear()
  compiled.set(key, made)
  return made
}

/**
 * Whether a constraint holds for an element of the given type (`Patient`, `HumanName`, `Patient.contact`): its expression is
 * true. Undefined when that can't be told: the expression isn't FHIRPath, or needs what isn't here.
 */
export function holdsFor(
  element: unknown,
  type: string,
  expression: string,
  asked: PathWorld,
): boolean | undefined {
  const run = compile(type, expression)
  if (!run) return undefined
  const before = world
  world = asked
  const answers = tried(() => run(element, { resource: asked.resource, rootResource: asked.root }))
  world = before
  if (!answers) return undefined
  return answers.length > 0 && !answers.includes(false)
}

/** NOTE: the library's messages repeat values of the resource, so none of them goes on. */
function tried<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch {
    return undefined
  }
}
