import { canonicalJson } from '../lib/json.ts'
import type { Resource } from '../fhir/resource.ts'

/** After the canonical base: the system of the names. */
export const OWN_NAMES = '/sid/resource'

interface IdentifierValue {
  readonly system?: string
  readonly value?: string
}

/** Some types have room for one identifier only. */
export function identifiersOf(resource: Resource | undefined): readonly IdentifierValue[] {
  const value = resource?.['identifier']
  return Array.isArray(value) ? (value as readonly IdentifierValue[]) : value ? [value] : []
}

/** The ids that a resource has with Casewires who wrote it to a peer (outgoing.ts). */
export function namesOn(resource: Resource): readonly string[] {
  const tags = (resource.meta?.tag ?? []).map(({ system, code }) => ({ system, value: code }))
  return [...identifiersOf(resource), ...tags].flatMap(({ system, value }) =>
    system?.endsWith(OWN_NAMES) && value !== undefined ? [value] : [],
  )
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

/** Whether a resource here was taken from one of the server at `base`, or both from the same third one. */
export function isTakenFrom(base: string, remote: Resource, own: Resource): boolean {
  const there = `${base}/${remote.resourceType}/${remote.id ?? ''}`
  return [there, originOf(remote)].includes(originOf(own) ?? '')
}

const PERSON = ['name', 'birthDate', 'gender', 'address', 'telecom', 'deceasedBoolean', 'deceasedDateTime']

/** Whether two Patients with a name say the same of who they are: beside an id that is given everywhere it tells a copy. */
export const isSamePerson = (a: Resource, b: Resource): boolean =>
  a['name'] !== undefined &&
  PERSON.every(name => canonicalJson(a[name] ?? null) === canonicalJson(b[name] ?? null))

/** An id that nobody else gives by chance, as `1` or `ana` are given everywhere. */
export const isUnmistakable = (id: string): boolean => /^[0-9a-f-]{32,}$/.test(id)
