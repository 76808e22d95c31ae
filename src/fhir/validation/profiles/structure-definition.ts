import type { Resource } from '../../resource.ts'
import { lineageOf } from '../type-rules.ts'

/** What is read of an ElementDefinition (http://hl7.org/fhir/R4/elementdefinition.html); `fixed[x]` and the like by `valueOf`. */
export interface ElementDefinition {
  readonly id?: string
  readonly path: string
  readonly sliceName?: string
  readonly slicing?: SlicingDefinition
  readonly min?: number
  readonly max?: string
  readonly maxLength?: number
  readonly contentReference?: string
  readonly type?: readonly TypeDefinition[]
  readonly constraint?: readonly ConstraintDefinition[]
  readonly binding?: { readonly strength?: string; readonly valueSet?: string }
  readonly [element: string]: unknown
}

export interface SlicingDefinition {
  readonly discriminator?: readonly { readonly type: string; readonly path: string }[]
  readonly rules?: string
  readonly ordered?: boolean
}

export interface TypeDefinition {
  readonly code?: string
  readonly profile?: readonly string[]
  readonly targetProfile?: readonly string[]
}

export interface ConstraintDefinition {
  readonly key?: string
  readonly severity?: string
  readonly human?: string
  readonly expression?: string
  readonly source?: string
}

/** A StructureDefinition that constrains a type of R4. */
export interface StructureDefinition extends Resource {
  readonly url: string
  readonly version?: string
  readonly type: string
  readonly baseDefinition?: string
  readonly snapshot?: { readonly element: readonly ElementDefinition[] }
  readonly differential?: { readonly element: readonly ElementDefinition[] }
}

/** The value of an element with several types: `fixed` -> that of `fixedUri`. */
export function valueOf(definition: ElementDefinition, name: string): unknown {
  for (const key in definition) {
    if (!key.startsWith(name)) continue
    const next = key.charCodeAt(name.length)
    if (next >= 65 && next <= 90 && key !== 'maxLength') return definition[key]
  }
  return undefined
}

const CORE = /^http:\/\/hl7\.org\/fhir\/StructureDefinition\/([A-Za-z\d]+)(?:\|.*)?$/

/**
 * The type of R4 that a canonical url defines, undefined when it is that of a profile or an extension: R4 itself has some of
 * the same form (`vitalsigns`, `bp`).
 */
export function coreType(canonical: string): string | undefined {
  const name = CORE.exec(canonical)?.[1]
  return name !== undefined && (lineageOf(name).length > 0 || PRIMITIVES.has(name)) ? name : undefined
}

/** http://hl7.org/fhir/R4/datatypes.html#primitive, and the narrative's. */
const PRIMITIVES: ReadonlySet<string> = new Set(
  (
    'base64Binary boolean canonical code date dateTime decimal id instant integer markdown oid positiveInt string ' +
    'time unsignedInt uri url uuid xhtml'
  ).split(' '),
)
