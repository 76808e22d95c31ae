import wordings from '../../definitions/constraints.json' with { type: 'json' }
import { coreType, type ElementDefinition } from './structure-definition.ts'

/** A constraint that a profile adds to an element. */
export interface Constraint {
  readonly key: string
  readonly severity: 'error' | 'warning'
  readonly human: string
  readonly expression: string
}

const known = wordings as Readonly<Record<string, Readonly<Record<string, string>>>>

/** Constraints of an element that aren't those of R4 itself: these are checked natively (invariants/). */
export function constraintsOf(
  { id, path, constraint = [] }: ElementDefinition,
  type: string,
  gaps: Set<string>,
): readonly Constraint[] {
  return constraint.flatMap(({ key = '', severity, human = '', expression, source }) => {
    if (source === undefined ? isCoreKey(key, path, type) : coreType(source) !== undefined) return []
    if (expression === undefined) {
      gaps.add(`constraint ${key} of ${id ?? path} has no expression`)
      return []
    }
    return [{ key, human, expression, severity: severity === 'warning' ? 'warning' : 'error' }]
  })
}

const isCoreKey = (key: string, path: string, type: string): boolean =>
  /^(?:ele|ext|dom)-\d$/.test(key) || known[path]?.[key] !== undefined || known[type]?.[key] !== undefined
