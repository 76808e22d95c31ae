import type { Resource } from '../resource.ts'

/** A code system in memory: a CodeSystem resource with its hierarchy both ways. */
export interface CodeSystem {
  readonly url: string
  readonly version?: string
  readonly name: string
  readonly isCaseSensitive: boolean
  /** Not all of its codes are here (fragment, example, or only its name). */
  readonly isPartial: boolean
  readonly concepts: ReadonlyMap<string, Concept>
}

export interface Concept {
  readonly code: string
  readonly display?: string
  readonly definition?: string
  readonly designations: readonly unknown[]
  /** Properties as the resource has them: `{ code, valueX }`. */
  readonly properties: readonly Readonly<Record<string, unknown>>[]
  readonly parents: readonly string[]
  readonly children: readonly string[]
}

interface Draft extends Omit<Concept, 'parents' | 'children'> {
  readonly parents: Set<string>
  readonly children: Set<string>
}

type Node = Readonly<Record<string, unknown>>

/** Hierarchy by nesting, by `parent`/`subsumedBy` and by `child` properties (http://hl7.org/fhir/R4/codesystem.html#hierarchy). */
export function codeSystemOf(resource: Resource): CodeSystem {
  const drafts = new Map<string, Draft>()
  collect(resource['concept'], undefined, drafts)
  for (const draft of drafts.values()) linkProperties(draft, drafts)
  for (const { code, parents } of drafts.values())
    for (const up of parents) drafts.get(up)?.children.add(code)
  const concepts = new Map<string, Concept>(
    [...drafts].map(([code, { parents, children, ...rest }]) => [
      code,
      { ...rest, parents: [...parents], children: [...children] },
    ]),
  )
  const { url, version, name, title } = resource as { readonly [name: string]: unknown }
  return {
    url: text(url) ?? '',
    ...(text(version) !== undefined && { version: text(version) as string }),
    name: text(name) ?? text(title) ?? text(url) ?? '',
    isCaseSensitive: resource['caseSensitive'] !== false,
    isPartial: resource['content'] !== 'complete',
    concepts,
  }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

const nodes = (value: unknown): readonly Node[] =>
  Array.isArray(value) ? value.filter((item): item is Node => typeof item === 'object' && item !== null) : []

function collect(list: unknown, parent: string | undefined, drafts: Map<string, Draft>): void {
  for (const node of nodes(list)) {
    const { code, display, definition, designation, property, concept } = node
    if (typeof code !== 'string') continue
    const known = drafts.get(code)
    const draft: Draft = known ?? {
      code,
      ...(typeof display === 'string' && { display }),
      ...(typeof definition === 'string' && { definition }),
      ...{ designations: nodes(designation), properties: nodes(property) },
      ...{ parents: new Set(), children: new Set() },
    }
    if (parent !== undefined) draft.parents.add(parent)
    drafts.set(code, draft)
    collect(concept, code, drafts)
  }
}

function linkProperties(draft: Draft, drafts: ReadonlyMap<string, Draft>): void {
  for (const { code, valueCode } of draft.properties) {
    if (typeof valueCode !== 'string') continue
    if (code === 'parent' || code === 'subsumedBy') draft.parents.add(valueCode)
    if (code === 'child') drafts.get(valueCode)?.parents.add(draft.code)
  }
}

/** The concept of a code, by the system's own case rule. */
export function conceptOf({ concepts, isCaseSensitive }: CodeSystem, code: string): Concept | undefined {
  const exact = concepts.get(code)
  if (exact || isCaseSensitive) return exact
  const folded = code.toLowerCase()
  for (const concept of concepts.values()) if (concept.code.toLowerCase() === folded) return concept
  return undefined
}

/** A code and everything below or above it; cycles end. */
export function closureOf(
  { concepts }: CodeSystem,
  code: string,
  direction: 'below' | 'above',
): readonly string[] {
  const found = new Set([code])
  for (const each of found) {
    const concept = concepts.get(each)
    for (const next of (direction === 'below' ? concept?.children : concept?.parents) ?? []) found.add(next)
  }
  return [...found]
}

export type Subsumption = 'equivalent' | 'subsumes' | 'subsumed-by' | 'not-subsumed'

/** How one code stands to another (http://hl7.org/fhir/R4/codesystem-operation-subsumes.html). */
export function subsumption(system: CodeSystem, one: string, other: string): Subsumption {
  if (one === other) return 'equivalent'
  if (closureOf(system, one, 'below').includes(other)) return 'subsumes'
  return closureOf(system, one, 'above').includes(other) ? 'subsumed-by' : 'not-subsumed'
}
