import { isRawNumber } from './json.ts'

/** What stands at a path of own properties in JSON that somebody else wrote; undefined where anything is missing. */
export const at = (value: unknown, ...path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>(
    (inner, name) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, name)
        ? Reflect.get(inner, name)
        : undefined,
    value,
  )

/** The text there, numbers and booleans as they are written; undefined for empty ones and all else. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const found = at(value, ...path)
  if (typeof found === 'number' || typeof found === 'boolean') return String(found)
  if (isRawNumber(found)) return found.rawJSON
  return typeof found === 'string' && found.trim() !== '' ? found.trim() : undefined
}

/** The list there; a single value that is none counts as one of itself, null and nothing as none. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...path)
  if (Array.isArray(found)) return found
  return found === undefined || found === null ? [] : [found]
}
