export type InTurn = <T>(work: () => Promise<T>) => Promise<T>

/** Does one piece of work at a time, in the order in which they were asked for; one that fails stops no other. */
export function inTurns(): InTurn {
  let last: Promise<unknown> = Promise.resolve()
  return work => {
    const turn = last.then(work, work)
    last = turn
    return turn
  }
}
