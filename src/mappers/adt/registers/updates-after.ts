import type { Moment } from '../events/fact.ts'
import type { Movement } from '../visits/movements.ts'

/** What an update said, of a field in which the last word holds. */
export interface Word<T> {
  readonly value: T
  readonly stamp: string
  readonly source: string
  readonly message: string
  readonly recorded: Moment
  /** Of a value that holds since it was said: every time at which its source said one, in order. */
  readonly tellings?: readonly Told<T>[]
}

export interface Told<T> {
  readonly value: T
  readonly recorded: Moment
}

/**
 * What updates said that were recorded after all of some movements, in order; nothing where a movement had the last word.
 */
export function updatesAfter<T>(
  said: readonly Movement[],
  word: Word<T> | undefined,
): readonly { readonly value: T; readonly at: Moment }[] {
  const members = said.flatMap(movement => movement.members)
  if (!word || members.some(({ stamp }) => stamp >= word.stamp)) return []
  const isLater = ({ recorded }: Told<T>): boolean =>
    members.every(member => member.recordedAt.instant < recorded.instant)
  return [...(word.tellings ?? []).filter(isLater), word].map(({ value, recorded }) => ({
    value,
    at: recorded,
  }))
}
