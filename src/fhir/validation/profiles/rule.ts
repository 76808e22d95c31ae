import type { Constraint } from './constraints.ts'
import type { Step } from './discriminator-path.ts'

/** A StructureDefinition made ready: only what it asks beyond base R4 (which `validateResource` checks). */
export interface Profile {
  /** With its version when it has one: what messages name. */
  readonly name: string
  readonly url: string
  readonly type: string
  readonly root: Rule
  /** What of it can't be checked here, in words. */
  readonly gaps: readonly string[]
}

/** What a profile asks of one element. */
export interface Rule {
  /** Its place in the profile: `Patient.identifier:NPI.system`. */
  readonly id: string
  /** Its name in FHIRPath: `value` for `value[x]`. */
  readonly name: string
  readonly slice?: string
  /** The JSON properties that may hold it, with the type of each. */
  readonly properties: readonly Property[]
  /** Of `properties`, those that the profile allows; undefined = all. */
  readonly allowed?: ReadonlySet<string>
  /** Undefined where base R4 asks the same. */
  readonly min?: number
  readonly max?: number
  /** Codes of its types; empty = not said. */
  readonly types: ReadonlySet<string>
  /** By type: profiles of which the element must meet one. */
  readonly profiles: ReadonlyMap<string, readonly string[]>
  readonly targets?: TargetRule
  readonly fixed?: unknown
  readonly pattern?: unknown
  readonly minValue?: unknown
  readonly maxValue?: unknown
  readonly maxLength?: number
  readonly binding?: Binding
  readonly constraints: readonly Constraint[]
  readonly slicing?: Slicing
  readonly slices: readonly Rule[]
  readonly children: readonly Rule[]
  /** contentReference within the profile: the rule whose children hold here too. */
  readonly like?: Rule
}

export interface Property {
  readonly key: string
  readonly type: string
  readonly isPrimitive: boolean
}

/** What a Reference may point to. */
export interface TargetRule {
  /** Resource types; undefined = any, as a profile isn't loaded whose type would be one. */
  readonly types?: ReadonlySet<string>
  /** All urls as the profile has them; a target that is at hand must meet one. */
  readonly profiles: readonly string[]
}

export interface Binding {
  readonly strength: 'required' | 'extensible' | 'preferred'
  readonly valueSet: string
}

export interface Slicing {
  readonly discriminators: readonly Discriminator[]
  readonly rules: 'open' | 'closed' | 'openAtEnd'
  readonly ordered: boolean
}

export interface Discriminator {
  readonly type: 'value' | 'exists' | 'type' | 'profile'
  readonly steps: readonly Step[]
}

/** One value of an element, with the id and extensions of a primitive beside it. */
export interface Item {
  readonly value: unknown
  readonly sibling?: unknown
  readonly property: Property
  readonly index: number
  readonly parent: Readonly<Record<string, unknown>>
  readonly parentType: string
}
