import type { ElementDefinition } from './structure-definition.ts'

/** The elements of a profile by their place, slices beside the element that they are of. */
export interface ElementNode {
  readonly id: string
  /** Without `[x]`. */
  readonly name: string
  readonly slice?: string
  definition: ElementDefinition
  readonly children: ElementNode[]
  readonly slices: ElementNode[]
}

/** A tree of elements that have ids (http://hl7.org/fhir/R4/elementdefinition.html#id); an element that only its children name is there too. */
export function elementTree(elements: readonly ElementDefinition[], type: string): ElementNode {
  const root = nodeAt(type, type)
  for (const element of elements) {
    let node = root
    for (const segment of (element.id ?? element.path).split('.').slice(1)) node = below(node, segment)
    node.definition = joined(node.definition, element)
  }
  return root
}

const nodeAt = (id: string, name: string, slice?: string): ElementNode => ({
  ...{ id, name: name.replace('[x]', ''), definition: { path: id }, children: [], slices: [] },
  ...(slice !== undefined && { slice }),
})

/** `name`, `name:slice` or `name:slice/slice within it`. */
function below(parent: ElementNode, segment: string): ElementNode {
  const colon = segment.indexOf(':')
  const name = colon < 0 ? segment : segment.slice(0, colon)
  const bare = name.replace('[x]', '')
  let node = parent.children.find(child => child.name === bare)
  if (!node) parent.children.push((node = nodeAt(`${parent.id}.${name}`, name)))
  return colon < 0 ? node : sliceOf(node, segment.slice(colon + 1))
}

/** The slice of an element, made when it isn't there yet. */
export function sliceOf(element: ElementNode, path: string): ElementNode {
  let node = element
  const steps: string[] = []
  for (const step of path.split('/')) {
    steps.push(step)
    const slice = steps.join('/')
    let next: ElementNode | undefined = node.slices.find(each => each.slice === slice)
    if (!next) node.slices.push((next = nodeAt(`${element.id}:${slice}`, element.name, slice)))
    node = next
  }
  return node
}

/** What two definitions say of one element: the later one where both say it, the constraints of both. */
export function joined(earlier: ElementDefinition, later: ElementDefinition): ElementDefinition {
  const constraint = [...(earlier.constraint ?? []), ...(later.constraint ?? [])]
  return { ...earlier, ...later, ...(constraint.length > 0 && { constraint }) }
}
