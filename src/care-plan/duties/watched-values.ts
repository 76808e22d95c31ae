/** What of a patient is watched (interface.md 6, CASE_RULES.watched): a change of it calls for a duty. */
export const watchedValues = [
  'payer',
  'pcp',
  'address',
  'diagnosis',
  'attending',
  'phone',
  'allergy',
] as const

export type WatchedValue = (typeof watchedValues)[number]

/** A value that its source had not said before, while it had said another; or one that it went back to. */
export interface ValueChange {
  readonly value: WatchedValue
  /** Names what is new; the same whenever and however often it is told. */
  readonly id: string
  /** When its source recorded it first, or again (dateTime). */
  readonly at: string
  /** meta.source of the message that said it first. */
  readonly message?: string
  /** The visit that it was said of. */
  readonly encounter?: string
  /** The patient it was told of, where several are one now. */
  readonly person?: string
  /** When its source had said something else in its place. */
  readonly replacedAt?: string
}
