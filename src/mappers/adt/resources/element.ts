import type { Repetition } from '../../../hl7v2/segment.ts'

/** A component that says something: `""` and nothing alike are undefined inside a value. */
export const valued = (repetition: Repetition, component = 1, subcomponent = 1): string | undefined =>
  repetition.text(component, subcomponent) ?? undefined

export type Loose<T> = { readonly [K in keyof T]?: T[K] | undefined }

/** An element without its absent parts, or undefined when nothing is left: FHIR knows no empty element. */
export function element<T extends object>(parts: Loose<T>): T | undefined {
  const present: Record<string, unknown> = {}
  let isEmpty = true
  for (const name in parts) {
    const value = parts[name]
    if (value === undefined) continue
    present[name] = value
    isEmpty = false
  }
  return isEmpty ? undefined : (present as T)
}

/** The values that are there, or undefined when none is. */
export function several<T>(...values: readonly (T | undefined)[]): T[] | undefined {
  const present = values.filter(value => value !== undefined)
  return present.length > 0 ? present : undefined
}
