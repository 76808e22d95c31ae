/** Runs tasks of one lane one after the other: a load that locks and its flush must not be parted by another batch. */
export function laneQueue(): <T>(lane: number, task: () => Promise<T>) => Promise<T> {
  const tails = new Map<number, Promise<unknown>>()
  return (lane, task) => {
    const before = tails.get(lane) ?? Promise.resolve()
    const mine = before.then(task, task)
    tails.set(
      lane,
      mine.catch(() => undefined),
    )
    return mine
  }
}
