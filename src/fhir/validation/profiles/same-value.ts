import { isRawNumber } from '../../../lib/json.ts'
import { isNode } from '../scope.ts'

/** `fixed[x]`: the same value throughout; numbers by what they are worth, objects in any order of their properties. */
export function isSame(value: unknown, fixed: unknown): boolean {
  const [left, right] = [plain(value), plain(fixed)]
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => isSame(item, right[index]))
  }
  if (!isNode(left) || !isNode(right)) return left === right
  const names = Object.keys(left)
  return (
    names.length === Object.keys(right).length &&
    names.every(name => right[name] !== undefined && isSame(left[name], right[name]))
  )
}

/**
 * `pattern[x]`: what the pattern has is there, whatever else is; each item of a list matches some item
 * (http://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.pattern_x_).
 */
export function isLike(value: unknown, pattern: unknown): boolean {
  const [left, right] = [plain(value), plain(pattern)]
  if (Array.isArray(right)) {
    return Array.isArray(left) && right.every(wanted => left.some(item => isLike(item, wanted)))
  }
  if (!isNode(right)) return left === right
  return isNode(left) && Object.keys(right).every(name => isLike(left[name], right[name]))
}

const plain = (value: unknown): unknown => (isRawNumber(value) ? Number(value.rawJSON) : value)
