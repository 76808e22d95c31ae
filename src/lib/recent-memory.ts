export interface RecentMemory<V> {
  readonly get: (key: string) => V | undefined
  readonly keep: (key: string, value: V, size: number) => void
}

/**
 * Values of at most `sizeMax` in all, those that were used last: two generations of half of that, of which the older is
 * forgotten when the younger is full. Who uses a value keeps it anew.
 */
export function recentMemory<V>(sizeMax: number): RecentMemory<V> {
  let young = new Map<string, { readonly value: V; readonly size: number }>()
  let old = new Map<string, { readonly value: V; readonly size: number }>()
  let full = 0
  return {
    get: key => (young.get(key) ?? old.get(key))?.value,
    keep: (key, value, size) => {
      const known = young.get(key)
      if (known?.value === value && known.size === size) return
      full += size - (known?.size ?? 0)
      young.set(key, { value, size })
      if (full <= sizeMax / 2) return
      old = young
      young = new Map()
      full = 0
    },
  }
}
