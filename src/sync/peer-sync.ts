import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { instantOf } from '../lib/clock.ts'
import type { OutboxRow, SyncConflict } from '../commands/ports/store.ts'
import type { PeerFailure } from './fhir-server-client.ts'
import { targetOf } from './peer-settings.ts'
import { pullRound, type PullDeps } from './pull.ts'
import { pushRows } from './push.ts'

/** What an operator sees of a peer (`/admin/peers`, `casewire sync status`). */
export interface PeerStatus {
  readonly name: string
  readonly baseUrl: string
  readonly state: 'up' | 'away' | 'not-tried'
  /** Why it is away: HTTP status and issue codes only. */
  readonly reason?: string
  readonly lastPush?: string
  readonly lastPull?: string
  readonly watermarks: Readonly<Record<string, string>>
  readonly links: number
  readonly waiting: number
  readonly dead: number
  readonly oldestWaiting?: string
  readonly conflicts: readonly SyncConflict[]
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
  /** A hint that there are new outbox rows. */
  nudge(): void
  /** One round of both directions now; for the command line and operators. */
  runOnce(): Promise<RoundReport>
  status(): Promise<PeerStatus>
  /** Lets the round in flight end. */
  stop(): Promise<void>
}

/** What a peer tells the log: counts and codes, never content. */
export interface SyncEvents {
  readonly pushed: (peer: string, written: number) => void
  readonly pulled: (peer: string, written: number) => void
  readonly away: (peer: string, reason: string, retryInMs: number) => void
  readonly back: (peer: string) => void
  readonly buried: (peer: string, reason: string) => void
  readonly failed: (peer: string, error: unknown) => void
}

const LEASE_MS = 30_000
const PUSH_POLL_MS = 250
const ROWS_MAX = 400
const BACKOFF_FIRST_MS = 500
const BACKOFF_MAX_MS = 30_000

/** Keeps one peer in step: a push loop over the outbox lanes it leases, a poll loop, one breaker over both. */
export function openPeerSync(deps: PullDeps, events: SyncEvents): PeerSync {
  const { peer } = deps
  const owner = randomUUID()
  const stopping = new AbortController()
  const breaker = openBreaker(deps, events)
  let nudged = new AbortController()
  let loops: readonly Promise<void>[] = []
  let lastPush: string | undefined
  let lastPull: string | undefined

  const held = leaseHolder(deps, owner)

  const push = async (): Promise<number> => {
    const lanes = await held(targetOf(peer))
    const rows = await deps.store.outbox.read(targetOf(peer), lanes, ROWS_MAX)
    const groups = [...Map.groupBy(rows, row => row.key).values()]
    const written = await inParallel(groups, peer.maxConcurrency, group =>
      breaker.open() ? Promise.resolve(0) : pushGroup(group),
    )
    lastPush = instantOf(deps.nowMs())
    const sum = written.reduce((total, count) => total + count, 0)
    if (sum > 0) events.pushed(peer.name, sum)
    return sum
  }

  const pushGroup = async (rows: readonly OutboxRow[]): Promise<number> => {
    const outcome = await pushRows(deps, rows)
    if (outcome.done.length > 0) await deps.store.outbox.done(outcome.done)
    for (const { seq, reason } of outcome.buried) {
      await deps.store.outbox.bury(seq, reason)
      events.buried(peer.name, reason)
    }
    breaker.report(outcome.failure)
    return outcome.written
  }

  const pull = async (): Promise<number> => {
    const lanes = await held(`pull:${peer.name}`)
    // Another process polls this peer: one is enough, and two would race for the same links.
    if (!lanes.includes(0)) return 0
    const outcome = await pullRound(deps)
    breaker.report(outcome.failure)
    if (!outcome.failure) lastPull = instantOf(deps.nowMs())
    if (outcome.written > 0) events.pulled(peer.name, outcome.written)
    return outcome.written
  }

  const loop = async (
    work: () => Promise<number>,
    idleMs: number,
    hint: () => AbortSignal,
  ): Promise<void> => {
    while (!stopping.signal.aborted) {
      let did = 0
      if (!breaker.open()) {
        did = await work().catch(error => {
          events.failed(peer.name, error)
          return 0
        })
      }
      if (did === 0)
        await pause(Math.max(idleMs, breaker.waitMs()), AbortSignal.any([stopping.signal, hint()]))
    }
  }

  return {
    name: peer.name,
    start: () => {
      loops = [
        loop(push, PUSH_POLL_MS, () => nudged.signal),
        loop(
          async () => (await pull(), 0),
          peer.pollIntervalMs,
          () => stopping.signal,
        ),
      ]
    },
    nudge: () => {
      nudged.abort()
      nudged = new AbortController()
    },
    runOnce: async () => {
      breaker.reset()
      let pushed = 0
      for (let more = await push(); more > 0; more = await push()) pushed += more
      const pulled = await pull()
      for (let more = await push(); more > 0; more = await push()) pushed += more
      const reason = breaker.reason()
      return { name: peer.name, pushed, pulled, ...(reason !== undefined && { failure: reason }) }
    },
    status: async () => {
      const depth = (await deps.store.outbox.depth()).find(({ target }) => target === targetOf(peer))
      const reason = breaker.reason()
      return {
        name: peer.name,
        baseUrl: peer.baseUrl,
        state: reason !== undefined ? 'away' : (lastPush ?? lastPull) ? 'up' : 'not-tried',
        ...(reason !== undefined && { reason }),
        ...(lastPush !== undefined && { lastPush }),
        ...(lastPull !== undefined && { lastPull }),
        watermarks: Object.fromEntries(
          (await deps.store.links.cursors(peer.name)).map(c => [c.type, c.watermark]),
        ),
        links: await deps.store.links.count(peer.name),
        waiting: depth?.rows ?? 0,
        dead: depth?.dead ?? 0,
        ...(depth?.oldest !== undefined && { oldestWaiting: depth.oldest }),
        conflicts: await deps.store.links.conflicts(peer.name, 100),
      }
    },
    stop: async () => {
      stopping.abort()
      await Promise.all(loops)
    },
  }
}

