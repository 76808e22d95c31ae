import { randomUUID } from 'node:crypto'
import { instantOf } from '../lib/clock.ts'
import type { OutboxRow } from '../commands/ports/outbox.ts'
import type { Breaker } from './breaker.ts'
import { leaseHolder } from './lease-holder.ts'
import type { SyncEvents } from './sync-events.ts'
import { targetOf } from './peer-settings.ts'
import { inTurns } from './in-turn.ts'
import type { PullDeps, RoundDeps } from './apply-page.ts'
import { pullRound } from './pull.ts'
import { pushRows } from './push.ts'
import type { LeftOut } from './told-page.ts'

const ROWS_MAX = 400

/** One round of each direction; both give how many resources they wrote. */
export interface Rounds {
  readonly push: () => Promise<number>
  readonly pull: () => Promise<number>
  readonly last: () => LastRounds
}

export interface LastRounds {
  readonly lastPush: string | undefined
  readonly lastPull: string | undefined
  /** Types whose polling the peer refused in the last round, with the reason. */
  readonly refused: Readonly<Record<string, string>>
  readonly leftOut: readonly LeftOut[]
}

export function openRounds(given: PullDeps, events: SyncEvents, breaker: Breaker): Rounds {
  const deps: RoundDeps = { ...given, linkingInTurn: inTurns() }
  // A round that an operator asks for while one runs waits for its end: two would send the same rows.
  const [pushing, pulling] = [inTurns(), inTurns()]
  const { peer, store } = deps
  const held = leaseHolder(store.outbox, randomUUID(), deps.nowMs)
  let lastPush: string | undefined
  let lastPull: string | undefined
  let refused: Readonly<Record<string, string>> = {}
  let leftOut: readonly LeftOut[] = []

  const pushGroup = async (rows: readonly OutboxRow[]): Promise<number> => {
    if (breaker.open()) return 0
    const outcome = await pushRows(deps, rows)
    if (outcome.done.length > 0) await store.outbox.done(outcome.done)
    for (const { seq, reason } of outcome.buried) {
      await store.outbox.bury(seq, reason)
      events.buried(peer.name, reason)
    }
    breaker.report(outcome.failure)
    return outcome.written
  }

  return {
    push: () =>
      pushing(async () => {
        const lanes = await held(targetOf(peer))
        const rows = await store.outbox.read(targetOf(peer), lanes, ROWS_MAX)
        const groups = [...Map.groupBy(rows, row => row.key).values()]
        const written = await inParallel(groups, peer.maxConcurrency, pushGroup)
        lastPush = instantOf(deps.nowMs())
        const sum = written.reduce((total, count) => total + count, 0)
        if (sum > 0) events.pushed(peer.name, sum)
        return sum
      }),
    pull: () =>
      pulling(async () => {
        // One process polls a peer: two would race for the same links.
        if (!(await held(`pull:${peer.name}`)).includes(0)) return 0
        const outcome = await pullRound(deps)
        breaker.report(outcome.failure)
        refused = outcome.refused ?? {}
        const known = new Set(leftOut.map(({ key }) => key))
        for (const { key, reason } of outcome.leftOut) {
          if (!known.has(key)) events.leftOut(peer.name, `${key.split('/')[0] ?? ''}: ${reason}`)
        }
        leftOut = outcome.leftOut
        if (!outcome.failure) lastPull = instantOf(deps.nowMs())
        if (outcome.written > 0) events.pulled(peer.name, outcome.written)
        return outcome.written
      }),
    last: () => ({ lastPush, lastPull, refused, leftOut }),
  }
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
