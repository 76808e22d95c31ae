import { localReference } from './compartment.ts'
import { isResourceType } from './resource-types.ts'

/**
 * A resource whose references to this server are relative: `http://here/fhir/Patient/1` is the same as `Patient/1`
 * (http://hl7.org/fhir/R4/references.html#literal), and only one of them is stored (ADR 0019). Of contained resources and
 * extensions too, with versions; not of a Bundle's entries, whose references are read with their fullUrls. What has none to
 * change is the same object as before.
 */
export function withOwnReferencesRelative<T>(value: T, base: string): T {
  return made(value, base) as T
}

type Node = Readonly<Record<string, unknown>>

function made(value: unknown, base: string): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (!Array.isArray(value)) return madeObject(value as Node, base)
  const items = value.map(item => made(item, base))
  return items.every((item, i) => item === value[i]) ? value : items
}

function madeObject(value: Node, base: string): Node {
  if (value['resourceType'] === 'Bundle') return value
  let copy: Record<string, unknown> | undefined
  for (const key in value) {
    const was = value[key]
    const is = key === 'reference' && typeof was === 'string' ? relative(was, base) : made(was, base)
    if (is === was) continue
    copy ??= { ...value }
    copy[key] = is
  }
  return copy ?? value
}

const RELATIVE = /^([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/

/** Whatever else begins with the own base is no address of a resource here, and stays. */
function relative(reference: string, base: string): string {
  const local = localReference(reference, base)
  const type = local === reference ? undefined : RELATIVE.exec(local)?.[1]
  return type !== undefined && isResourceType(type) ? local : reference
}