/** Renews a lease when half of it is over, not at every look. */
function leaseHolder(deps: PullDeps, owner: string): (target: string) => Promise<readonly number[]> {
  const leases = new Map<string, { readonly lanes: readonly number[]; readonly renewAtMs: number }>()
  return async target => {
    const standing = leases.get(target)
    const nowMs = deps.nowMs()
    if (standing && nowMs < standing.renewAtMs) return standing.lanes
    const lanes = await deps.store.outbox.lease(target, owner, nowMs + LEASE_MS)
    // Without any lane another process works: look again soon, it may have gone.
    leases.set(target, { lanes, renewAtMs: nowMs + (lanes.length === 0 ? LEASE_MS / 10 : LEASE_MS / 2) })
    return lanes
  }
}

interface Breaker {
  readonly open: () => boolean
  readonly waitMs: () => number
  readonly reason: () => string | undefined
  readonly report: (failure: PeerFailure | undefined) => void
  readonly reset: () => void
}

/** Stops the whole peer while it is away, without using up the tries of any row; as long as Retry-After says, if it says. */
function openBreaker(deps: PullDeps, events: SyncEvents): Breaker {
  let failures = 0
  let until = 0
  let why: string | undefined
  return {
    open: () => deps.nowMs() < until,
    waitMs: () => Math.max(0, until - deps.nowMs()),
    reason: () => why,
    report: failure => {
      if (!failure) {
        if (why !== undefined) events.back(deps.peer.name)
        failures = 0
        until = 0
        why = undefined
        return
      }
      failures += 1
      const waitMs = failure.retryAfterMs ?? Math.min(BACKOFF_FIRST_MS * 2 ** (failures - 1), BACKOFF_MAX_MS)
      until = deps.nowMs() + waitMs
      why = failure.reason
      events.away(deps.peer.name, failure.reason, waitMs)
    },
    reset: () => {
      until = 0
    },
  }
}

async function pause(ms: number, wake: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: wake }).catch((error: unknown) => {
    if (!wake.aborted) throw error
  })
}

async function inParallel<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = []
  const queue = items.values()
  const worker = async (): Promise<void> => {
    for (const item of queue) results.push(await work(item))
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  return results
}
