import { coreType, type ElementDefinition, type StructureDefinition } from './structure-definition.ts'

/** A definition by its canonical url; undefined when it isn't loaded. */
export type FindDefinition = (canonical: string) => StructureDefinition | undefined

export interface Elements {
  readonly elements: readonly ElementDefinition[]
  /** The base that isn't loaded, so that what it asks is unknown. */
  readonly missingBase?: string
}

/** Deeper chains of profiles are circles. */
const BASES_MAX = 20

/**
 * The elements of a profile, each with an id: its snapshot, or, where there is none, the elements of its base and then those of
 * its differential (the later of two with one id says what the earlier leaves open). What a type of R4 itself says is left out:
 * `validateResource` checks it, and a profile only narrows it. So no snapshot has to be made.
 */
export function elementsOf(definition: StructureDefinition, find: FindDefinition, depth = 0): Elements {
  const { snapshot, differential, baseDefinition } = definition
  if (snapshot) return { elements: withIds(snapshot.element) }
  const own = withIds(differential?.element ?? [])
  if (baseDefinition === undefined || coreType(baseDefinition) !== undefined) return { elements: own }
  const base = depth < BASES_MAX ? find(baseDefinition) : undefined
  if (!base) return { elements: own, missingBase: baseDefinition }
  const below = elementsOf(base, find, depth + 1)
  return { ...below, elements: [...below.elements, ...own] }
}

/**
 * Elements with the ids that R4 asks for; older tools leave them out of differentials, where they follow from the order of
 * paths and slice names (http://hl7.org/fhir/R4/elementdefinition.html#id).
 */
function withIds(elements: readonly ElementDefinition[]): readonly ElementDefinition[] {
  const ids = new Map<string, string>()
  return elements.map(element => {
    const { path, sliceName } = element
    const id = element.id ?? idAt(path, sliceName, ids)
    for (const known of ids.keys()) if (known.startsWith(`${path}.`)) ids.delete(known)
    ids.set(path, id)
    return { ...element, id }
  })
}

function idAt(path: string, sliceName: string | undefined, ids: ReadonlyMap<string, string>): string {
  const dot = path.lastIndexOf('.')
  const parent = dot < 0 ? undefined : path.slice(0, dot)
  const own = `${parent === undefined ? '' : `${ids.get(parent) ?? parent}.`}${path.slice(dot + 1)}`
  return sliceName === undefined ? own : `${own}:${sliceName}`
}
