/** What a message reads and writes, as far as others could write it too. */
export interface Touching {
  readonly touches: ReadonlySet<string>
}

/**
 * The messages that must be decided again after a conflict on `keys`: those that touch one of them, and all that share
 * anything with those, transitively (union-find over what they touch).
 */
export function conflicting(messages: readonly Touching[], keys: readonly string[]): ReadonlySet<number> {
  const parent = messages.map((_message, i) => i)
  const rootOf = (i: number): number => {
    let root = i
    while (parent[root] !== root) root = parent[root] ?? root
    return root
  }
  const firstWith = new Map<string, number>()
  messages.forEach(({ touches }, i) => {
    for (const key of touches) {
      const first = firstWith.get(key)
      if (first === undefined) firstWith.set(key, i)
      else parent[rootOf(i)] = rootOf(first)
    }
  })
  const dirty = new Set(keys.flatMap(key => (firstWith.has(key) ? [rootOf(firstWith.get(key) ?? 0)] : [])))
  return new Set(messages.flatMap((_message, i) => (dirty.has(rootOf(i)) ? [i] : [])))
}
