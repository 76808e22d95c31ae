import { keyTextOf, type Resource } from '../../../fhir/resource.ts'
import type { Failure } from '../../../lib/result.ts'

/** The failure with the key of the resource that it is about, where it doesn't name one yet. */
export const atFault = (failure: Failure, about: Resource | undefined): Failure =>
  failure.resource === undefined && about ? { ...failure, resource: keyTextOf(about) } : failure

export interface Suspects {
  readonly failure: Failure
  /** What was written of the case, in the order that it came. */
  readonly resources: readonly Resource[]
  /** What says whom a rule of the whole case found: it holds the ids of nouns. */
  readonly clue: string
}

/**
 * Which of several resources a rule over the whole case is about: the one it found, else the first of the type that its
 * expression names, else the first.
 */
export function suspectOf({ failure, resources, clue }: Suspects): Resource | undefined {
  const found = new Set(clue.split(/[\s:]+/))
  const type = /^[A-Z][A-Za-z]+/.exec(failure.expression ?? '')?.[0]
  const named = resources.filter(({ id }) => id !== undefined && found.has(id))
  const isOfType = ({ resourceType }: Resource): boolean => resourceType === type
  return named.find(isOfType) ?? named[0] ?? resources.find(isOfType) ?? resources[0]
}
