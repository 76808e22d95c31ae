import type { Failure } from '../../lib/result.ts'

/** One legal step: this command, from these states, to that one, and the event it raises. `from` empty = a birth. */
export interface Move<S extends string> {
  readonly command: string
  readonly event: string
  readonly from: readonly S[]
  readonly to: S
  /** No command of the API makes it: facts do (a message, what was derived), or a time that passes. */
  readonly by?: 'facts' | 'timer'
  /** The command alone says it: a bare change of state never means it. */
  readonly isSaid?: true
}

/** The life of an aggregate as a table: decided by it, drawn from it (docs/reference/state-machines.md). */
export interface Machine<S extends string = string> {
  readonly noun: string
  readonly states: readonly S[]
  readonly moves: readonly Move<S>[]
}

/** Commands that are legal in a state, each once; what facts or time alone do is no command that anybody could send. */
export const legalIn = <S extends string>({ moves }: Machine<S>, state: S): readonly string[] => [
  ...new Set(
    moves.filter(({ from, by }) => by === undefined && from.includes(state)).map(({ command }) => command),
  ),
]

export const moveBy = <S extends string>(
  { moves }: Machine<S>,
  state: S,
  command: string,
): Move<S> | undefined => moves.find(move => move.command === command && move.from.includes(state))

/** Every legal step between two states: what a write of the bare state can mean. */
export const movesBetween = <S extends string>({ moves }: Machine<S>, from: S, to: S): readonly Move<S>[] =>
  moves.filter(move => move.to === to && move.from.includes(from) && move.isSaid === undefined)

/** The withdrawal of what should never have been recorded: legal from every other state, whoever finds out. */
export const withdrawal = <S extends string, E extends string>(
  event: E,
  states: readonly S[],
): {
  readonly command: 'MarkNounEnteredInError'
  readonly event: E
  readonly from: readonly S[]
  readonly to: 'entered-in-error'
} => ({
  command: 'MarkNounEnteredInError',
  event,
  from: states.filter(state => state !== 'entered-in-error'),
  to: 'entered-in-error',
})

/** 409 at the case API, 422 at FHIR: the command, the state it met and what would have been legal. */
export const illegalMove = <S extends string>(machine: Machine<S>, state: S, command: string): Failure => ({
  kind: 'illegal-transition',
  code: 'illegal-transition',
  message: `${command} is not possible while the ${machine.noun} is ${state}.`,
  legal: legalIn(machine, state),
})
