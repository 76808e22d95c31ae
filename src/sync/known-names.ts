import { canonicalJson } from '../lib/json.ts'
import type { Resource } from '../fhir/resource.ts'

const OWN_NAMES = '/sid/resource'

interface Named {
  readonly system?: string
  readonly value?: string
  readonly code?: string
}

const namedIn = (value: unknown): readonly Named[] => (Array.isArray(value) ? value : value ? [value] : [])

/** The ids that a resource has with Casewires who wrote it to a peer (outgoing.ts). */
export function namesOn(resource: Resource): readonly string[] {
  const named = [...namedIn(resource['identifier']), ...namedIn(resource.meta?.tag)]
  return named.flatMap(({ system, value, code }) => {
    const name = value ?? code
    return system?.endsWith(OWN_NAMES) && name !== undefined ? [name] : []
  })
}

/** Where a Casewire took a resource from that it didn't make: its address there. */
export function originOf({ resourceType, meta }: Resource): string | undefined {
  const source = meta?.source
  return source !== undefined && ADDRESS.exec(source)?.[1] === resourceType ? source : undefined
}

const ADDRESS = /^https?:\/\/.+\/([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}$/

/** The id of its origin, when that is on the server at `base`. */
export function originAt(base: string, resource: Resource): readonly string[] {
  const origin = originOf(resource)
  const start = `${base}/${resource.resourceType}/`
  return origin?.startsWith(start) === true ? [origin.slice(start.length)] : []
}

const PERSON = ['name', 'birthDate', 'gender', 'address', 'telecom', 'deceasedBoolean', 'deceasedDateTime']

/** Whether two Patients with a name say the same of who they are: beside an id that is given everywhere it tells a copy. */
export const isSamePerson = (a: Resource, b: Resource): boolean =>
  a['name'] !== undefined &&
  PERSON.every(name => canonicalJson(a[name] ?? null) === canonicalJson(b[name] ?? null))

/** An id that nobody else gives by chance, as `1` or `ana` are given everywhere. */
export const isUnmistakable = (id: string): boolean => /^[0-9a-f-]{32,}$/.test(id)
