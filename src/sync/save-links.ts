import { instantOf } from '../lib/clock.ts'
import type { SyncLink } from '../commands/ports/links.ts'
import type { PeerDeps } from './push-plan.ts'

/** Keeps links alone, without a change of what they link. */
export async function saveLinks(deps: PeerDeps, links: readonly SyncLink[]): Promise<void> {
  if (links.length === 0) return
  await deps.store.flush({ tenant: deps.tenant, lane: 0, at: instantOf(deps.nowMs()), writes: [], links })
}
