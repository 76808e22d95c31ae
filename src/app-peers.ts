import { fail, ok, type Result } from './lib/result.ts'
import type { Clock } from './lib/clock.ts'
import { applyInbound, type InboundLaw } from './commands/apply-inbound.ts'
import { faultOf, type EmitEvent } from './commands/ports/events.ts'
import type { Store } from './commands/ports/store.ts'
import type { OutboxTarget } from './commands/unit-of-work.ts'
import type { Config } from './config/environment.ts'
import type { PeerDesk } from './routes/admin.ts'
import { openFetchClient } from './sync/fetch-client.ts'
import { outboundTypes, targetOf, type PeerSettings } from './sync/peer-settings.ts'
import { openPeerSync, type PeerSync } from './sync/peer-sync.ts'
import type { SyncEvents } from './sync/sync-events.ts'

/** Every peer that must hear of changes, with the types that it hears of. */
export const peerTargets = (peers: readonly PeerSettings[]): readonly OutboxTarget[] =>
  peers
    .filter(({ push }) => push.length > 0)
    .map(peer => ({ target: targetOf(peer), types: outboundTypes(peer) }))

interface PeerFrame {
  readonly config: Config
  readonly store: Store
  readonly clock: Clock
  readonly emit: EmitEvent
  readonly targets: readonly OutboxTarget[]
  readonly law: InboundLaw
  /** Known when the server listens; absolute references to us are recognised by it. */
  readonly ownBase: string
}

/** One engine per peer of SYNC_CONFIG. */
export function openPeers({
  config,
  store,
  clock,
  emit,
  targets,
  law,
  ownBase,
}: PeerFrame): readonly PeerSync[] {
  const { nowMs } = clock
  return config.sync.peers.map(peer =>
    openPeerSync(
      {
        store,
        client: openFetchClient(peer),
        peer,
        tenant: config.tenant,
        canonicalBase: config.canonicalBase,
        ownBase,
        nowMs,
        apply: request => applyInbound({ store, nowMs, targets, law }, request),
      },
      peerEvents(emit),
    ),
  )
}

const peerEvents = (emit: EmitEvent): SyncEvents => ({
  pushed: (peer, count) => emit('peer-pushed', { peer, count }),
  pulled: (peer, count) => emit('peer-pulled', { peer, count }),
  away: (peer, reason, waitMs) => emit('peer-away', { peer, reason, waitMs }),
  back: peer => emit('peer-back', { peer }),
  buried: (peer, reason) => emit('peer-change-buried', { peer, reason }),
  failed: (peer, error) => emit('peer-failed', { peer, fault: faultOf(error) }),
})

/** The peers as operators see them. */
export function peerDesk(peers: readonly PeerSync[]): PeerDesk {
  const onPeer = async (
    name: string,
    act: (peer: PeerSync) => Promise<unknown>,
  ): Promise<Result<unknown>> => {
    const peer = peers.find(each => each.name === name)
    return peer
      ? ok(await act(peer))
      : fail({ kind: 'not-found', code: 'peer-unknown', message: 'SYNC_CONFIG has no peer of this name.' })
  }
  return {
    list: () => Promise.all(peers.map(peer => peer.status())),
    show: name => onPeer(name, peer => peer.status()),
    plan: name => onPeer(name, async peer => ({ name, writes: await peer.dryRun() })),
    run: name => onPeer(name, peer => peer.runOnce()),
  }
}

/** Every flush that leaves something for a peer wakes its engine: no poll has to pass first. */
export function nudging(store: Store, peers: () => readonly PeerSync[]): Store {
  return {
    ...store,
    flush: async changes => {
      const flushed = await store.flush(changes)
      const targets = new Set(flushed.ok ? changes.outbox?.map(({ target }) => target) : [])
      for (const peer of peers()) if (targets.has(targetOf(peer))) peer.nudge()
      return flushed
    },
  }
}
