import constraints from '../../definitions/constraints.json' with { type: 'json' }
import { bundleChecks } from './bundle.ts'
import { careChecks } from './care.ts'
import { dataTypeChecks } from './data-types.ts'
import { definitionalChecks } from './definitional.ts'
import type { Check, Checks } from './values.ts'

/** A constraint of the specification with what checks it. */
export interface Invariant {
  /** HL7's key: `per-1`. */
  readonly key: string
  /** HL7's wording, for the OperationOutcome. */
  readonly text: string
  readonly holds: Check
}

const wordings = constraints as Readonly<Record<string, Readonly<Record<string, string>>>>

const tables: readonly Checks[] = [dataTypeChecks, bundleChecks, careChecks, definitionalChecks]

const invariantsOf = (path: string, checks: Readonly<Record<string, Check>>): readonly Invariant[] =>
  Object.entries(checks).map(([key, holds]) => ({ key, text: wordingOf(path, key), holds }))

/** A constraint of an element without children of its own is checked at its parent: org-2 of Organization.address. */
function wordingOf(path: string, key: string): string {
  const below = Object.keys(wordings).find(other => other.startsWith(`${path}.`) && wordings[other]?.[key])
  return wordings[path]?.[key] ?? wordings[below ?? '']?.[key] ?? ''
}

/** Invariants by the type or backbone element whose objects they are about. */
export const invariants: ReadonlyMap<string, readonly Invariant[]> = new Map(
  tables.flatMap(table =>
    Object.entries(table).map(([path, checks]) => [path, invariantsOf(path, checks)] as const),
  ),
)
