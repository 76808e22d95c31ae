import { sameValue } from '../../lib/same-value.ts'
import {
  listNames,
  listOfNoun,
  type CaseFile,
  type ListedNoun,
  type NounName,
  type Nouns,
} from '../case/case-file.ts'

/**
 * What has happened to one noun of a case. `changes` are the fields that got a new value (all of them at its birth), so
 * that events alone rebuild a case; an explicit undefined takes a field out.
 */
export type DomainEvent = {
  readonly [N in NounName]: {
    /** Past tense, e.g. `GoalSet`. */
    readonly type: string
    readonly noun: N
    readonly id: string
    readonly changes: Partial<Nouns[N]>
    /** Why, in the words of who did it. */
    readonly reason?: string
    /** It is no part of the case any more: its resource was deleted or taken elsewhere. */
    readonly isDeleted?: true
  }
}[NounName]

/** Who did it, when it was true and when it was recorded (I13). */
export interface Stamp {
  readonly actor: string
  /** Time of the fact: dateTime with offset. */
  readonly at: string
  /** Time recorded: instant. */
  readonly recorded: string
}

/** Applies an event; never fails, for what has happened has happened. */
export function evolve(file: CaseFile, event: DomainEvent): CaseFile {
  if (event.noun === 'case') return { ...file, case: merged(file.case, event.changes) }
  const noun: ListedNoun = event.noun
  const list = listOfNoun(file, noun) as readonly { readonly id: string }[]
  const found = list.find(({ id }) => id === event.id)
  const others = list.filter(({ id }) => id !== event.id)
  if (event.isDeleted) return { ...file, [listNames[noun]]: others }
  const next = merged(found ?? { id: event.id }, event.changes)
  const sorted = [...others, next].toSorted((a, b) => (a.id < b.id ? -1 : 1))
  return { ...file, [listNames[noun]]: sorted }
}

export const evolveAll = (file: CaseFile, events: readonly DomainEvent[]): CaseFile =>
  events.reduce(evolve, file)

const merged = <S extends object>(state: S, changes: object): S =>
  Object.fromEntries(Object.entries({ ...state, ...changes }).filter(([, value]) => value !== undefined)) as S

/** The fields that differ between two states of a noun, as an event carries them. */
export function changesBetween<S extends object>(before: S | undefined, after: S): Partial<S> {
  const was = (before ?? {}) as Readonly<Record<string, unknown>>
  const is = after as Readonly<Record<string, unknown>>
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])]
  return Object.fromEntries(
    names.filter(name => !sameValue(was[name], is[name])).map(name => [name, is[name]]),
  ) as Partial<S>
}
