import type { Node } from '../../../../../src/fhir/validation/scope.ts'

/** Elements for which an invariant holds, and elements for which it doesn't; `resource` is the resource around them. */
export interface Sample {
  readonly path: string
  readonly key: string
  readonly holds: readonly Node[]
  readonly breaks: readonly Node[]
  readonly resource?: Node
}

export const sample = (
  path: string,
  key: string,
  holds: readonly Node[],
  breaks: readonly Node[],
): Sample => ({
  path,
  key,
  holds,
  breaks,
})

export const UCUM = 'http://unitsofmeasure.org'
export const T = 'http://terminology.hl7.org/CodeSystem'
export const coded = (system: string, code: string): Node => ({ coding: [{ system, code }] })
export const inError = (system: string): Node => ({
  verificationStatus: coded(`${T}/${system}`, 'entered-in-error'),
})
export const ext = { extension: [{ url: 'urn:x', valueString: 'y' }] }
export const elements = (...element: readonly Node[]): Node => ({ element })
