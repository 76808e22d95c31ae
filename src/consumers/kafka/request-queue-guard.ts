import { createRequire } from 'node:module'

interface RequestQueue {
  readonly pending: readonly unknown[]
  readonly throttledUntil: number
  scheduleCheckPendingRequests: (this: RequestQueue) => void
}

/**
 * kafkajs 2.2.4 on Node 24 asks for a timer with a negative delay and then spins at 1 ms per broker connection
 * (tulios/kafkajs#1751: 5 % of a core each). With nothing pending and nothing throttled there is nothing to check.
 */
export function guardRequestQueue(): void {
  const require = createRequire(import.meta.url)
  const { prototype } = require('kafkajs/src/network/requestQueue') as { readonly prototype: Guarded }
  if (prototype[GUARDED]) return
  const original = prototype.scheduleCheckPendingRequests
  prototype.scheduleCheckPendingRequests = function guarded(this: RequestQueue): void {
    if (this.pending.length === 0 && this.throttledUntil <= Date.now()) return
    original.call(this)
  }
  prototype[GUARDED] = true
}

const GUARDED = Symbol('casewire guard')
type Guarded = RequestQueue & { [GUARDED]?: boolean }
