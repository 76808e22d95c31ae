/** An object of JSON content whose shape a foreign server may have bent. */
export type JsonObject = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value as an object; anything else is as good as absent. */
export const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {})

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/**
 * Puts an element in, or takes it out when the value is undefined or empty (FHIR knows no empty object or list). The
 * order of the others stays; a new one comes last.
 */
export function withElement<T extends object>(parent: T, name: string, value: unknown): T {
  if (!isEmpty(value)) return { ...parent, [name]: value }
  if (!(name in parent)) return parent
  const { [name]: _removed, ...rest } = parent as Record<string, unknown>
  return rest as T
}

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  (Array.isArray(value) && value.length === 0) ||
  (isObject(value) && Object.keys(value).length === 0)
