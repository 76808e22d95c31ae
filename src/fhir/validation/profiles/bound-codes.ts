import { isMember, type GivenCode } from '../../terminology/membership.ts'
import { isNode } from '../scope.ts'
import type { Definitions } from './profile-scope.ts'

/** The codes of a code, Coding, CodeableConcept or Quantity. */
function codesOf(value: unknown): readonly GivenCode[] {
  if (typeof value === 'string') return [{ code: value }]
  if (!isNode(value)) return []
  const { coding, code, system } = value
  if (Array.isArray(coding)) return coding.flatMap(codesOf)
  if (typeof code !== 'string') return []
  // A Coding without a system is of no code system: it is in no value set.
  return [{ code, system: typeof system === 'string' ? system : '' }]
}

export type Bound = 'in' | 'out' | 'unknown' | 'uncoded'

/** Whether a coded value is in a value set: one of its codings is. */
export function boundBy(value: unknown, valueSet: string, { valueSet: find, sources }: Definitions): Bound {
  const codes = codesOf(value)
  if (codes.length === 0) return 'uncoded'
  const found = find(valueSet)
  if (!found) return 'unknown'
  const answers = new Set(codes.map(code => isMember(found, code, sources)))
  if (answers.has(true)) return 'in'
  return answers.has(undefined) ? 'unknown' : 'out'
}
