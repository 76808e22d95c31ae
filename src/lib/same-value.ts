/** Equal as JSON: absent and undefined are the same, the order of lists counts, that of fields does not. Not for raw numbers. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const [left, right] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>]
  for (const name of Object.keys(left)) if (!sameValue(left[name], right[name])) return false
  for (const name of Object.keys(right))
    if (right[name] !== undefined && !Object.hasOwn(left, name)) return false
  return true
}
