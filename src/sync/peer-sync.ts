import { setTimeout as sleep } from 'node:timers/promises'
import { keyText } from '../fhir/resource.ts'
import type { DeadOutboxRow } from '../commands/ports/outbox.ts'
import type { SyncConflict } from '../commands/ports/links.ts'
import { openBreaker } from './breaker.ts'
import { dryRun, type PlannedWrite } from './dry-run.ts'
import { targetOf } from './peer-settings.ts'
import type { PullDeps } from './apply-page.ts'
import { keyOfRow } from './push-plan.ts'
import { openRounds, type Rounds } from './rounds.ts'
import type { SyncEvents } from './sync-events.ts'
import type { LeftOut } from './told-page.ts'

/** What an operator sees of a peer (`/admin/peers`, `casewire sync status`). */
export interface PeerStatus {
  readonly name: string
  readonly baseUrl: string
  readonly state: 'up' | 'away' | 'not-tried'
  /** Why it is away: HTTP status and issue codes only. */
  readonly reason?: string
  readonly lastPush?: string
  readonly lastPull?: string
  /** Types that the peer doesn't let itself be polled for, with what it said. */
  readonly refused: Readonly<Record<string, string>>
  /** What the last round could not take, by its address there. */
  readonly leftOut: readonly LeftOut[]
  readonly watermarks: Readonly<Record<string, string>>
  readonly links: number
  readonly waiting: number
  readonly dead: number
  /** The oldest of what the peer would not take, with what it said; `runOnce` tries them again. */
  readonly givenUp: readonly GivenUp[]
  readonly oldestWaiting?: string
  readonly conflicts: readonly SyncConflict[]
}

export interface GivenUp {
  /** `Type/id` of ours. */
  readonly key: string
  readonly reason: string
  readonly at: string
}

export interface RoundReport {
  readonly name: string
  readonly pushed: number
  readonly pulled: number
  readonly failure?: string
}

export interface PeerSync {
  readonly name: string
  start(): void
  /** One round of both directions now, what was given up included; for the command line and operators. */
  runOnce(): Promise<RoundReport>
  /** What the push direction would write now, element by element; nothing is written. */
  dryRun(): Promise<readonly PlannedWrite[]>
  status(): Promise<PeerStatus>
  /** Lets the round in flight end. */
  stop(): Promise<void>
}

const PUSH_POLL_MS = 250

/** Keeps one peer in step: a push loop over the outbox lanes it leases, a poll loop, one breaker over both. */
export function openPeerSync(deps: PullDeps, events: SyncEvents): PeerSync {
  const { peer } = deps
  const stopping = new AbortController()
  const breaker = openBreaker(deps.nowMs, {
    away: (reason, retryInMs) => events.away(peer.name, reason, retryInMs),
    back: () => events.back(peer.name),
  })
  const rounds = openRounds(deps, events, breaker)
  let loops: readonly Promise<void>[] = []

  const loop = async (work: () => Promise<number>, idleMs: number): Promise<void> => {
    while (!stopping.signal.aborted) {
      let did = 0
      if (!breaker.open()) {
        did = await work().catch(error => {
          events.failed(peer.name, error)
          return 0
        })
      }
      if (did === 0) {
        await pause(Math.max(idleMs, breaker.waitMs()), stopping.signal)
      }
    }
  }
  const drain = async (): Promise<number> => {
    let pushed = 0
    for (let more = await rounds.push(); more > 0; more = await rounds.push()) pushed += more
    return pushed
  }

  return {
    name: peer.name,
    start: () => {
      loops = [
        loop(rounds.push, PUSH_POLL_MS),
        loop(async () => (await rounds.pull(), 0), peer.pollIntervalMs),
      ]
    },
    runOnce: async () => {
      breaker.reset()
      const dead = await deadRows(deps, REVIVED_MAX)
      if (dead.length > 0) await deps.store.outbox.revive(dead.map(({ seq }) => seq))
      const first = await drain()
      const pulled = breaker.open() ? 0 : await rounds.pull()
      const pushed = first + (await drain())
      const reason = breaker.reason()
      return { name: peer.name, pushed, pulled, ...(reason !== undefined && { failure: reason }) }
    },
    dryRun: () => dryRun(deps),
    status: () => statusOf(deps, rounds, breaker.reason()),
    stop: async () => {
      stopping.abort()
      await Promise.all(loops)
    },
  }
}

async function statusOf(deps: PullDeps, rounds: Rounds, reason: string | undefined): Promise<PeerStatus> {
  const { peer, store } = deps
  const depth = (await store.outbox.depth()).find(({ target }) => target === targetOf(peer))
  const cursors = await store.links.cursors(peer.name)
  const { lastPush, lastPull, refused, leftOut } = rounds.last()
  return {
    name: peer.name,
    baseUrl: peer.baseUrl,
    state: reason !== undefined ? 'away' : (lastPush ?? lastPull) ? 'up' : 'not-tried',
    ...(reason !== undefined && { reason }),
    ...(lastPush !== undefined && { lastPush }),
    ...(lastPull !== undefined && { lastPull }),
    refused,
    leftOut: leftOut.slice(0, ROWS_SHOWN),
    watermarks: Object.fromEntries(cursors.map(({ type, watermark }) => [type, watermark])),
    links: await store.links.count(peer.name),
    waiting: depth?.rows ?? 0,
    dead: depth?.dead ?? 0,
    givenUp: (await deadRows(deps, ROWS_SHOWN)).map(row => ({
      key: keyText(keyOfRow(row)),
      reason: row.error,
      at: row.buried,
    })),
    ...(depth?.oldest !== undefined && { oldestWaiting: depth.oldest }),
    conflicts: await store.links.conflicts(peer.name, ROWS_SHOWN),
  }
}

const ROWS_SHOWN = 100
const REVIVED_MAX = 1000

const deadRows = ({ store, peer, tenant }: PullDeps, count: number): Promise<readonly DeadOutboxRow[]> =>
  store.outbox.dead({ tenant, target: targetOf(peer), count })

async function pause(ms: number, wake: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: wake }).catch((error: unknown) => {
    if (!wake.aborted) throw error
  })
}
