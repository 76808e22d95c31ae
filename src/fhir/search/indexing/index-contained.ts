import type { Resource } from '../../resource.ts'
import type { IndexEntry } from './index-entry.ts'
import type { LookupValue } from './index-values.ts'
import { indexedParametersOf } from '../parameters.ts'
import { promotedColumn } from '../promoted.ts'

/**
 * What a resource that stands inside another one is found by, as values of the reference that leads to it: "a chained condition will be
 * evaluated inside contained resources" (http://hl7.org/fhir/R4/search.html#contained). Look-ups only: they are what it is asked for.
 */
export function containedValues(inner: Resource, entry: IndexEntry): readonly LookupValue[] {
  const { resourceType: type } = inner
  const of = (number: number, { value, system }: LookupValue): LookupValue => ({
    value: containedPrefix(type, number) + value,
    ...(system !== undefined && { system }),
  })
  return [
    ...entry.lookups.map(lookup => of(lookup.parameter, lookup)),
    ...indexedParametersOf(type).flatMap(({ code, number }) => {
      const value = inColumn(entry, promotedColumn(type, code))
      return value === undefined ? [] : [of(number, { value })]
    }),
  ]
}

/** Before a value of a contained resource: its type and the number under which it would stand by itself. */
export const containedPrefix = (type: string, number: number): string => `${type} ${number}|`

function inColumn(
  { patient, status, owner }: IndexEntry,
  column: ReturnType<typeof promotedColumn>,
): string | undefined {
  if (column === 'patient') return patient === undefined ? undefined : `Patient/${patient}`
  if (column === 'status') return status
  return column === 'owner' ? owner : undefined
}

/** The resource that an element leads to within the resource it stands in: by `#id`, or because it is one (the first entry of a Bundle). */
export function resourceWithin(element: unknown, resource: Resource): Resource | undefined {
  if (typeof element !== 'object' || element === null) return undefined
  if ('resourceType' in element) return element as Resource
  const reference = 'reference' in element ? element.reference : undefined
  if (typeof reference !== 'string' || !reference.startsWith('#')) return undefined
  const id = reference.slice(1)
  const contained: unknown = resource['contained']
  return Array.isArray(contained) ? (contained as readonly Resource[]).find(one => one.id === id) : undefined
}
