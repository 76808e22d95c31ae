import type { Fact, Moment } from '../events/fact.ts'
import { movementsOf, visitFact } from '../visits/movements.ts'
import type { Statement } from './identity-fact.ts'

/** When each A06 or A07 that was taken back was, by the stamp of the message that told it. */
export type TakenBack = ReadonlyMap<string, Moment>

const nothing: TakenBack = new Map()

/** The A06 and A07 of one visit that a cancel took back; a visit that is deleted (A23) keeps the number it had. */
export function takenBackChanges(facts: readonly Fact[], statements: readonly Statement[]): TakenBack {
  if (!statements.some(isOfChange)) return nothing
  const { dead, deadBy } = movementsOf(facts.map(visitFact))
  return new Map(
    dead.flatMap(movement => {
      const cancel = deadBy.get(movement)
      if (!cancel || cancel.event === 'A23') return []
      return movement.members.map(({ stamp }) => [stamp, cancel.when] as const)
    }),
  )
}

const isOfChange = ({ event }: Statement): boolean => event === 'A06' || event === 'A07'

/**
 * New numbers, each that came with an A06 or A07 which was taken back followed by what gives the number before back. The
 * number that is gone goes on meaning the same visit or account: its cancel may come under either.
 */
export const withGivenBack = (statements: readonly Statement[], takenBack: TakenBack): readonly Statement[] =>
  takenBack.size === 0 ? statements : statements.flatMap(one => [one, ...givenBack(one, takenBack)])

function givenBack(one: Statement, takenBack: TakenBack): readonly Statement[] {
  const at = isOfChange(one) ? takenBack.get(one.stamp) : undefined
  if (!at) return []
  const { old = [], current = [] } = one
  return [{ ...one, old: current, current: old, at: at.text }]
}
