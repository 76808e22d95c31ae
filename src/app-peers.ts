import { applyInbound, type InboundLaw } from './commands/apply-inbound.ts'
import type { ConsequenceDeps } from './commands/case-consequences.ts'
import { faultOf, type EmitEvent } from './commands/ports/events.ts'
import type { JournalSettings } from './commands/journal/cloud-event.ts'
import type { Store } from './commands/ports/store.ts'
import type { OutboxTarget } from './commands/work/unit-of-work.ts'
import type { Clock } from './lib/clock.ts'
import { fail, ok, type Result } from './lib/result.ts'
import type { PeerDesk } from './routes/admin.ts'
import { isResourceType } from './fhir/resource-types.ts'
import { openFetchClient } from './sync/fetch-client.ts'
import { outboundTypes, targetOf, type PeerSettings } from './sync/peer-settings.ts'
import { openPeerSync, type PeerSync } from './sync/peer-sync.ts'
import type { SyncEvents } from './sync/sync-events.ts'

export interface PeerParts {
  readonly desk: PeerDesk
  readonly start: () => void
  /** Lets the rounds in flight end. */
  readonly stop: () => Promise<void>
}

export interface PeerFrame {
  readonly peers: readonly PeerSettings[]
  readonly store: Store
  readonly clock: Clock
  readonly emit: EmitEvent
  readonly tenant: number
  readonly canonicalBase: string
  readonly journal: JournalSettings
  /** Public FHIR base of this service. */
  readonly ownBase: string
  readonly law: InboundLaw
  readonly consequences: ConsequenceDeps
}

/** Peers that can't be kept in step as SYNC_CONFIG says stop the start: the name of a type that R4 doesn't have. */
export function soundPeers(peers: readonly PeerSettings[]): void {
  for (const { name, push, pull } of peers) {
    const unknown = [...push, ...pull].find(type => !isResourceType(type))
    if (unknown !== undefined)
      throw new Error(
        `SYNC_CONFIG: push and pull of ${name} want resource types of FHIR R4, ${unknown} is none.`,
      )
  }
}

/** What every writer must tell the outbox: the types that each peer is sent. */
export const peerTargets = (peers: readonly PeerSettings[]): readonly OutboxTarget[] =>
  peers.map(peer => ({ target: targetOf(peer), types: outboundTypes(peer) }))

/** The sync edge: one engine per peer of SYNC_CONFIG, and what operators see of them. */
export function peerParts(frame: PeerFrame): PeerParts {
  const syncs = frame.peers.map(peer => openOne(frame, peer))
  const one = async <T>(name: string, act: (sync: PeerSync) => Promise<T>): Promise<Result<T>> => {
    const sync = syncs.find(other => other.name === name)
    return sync ? ok(await act(sync)) : fail(unknownPeer)
  }
  return {
    desk: {
      list: () => Promise.all(syncs.map(sync => sync.status())),
      show: name => one(name, sync => sync.status()),
      plan: name => one(name, async sync => ({ name, writes: await sync.dryRun() })),
      run: name => one(name, sync => sync.runOnce()),
    },
    start: () => {
      for (const sync of syncs) sync.start()
    },
    stop: async () => {
      await Promise.all(syncs.map(sync => sync.stop()))
    },
  }
}

const unknownPeer = {
  kind: 'not-found',
  code: 'peer-unknown',
  message: 'SYNC_CONFIG names no such peer; GET /admin/peers lists them.',
} as const

function openOne(frame: PeerFrame, peer: PeerSettings): PeerSync {
  const { store, clock, tenant, canonicalBase, journal, ownBase, law, consequences } = frame
  const targets = peerTargets(frame.peers)
  return openPeerSync(
    {
      store,
      client: openFetchClient(peer),
      peer,
      tenant,
      canonicalBase,
      ownBase,
      nowMs: clock.nowMs,
      apply: request =>
        applyInbound({ store, nowMs: clock.nowMs, targets, journal, law, consequences }, request),
    },
    eventsOf(frame.emit),
  )
}

const eventsOf = (emit: EmitEvent): SyncEvents => ({
  pushed: (peer, count) => emit('peer-pushed', { peer, count }),
  pulled: (peer, count) => emit('peer-pulled', { peer, count }),
  away: (peer, reason, waitMs) => emit('peer-away', { peer, reason, waitMs }),
  back: peer => emit('peer-back', { peer }),
  buried: (peer, reason) => emit('peer-change-buried', { peer, reason }),
  leftOut: (peer, reason) => emit('peer-resource-left-out', { peer, reason }),
  failed: (peer, error) => emit('peer-failed', { peer, fault: faultOf(error) }),
})
