import { fail, ok, type Result } from '../../lib/result.ts'
import { illegalMove, moveBy, type Machine, type Move } from './machine.ts'

/** The move that a command makes from a state; `illegal-transition` with the legal commands when it makes none. */
export function legalMove<S extends string>(machine: Machine<S>, state: S, command: string): Result<Move<S>> {
  const move = moveBy(machine, state, command)
  return move ? ok(move) : fail(illegalMove(machine, state, command))
}
