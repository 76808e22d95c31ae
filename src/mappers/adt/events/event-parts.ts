import type { MappedEvent } from './adt-event.ts'
import type { Resource, ResourceKey } from '../../../fhir/resource.ts'
import type { Derived } from '../resources/derived.ts'
import { joinDirectory } from '../resources/directory.ts'
import { contextOf, type MapContext, type MappingIssue } from '../map-context.ts'
import { changedFrom } from '../resources/merge-elements.ts'

/** The Organizations, Locations and Practitioners that a message names, as far as they change by it. */
export const directoryChanges = (
  { directory, messageUri }: MappedEvent,
  { get }: { readonly get: (key: ResourceKey) => Resource | undefined },
): readonly Derived[] =>
  directory.flatMap(resource => {
    const standing = get({ type: resource.resourceType, id: resource.id })
    if (standing && told.get(standing)?.has(resource)) return NOTHING
    const changed = changedFrom(standing, joinDirectory(standing, resource), messageUri)
    if (changed) return changed
    if (standing) told.set(standing, (told.get(standing) ?? new WeakSet()).add(resource))
    return NOTHING
  })

const NOTHING: readonly Derived[] = []

/** By what stands, what says nothing more of it: messages name the same few doctors and wards (directory.ts). */
const told = new WeakMap<Resource, WeakSet<Derived>>()

/** Contexts by source, made once; what can't be mapped is noted once a place. */
export function contextsFor(
  event: MappedEvent,
  issues: Map<string, MappingIssue>,
): (source: string) => MapContext {
  const report = (issue: MappingIssue): void => {
    issues.set(`${issue.code} ${issue.expression}`, issue)
  }
  const known = new Map<string, MapContext>()
  return source => {
    const context = known.get(source) ?? contextOf(source, event.context.settings, report)
    known.set(source, context)
    return context
  }
}
