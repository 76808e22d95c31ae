import type { OutboxQueue } from '../commands/ports/outbox.ts'

const LEASE_MS = 30_000

/** Renews a lease when half of it is over, not at every look. */
export function leaseHolder(
  outbox: OutboxQueue,
  owner: string,
  nowMs: () => number,
): (target: string) => Promise<readonly number[]> {
  const leases = new Map<string, { readonly lanes: readonly number[]; readonly renewAtMs: number }>()
  return async target => {
    const standing = leases.get(target)
    const now = nowMs()
    if (standing && now < standing.renewAtMs) return standing.lanes
    const lanes = await outbox.lease(target, owner, now + LEASE_MS)
    // Without any lane another process works: look again soon, it may have gone.
    leases.set(target, { lanes, renewAtMs: now + (lanes.length === 0 ? LEASE_MS / 10 : LEASE_MS / 2) })
    return lanes
  }
}
