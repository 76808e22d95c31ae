import { listOf } from '../../../lib/list-of.ts'
import { objectOf, textOf, withElement, type JsonObject } from '../lenses/json-edit.ts'
import type { Slot } from '../lenses/lens.ts'
import type { CaseNames } from '../names.ts'
import { idIn, ownRows } from './element-slots.ts'

const referenceOf = (row: JsonObject): string | undefined => textOf(row['reference'])

/** Ids of the rows of a list of References that refer to a type; rows that refer to anything else stay. */
export const idsIn = (name: string, type: string): Slot<readonly string[]> =>
  ownRows(name, {
    isOwn: row => isId(idIn(referenceOf(row), type)),
    keyOf: id => id,
    read: row => idIn(referenceOf(row), type) ?? '',
    write: (row, id) => (idIn(referenceOf(row), type) === id ? row : { reference: `${type}/${id}` }),
  })

/** A version of a resource is not the resource. */
const isId = (id: string | undefined): boolean => id !== undefined && !id.includes('/')

/** CarePlan.activity.reference to a ServiceRequest; outcome and progress of a row stay with it. */
export const plannedActivities: Slot<readonly string[]> = ownRows('activity', {
  isOwn: row => isId(requestIn(row)),
  keyOf: id => id,
  read: row => requestIn(row) ?? '',
  write: (row, id) =>
    requestIn(row) === id ? row : { ...row, reference: { reference: `ServiceRequest/${id}` } },
})

const requestIn = (row: JsonObject): string | undefined =>
  idIn(referenceOf(objectOf(row['reference'])), 'ServiceRequest')

/** The model among the definitions that a plan follows, as `clinical|1.0.0`; other definitions stay. */
export function modelSlot({ extension }: CaseNames): Slot<string | undefined> {
  const prefix = extension('').replace(/StructureDefinition\/$/, 'PlanDefinition/')
  const isOwn = (canonical: unknown): boolean => textOf(canonical)?.startsWith(prefix) === true
  return {
    get: resource => textOf(listOf(resource['instantiatesCanonical']).find(isOwn))?.slice(prefix.length),
    set: (resource, model) => {
      const list = listOf(resource['instantiatesCanonical'])
      const own = model === undefined ? [] : [prefix + model]
      return withElement(resource, 'instantiatesCanonical', [...own, ...list.filter(one => !isOwn(one))])
    },
  }
}

/** A field that a foreign resource need not have. */
export const orElse = <V>({ get, set }: Slot<V | undefined>, otherwise: V): Slot<V> => ({
  get: resource => get(resource) ?? otherwise,
  set,
})
