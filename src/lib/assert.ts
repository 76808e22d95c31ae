/** Our own bug when it doesn't hold: the request fails with 500 and the process logs where. Never for input. */
export function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${what}`)
}
