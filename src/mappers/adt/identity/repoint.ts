import { localReference } from '../../../fhir/compartment.ts'
import type { Resource, ResourceKey } from '../../../fhir/resource.ts'
import type { Derived } from '../resources/derived.ts'
import { ownerOf, type Identity } from './identity.ts'

/** Scope of the register that says which references to a patient were turned to the one who goes on. */
export const REPOINTED = '#repointed'

/** `Type/id` -> where the references stood, and the version that turning them made. */
export type Repointed = {
  readonly [key: string]: { readonly paths: readonly string[]; readonly version: number }
}

export interface RepointInput {
  readonly subjects: readonly string[]
  readonly before: Identity
  readonly after: Identity
  /** Everything that refers to one of them, as it is once messages are applied. */
  readonly resources: readonly Resource[]
  readonly repointedOf: (subject: string) => Repointed
  /** The patient with whom a resource goes, by its case or its visit: before and now. */
  readonly goesWith: (resource: Resource) => Going | undefined
  /** `meta.source` of what changes. */
  readonly message: string
  readonly versionOf: (key: ResourceKey) => number
  /** The own FHIR base: a reference that begins with it is a local one, and keeps it. */
  readonly base?: string
}

export interface Going {
  readonly before: string
  readonly after: string
}

export interface RepointResult {
  readonly resources: readonly Derived[]
  readonly registers: ReadonlyMap<string, Repointed>
  /** What somebody changed after it was turned, so that people have to look whose it is. */
  readonly doubtful: readonly string[]
}

/** Types that say what was, not whose it is; a Patient's own links are computed. */
const LEFT: ReadonlySet<string> = new Set(['Provenance', 'AuditEvent', 'Patient'])

/** Turns references from who was merged to who goes on, in whatever element of whatever type, and back when it is undone. */
export function repoint(input: RepointInput): RepointResult {
  const { subjects, before, after } = input
  const moved = subjects.filter(subject => ownerOf(before, subject) !== ownerOf(after, subject))
  const registers = new Map<string, Repointed>()
  const doubtful: string[] = []
  const resources = input.resources.flatMap(resource => {
    const { id } = resource
    if (id === undefined || LEFT.has(resource.resourceType)) return []
    const own: Derived = { ...resource, id }
    const turned = turnedOf(own, { ...input, moved, registers, doubtful })
    return turned === own ? [] : [{ ...turned, id, meta: { ...turned.meta, source: input.message } }]
  })
  return { resources, registers, doubtful }
}

interface Turning extends RepointInput {
  readonly moved: readonly string[]
  readonly registers: Map<string, Repointed>
  readonly doubtful: string[]
}

function turnedOf(resource: Derived, turning: Turning): Resource {
  const { before, after, moved, goesWith, base } = turning
  const key = `${resource.resourceType}/${resource.id}`
  let turned: Resource = resource
  const going = goesWith(resource)
  if (going && going.before !== going.after)
    turned = replaced(turned, refersTo(turned, going.before, base), going.after)
  for (const subject of moved) {
    const register = turning.registers.get(subject) ?? turning.repointedOf(subject)
    const [was, now] = [ownerOf(before, subject), ownerOf(after, subject)]
    const entry = register[key]
    if (entry && was !== subject && !going) {
      const standing = new Set(refersTo(turned, was, base))
      turned = replaced(
        turned,
        entry.paths.filter(path => standing.has(path)),
        now,
      )
      if (versionIn(resource, turning) !== entry.version) turning.doubtful.push(key)
      const { [key]: _back, ...others } = register
      if (now === subject) turning.registers.set(subject, others)
    }
    if (now === subject) continue
    const paths = refersTo(turned, subject, base)
    if (paths.length === 0) continue
    turned = replaced(turned, paths, now)
    if (going) continue
    const version = versionIn(resource, turning) + 1
    turning.registers.set(subject, {
      ...(turning.registers.get(subject) ?? register),
      [key]: { paths, version },
    })
  }
  return turned
}

const versionIn = ({ resourceType, id }: Derived, { versionOf }: Pick<RepointInput, 'versionOf'>): number =>
  versionOf({ type: resourceType, id })

/** JSON pointers of the references to a patient in a resource. */
function refersTo(resource: Resource, patient: string, base: string | undefined): readonly string[] {
  const found: string[] = []
  const isIt = (reference: unknown): boolean =>
    typeof reference === 'string' && localReference(reference, base) === `Patient/${patient}`
  walk(resource, '', isIt, found)
  return found
}

function walk(value: unknown, path: string, isIt: (reference: unknown) => boolean, found: string[]): void {
  if (typeof value !== 'object' || value === null) return
  for (const [name, child] of Object.entries(value)) {
    if (name === 'reference' && isIt(child)) found.push(`${path}/${name}`)
    else walk(child, `${path}/${name}`, isIt, found)
  }
}

const replaced = (resource: Resource, paths: readonly string[], patient: string): Resource =>
  paths.reduce<Resource>(
    (changed, path) => withAt(changed, path.split('/').slice(1), patient) as Resource,
    resource,
  )

/** A resource as it would stand had its references to a patient not been turned. */
export function turnedBack(
  resource: Resource,
  paths: readonly string[],
  { from, to }: { readonly from: string; readonly to: string },
): Resource {
  const standing = new Set(refersTo(resource, from, undefined))
  return replaced(
    resource,
    paths.filter(path => standing.has(path)),
    to,
  )
}

/** What stands before `Patient/`, the own base or nothing, stays. */
function withAt(value: unknown, [head, ...rest]: readonly string[], patient: string): unknown {
  if (head === undefined) return String(value).replace(/Patient\/[^/]*$/, `Patient/${patient}`)
  if (Array.isArray(value))
    return value.map((item, index) => (String(index) === head ? withAt(item, rest, patient) : item))
  const object = value as Readonly<Record<string, unknown>>
  return { ...object, [head]: withAt(object[head], rest, patient) }
}
