import { isRawNumber } from '../../lib/json.ts'

/** A place in JSON: names of properties and positions in lists, from the top. */
export type Place = readonly (string | number)[]

export type JsonFields = Readonly<Record<string, unknown>>

/** An object of properties; not a list, and not a number whose digits are kept (lib/json.ts). */
export const isFields = (value: unknown): value is JsonFields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value)

/** The value at a place; undefined when there is nothing. Only own properties count. */
export function valueAt(value: unknown, place: Place): unknown {
  let found = value
  for (const step of place) found = childOf(found, step)
  return found
}

function childOf(value: unknown, step: string | number): unknown {
  if (Array.isArray(value)) return typeof step === 'number' ? (value as readonly unknown[])[step] : undefined
  return isFields(value) && Object.hasOwn(value, step) ? value[step] : undefined
}

/** A copy with what stands at a place replaced; everything beside the way to it is shared. undefined takes it out. */
export function edited(value: unknown, place: Place, change: (value: unknown) => unknown): unknown {
  const [step, ...rest] = place
  if (step === undefined) return change(value)
  const child = edited(childOf(value, step), rest, change)
  if (Array.isArray(value)) return withItem(value, Number(step), child)
  return withField(isFields(value) ? value : {}, String(step), child)
}

const withItem = (list: readonly unknown[], at: number, item: unknown): readonly unknown[] =>
  item === undefined ? list.toSpliced(at, 1) : list.toSpliced(at, 1, item)

/** The order of the others stays; a new property comes last. */
export function withField(fields: JsonFields, name: string, value: unknown): JsonFields {
  if (value !== undefined) return { ...fields, [name]: value }
  const { [name]: _removed, ...rest } = fields
  return rest
}

/** How many values there are at every depth, or undefined when over `most` or nested deeper than `deepest`. */
export function sizeWithin(value: unknown, most: number, deepest: number): number | undefined {
  if (most < 1 || deepest < 0) return undefined
  if (typeof value !== 'object' || value === null || isRawNumber(value)) return 1
  let size = 1
  for (const item of Object.values(value)) {
    const more = sizeWithin(item, most - size, deepest - 1)
    if (more === undefined) return undefined
    size += more
  }
  return size
}
