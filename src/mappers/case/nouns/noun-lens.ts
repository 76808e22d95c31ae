import type { NounName, Nouns } from '../../../care-plan/case/case-file.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { plainLensOf, type Lens, type Slot } from '../lenses/lens.ts'
import type { CaseNames } from '../names.ts'

type Born = Resource & { readonly id: string }

/** Where a noun that is born belongs. */
export interface Birth {
  readonly id: string
  readonly caseId: string
  /** Id of the Patient. */
  readonly patient: string
}

/** How one noun of the domain stands in FHIR (domain.md 4.4). */
export interface NounLens<N extends NounName> {
  readonly noun: N
  /** Resource types that it may stand in. */
  readonly types: readonly string[]
  /** Whether a resource that belongs to a case is this noun, and no other. */
  readonly is: (resource: Resource) => boolean
  readonly read: (resource: Resource) => Nouns[N]
  /** Touches only what differs; `write(r, read(r))` is r itself. */
  readonly write: (resource: Resource, state: Nouns[N]) => Resource
  /** The resource of a noun that is born: valid R4 once `write` has put the state in. */
  readonly blank: (birth: Birth, state: Nouns[N]) => Born
}

export interface NounLensParts<N extends NounName> {
  readonly noun: N
  readonly types: readonly string[]
  readonly is: NounLens<N>['is']
  readonly blank: NounLens<N>['blank']
  /** One slot per field but `id`, which is the resource's; slots don't overlap. */
  readonly slots: { readonly [K in Exclude<keyof Nouns[N], 'id'>]-?: Slot<Nouns[N][K]> }
}

export type NounLensMaker<N extends NounName> = (names: CaseNames) => NounLens<N>

/** A noun's lens from slots; fields that are undefined are left out of the state. It remembers nothing: noun-lenses.ts does. */
export function nounLens<N extends NounName>({
  noun,
  types,
  is,
  blank,
  slots,
}: NounLensParts<N>): NounLens<N> {
  const lens: Lens<object> = plainLensOf<object>(slots)
  const none = absent(slots)
  return {
    noun,
    types,
    is,
    blank,
    read: resource => {
      const fields = lens.read(resource) as Readonly<Record<string, unknown>>
      const state: Record<string, unknown> = {}
      for (const name in fields) if (fields[name] !== undefined) state[name] = fields[name]
      state['id'] = resource.id ?? ''
      return state as unknown as Nouns[N]
    },
    write: (resource, state) => {
      const { id: _id, ...fields } = state as unknown as { readonly id: string }
      return lens.write(resource, { ...none, ...fields })
    },
  }
}

/** A field left out of a state is one to take out. */
const absent = (slots: object): object =>
  Object.fromEntries(Object.keys(slots).map(name => [name, undefined]))
