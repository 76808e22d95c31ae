import { ok, type Result } from '../../lib/result.ts'
import { keyText } from '../../fhir/resource.ts'
import { at } from './fhir-intent.ts'
import type { PlacedIntent } from './fhir-placing.ts'

/**
 * No two entries may stand for one resource, what their conditions found included
 * (http://hl7.org/fhir/R4/http.html#trules). Conditional creates that lead to the same one write it once at most, so
 * they may. Failure: `bundle-identity-overlap`.
 */
export function withoutOverlap(placed: readonly PlacedIntent[]): Result<void> {
  const seen = new Map<string, PlacedIntent>()
  for (const item of placed) {
    if (item.key.id === '') continue
    const text = keyText(item.key)
    const earlier = seen.get(text)
    if (earlier && !(isConditional(earlier) && isConditional(item))) {
      const message = `It leads to the same resource as ${earlier.intent.place ?? 'another write'}.`
      return at(item.intent, { kind: 'invalid', code: 'bundle-identity-overlap', message })
    }
    seen.set(text, item)
  }
  return ok(undefined)
}

const isConditional = ({ intent }: PlacedIntent): boolean => intent.ifNoneExist !== undefined
