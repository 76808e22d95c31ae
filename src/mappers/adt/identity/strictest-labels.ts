import type { Coding } from '../../../fhir/resource.ts'
import { patientOf } from '../resources/patient.ts'
import type { Scope } from '../registers/scope.ts'
import type { Statement } from './identity-fact.ts'

interface Labelled {
  /** Labels of the one who goes on. */
  readonly own: readonly Coding[]
  readonly statements: readonly Statement[]
  readonly scopeOf: (patient: string) => Scope
}

/**
 * What protects either of two patients protects the one who they are (domain.md 5): the labels of everyone who was merged
 * hold for the one who goes on, for as long as they are one.
 */
export function strictestLabels(
  losers: readonly string[],
  { own, statements, scopeOf }: Labelled,
): readonly Coding[] {
  const theirs = losers.flatMap(loser => patientOf(scopeOf(loser), undefined).meta?.security ?? [])
  const said = statements.flatMap(({ kind, from, security = [] }) =>
    kind === 'merge' && losers.includes(from) ? (security as unknown as readonly Coding[]) : [],
  )
  const all = [...own, ...theirs, ...said]
  return [...new Map(all.map(label => [`${label.system ?? ''}|${label.code ?? ''}`, label])).values()]
}
