import type { Resource } from '../../resource.ts'
import { isResourceType } from '../../resource-types.ts'

type Node = Readonly<Record<string, unknown>>
type Check = (value: unknown) => boolean

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isText: Check = value => typeof value === 'string'
const isList =
  (item: Check): Check =>
  value =>
    Array.isArray(value) && value.every(item)

/** What is read of an ElementDefinition (structure-definition.ts), as far as it would be stumbled over. */
const elementChecks: Readonly<Record<string, readonly [isOne: Check, must: string]>> = {
  id: [isText, 'a text'],
  sliceName: [isText, 'a text'],
  min: [value => typeof value === 'number', 'a number'],
  max: [value => typeof value === 'string' && /^(?:\*|\d+)$/.test(value), 'a text: a whole number or *'],
  contentReference: [isText, 'a text'],
  slicing: [
    value => isNode(value) && holds(value, 'discriminator', isList(isDiscriminator)),
    'an object, its discriminator a list of objects with type and path',
  ],
  type: [isList(isTypeDefinition), 'a list of objects, their profile and targetProfile lists of texts'],
  constraint: [isList(isConstraint), 'a list of objects, their key and expression texts'],
  binding: [value => isNode(value) && holds(value, 'valueSet', isText), 'an object, its valueSet a text'],
}

/**
 * What is wrong with the shape of a StructureDefinition, undefined when it can be compiled: the place and what must stand there.
 * Not whether it is right: only that nothing of it would be stumbled over later, when a resource first claims it.
 */
export function whyUnsound(definition: Resource): string | undefined {
  for (const name of ['url', 'type']) {
    if (!isText(definition[name])) return `${name} must be a text`
  }
  if (isOfNoType(definition)) return `type must be one that R4 has, ${String(definition['type'])} is none`
  for (const name of ['version', 'baseDefinition']) {
    if (!holds(definition, name, isText)) return `${name} must be a text`
  }
  for (const name of ['snapshot', 'differential']) {
    const part = definition[name]
    if (part === undefined) continue
    if (!isNode(part) || !Array.isArray(part['element'])) return `${name}.element must be a list`
    for (const [at, element] of (part['element'] as readonly unknown[]).entries()) {
      const why = whyUnsoundElement(element)
      if (why !== undefined) return `${name}.element[${at}]${why}`
      if (!isOfType(element as Node, definition))
        return `${name}.element[${at}].path must begin with ${String(definition['type'])}, the type that is constrained`
    }
  }
  return undefined
}

/** A profile of a resource that R4 lacks: made for a later release, or misspelt. */
const isOfNoType = ({ kind, derivation, type }: Resource): boolean =>
  kind === 'resource' &&
  derivation === 'constraint' &&
  !['Resource', 'DomainResource'].includes(String(type)) &&
  !isResourceType(String(type))

function whyUnsoundElement(element: unknown): string | undefined {
  if (!isNode(element)) return ' must be an object'
  if (!isText(element['path'])) return '.path must be a text'
  for (const [name, [isOne, must]] of Object.entries(elementChecks)) {
    if (!holds(element, name, isOne)) return `.${name} must be ${must}`
  }
  return undefined
}

/** Of a logical model the type may be an address. */
function isOfType({ path }: Node, { type, derivation }: Resource): boolean {
  return derivation !== 'constraint' || !/^\w+$/.test(String(type)) || String(path).split('.')[0] === type
}

const holds = (node: Node, name: string, isOne: Check): boolean =>
  node[name] === undefined || isOne(node[name])

function isDiscriminator(value: unknown): boolean {
  return isNode(value) && isText(value['type']) && isText(value['path'])
}

function isTypeDefinition(value: unknown): boolean {
  return (
    isNode(value) &&
    holds(value, 'code', isText) &&
    holds(value, 'profile', isList(isText)) &&
    holds(value, 'targetProfile', isList(isText))
  )
}

function isConstraint(value: unknown): boolean {
  return isNode(value) && holds(value, 'key', isText) && holds(value, 'expression', isText)
}
