import { keyText, type Resource, type ResourceKey } from '../../fhir/resource.ts'

/** Which resources refer to a patient, or are it, among those loaded and staged. */
export interface Mentions {
  readonly of: (patients: readonly string[]) => readonly ResourceKey[]
  /** A resource was staged. */
  readonly add: (resource: Resource & { readonly id: string }) => void
}

type Loaded = ResourceKey & { readonly content: string }

/**
 * Sorted by patient when it is first asked: only merges and moves do. Each is looked at as text.
 * One that refers to the patient no more is still named.
 */
export function mentionsOf(loaded: Iterable<Loaded>): Mentions {
  const byPatient = new Map<string, Map<string, ResourceKey>>()
  const waiting: Resource[] = []
  let isSorted = false

  const sort = ({ type, id }: ResourceKey, named: Iterable<string>): void => {
    for (const patient of type === 'Patient' ? [id, ...named] : named) {
      const keys = byPatient.get(patient) ?? new Map<string, ResourceKey>()
      byPatient.set(patient, keys.set(keyText({ type, id }), { type, id }))
    }
  }
  const sortAll = (): void => {
    if (!isSorted) for (const row of loaded) sort(row, namedIn(row.content))
    isSorted = true
    for (const resource of waiting.splice(0)) {
      sort({ type: resource.resourceType, id: resource.id ?? '' }, namedIn(JSON.stringify(resource)))
    }
  }
  return {
    of: patients => {
      sortAll()
      return [...new Map(patients.flatMap(id => [...(byPatient.get(id) ?? [])])).values()]
    },
    add: resource => void waiting.push(resource),
  }
}

const REFERENCE = 'Patient/'
const ID = /[\w.-]{1,64}/y

/** Most resources name one patient several times. */
function namedIn(text: string): Iterable<string> {
  const found = new Set<string>()
  for (let at = text.indexOf(REFERENCE); at >= 0; at = text.indexOf(REFERENCE, at)) {
    at += REFERENCE.length
    ID.lastIndex = at
    const [id] = ID.exec(text) ?? []
    if (id !== undefined) found.add(id)
  }
  return found
}
