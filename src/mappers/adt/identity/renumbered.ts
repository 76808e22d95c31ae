import type { Identifier } from '@medplum/fhirtypes'
import { identifierKey } from '../types/cx-identifier.ts'
import type { Statement } from './identity-fact.ts'

/** The numbers that statements put in use first, then the others, then those that they took out of use. */
export function renumbered(
  said: readonly Identifier[],
  statements: readonly Pick<Statement, 'old' | 'current' | 'at'>[],
): readonly Identifier[] {
  const current = new Map<string, Identifier>()
  const old = new Map<string, Identifier>()
  for (const statement of statements) {
    for (const identifier of (statement.old ?? []) as unknown as readonly Identifier[]) {
      current.delete(identifierKey(identifier))
      old.set(identifierKey(identifier), outOfUse(identifier, statement.at))
    }
    for (const identifier of (statement.current ?? []) as unknown as readonly Identifier[]) {
      old.delete(identifierKey(identifier))
      current.set(identifierKey(identifier), identifier)
    }
  }
  const kept = said.filter(identifier => !old.has(identifierKey(identifier)))
  const keys = new Set(kept.map(identifierKey))
  const added = [...current].filter(([key]) => !keys.has(key)).map(([, identifier]) => identifier)
  return [...kept, ...added, ...old.values()]
}

export const outOfUse = (identifier: Identifier, at?: string): Identifier => ({
  ...identifier,
  use: 'old',
  ...(at !== undefined && { period: { ...identifier.period, end: at } }),
})
