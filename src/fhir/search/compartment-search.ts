import { compartmentDefinitions, type Compartment } from './compartment-definitions.ts'
import { searchParameterOf } from './parameters.ts'
import type { Criterion } from './plan.ts'

/** True for the name of one of the five compartments of R4. */
export const isCompartment = (name: string): name is Compartment =>
  Object.hasOwn(compartmentDefinitions, name)

/** The types that may be in a compartment, in alphabetical order, its own included. */
export const typesInCompartment = (compartment: Compartment): readonly string[] =>
  [...new Set([compartment, ...Object.keys(compartmentDefinitions[compartment])])].toSorted()

/**
 * What puts a resource of `type` into the compartment of one Patient, Practitioner... : any of the inclusion parameters
 * refers to it, or it is that resource itself. Undefined when resources of that type are in no such compartment
 * (http://hl7.org/fhir/R4/compartmentdefinition.html).
 */
export function compartmentCriterion(
  compartment: Compartment,
  id: string,
  type: string,
): Criterion | undefined {
  const codes = codesOf(compartment, type)
  const references = codes.flatMap(code => refersTo(type, code, `${compartment}/${id}`))
  const of = [...(type === compartment ? itself(type, id) : []), ...references]
  if (of.length === 0) return undefined
  return of.length === 1 ? of[0] : { kind: 'any', of }
}

function codesOf(compartment: Compartment, type: string): readonly string[] {
  const definition = compartmentDefinitions[compartment]
  return Object.hasOwn(definition, type) ? (definition[type] ?? '').split(' ') : []
}

function refersTo(type: string, code: string, reference: string): readonly Criterion[] {
  const parameter = searchParameterOf(type, code)
  if (parameter?.type !== 'reference') return []
  const values = [{ kind: 'reference', references: [reference] }] as const
  return [{ kind: 'filter', filter: { parameter, values } }]
}

/** The resource of that id, and no other. */
export function itself(type: string, id: string): readonly Criterion[] {
  const parameter = searchParameterOf(type, '_id')
  if (!parameter) return []
  return [{ kind: 'filter', filter: { parameter, values: [{ kind: 'token', code: id }] } }]
}
