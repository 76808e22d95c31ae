import { canonicalJson } from '../lib/json.ts'
import type { Resource } from '../fhir/resource.ts'

/** Set by servers or by the link itself, never by a change that has to travel. */
const SERVER_OWNED: ReadonlySet<string> = new Set(['id', 'meta', 'resourceType'])

/** Top-level elements in which two versions of a resource differ, `_element` siblings taken with their element. */
export function changedElements(before: Resource, after: Resource): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names]
    .filter(
      name =>
        !SERVER_OWNED.has(name) && canonicalJson(before[name] ?? null) !== canonicalJson(after[name] ?? null),
    )
    .toSorted()
}

/** `target` with the named elements as `source` has them; an element that `source` lacks is taken away. */
export function withElements(target: Resource, source: Resource, names: readonly string[]): Resource {
  const taken = new Set(names)
  const kept = Object.entries(target).filter(([name]) => !taken.has(name))
  const put = names.flatMap(name => (source[name] === undefined ? [] : [[name, source[name]] as const]))
  return Object.fromEntries([...kept, ...put]) as unknown as Resource
}
