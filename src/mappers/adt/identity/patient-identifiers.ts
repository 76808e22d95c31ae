import type { Identifier } from '@medplum/fhirtypes'
import { identifierKey } from '../types/cx-identifier.ts'
import { outOfUse, renumbered } from './renumbered.ts'
import type { Identity } from './identity.ts'

export interface IdentifierFrame {
  readonly identity: Identity
  /** Patients who were merged into this one. */
  readonly losers: readonly string[]
  /** What messages said of another patient's identifiers. */
  readonly identifiersOf: (patient: string) => readonly Identifier[]
}

/** A patient's identifiers: its own, with changes of number laid over them, then those of merged patients as old ones. */
export function identifiersOfPatient(
  patient: string,
  said: readonly Identifier[],
  { identity, losers, identifiersOf }: IdentifierFrame,
): readonly Identifier[] {
  const { statements, parents } = identity
  const changes = statements.flatMap(statement => {
    const { kind, from, to, old = [], current = [] } = statement
    if (kind === 'rename' && to === patient && (from === to || parents.get(from)?.to === to))
      return [statement]
    if (kind !== 'move' || statement.visit !== undefined || statement.account !== undefined) return []
    if (to === patient) return [{ ...statement, old: [], current: [...current, ...old] }]
    return from === patient ? [{ ...statement, current: [] }] : []
  })
  const own = changes.length > 0 ? renumbered(said, changes) : said
  const keys = new Set(own.map(identifierKey))
  const merged = statements.filter(
    ({ kind, from, to }) =>
      (kind === 'merge' && losers.includes(from)) || (kind === 'rename' && losers.includes(to)),
  )
  const theirs = [
    ...losers.flatMap(identifiersOf),
    ...merged.flatMap(({ old = [] }) => old as unknown as readonly Identifier[]),
  ]
  const unknown = new Map(theirs.toReversed().map(identifier => [identifierKey(identifier), identifier]))
  return [
    ...own,
    ...[...unknown.values()]
      .toReversed()
      .filter(identifier => !keys.has(identifierKey(identifier)))
      .map(identifier => outOfUse(identifier)),
  ]
}
