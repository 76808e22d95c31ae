import { strict as assert } from 'node:assert'
import { keyText } from '../../fhir/resource.ts'
import type { Result } from '../../lib/result.ts'
import { StoreFault } from '../../commands/ports/store-fault.ts'
import type { Changes, FlushConflict, Flushed } from '../../commands/ports/store.ts'

export type FlushResult = Result<Flushed, FlushConflict>

/** Writes several changes in one transaction, all or none; they share no resource, timer or tenant's number. */
export type FlushTogether = (group: readonly Changes[]) => Promise<Result<readonly Flushed[], FlushConflict>>

/** A waiting flush with what nobody else of its group may write. */
interface Waiting {
  readonly changes: Changes
  readonly keys: readonly string[]
  readonly chars: number
  readonly resolve: (result: FlushResult) => void
  readonly reject: (error: unknown) => void
}

/** More together buy nothing: the rows cost as much as they do alone. */
const CHANGES_MAX = 64
const WRITES_MAX = 500
/** Of all contents of a group: who writes little doesn't wait for megabytes of others, which are in memory twice while they are sent. */
const CHARS_MAX = 4 * 2 ** 20

/**
 * One transaction at a time for what many clients write at once: what comes while one is on its way leaves with the next, so that
 * they share its statements, its log record and the sync of the log. Nobody waits for company: with one client each flush
 * leaves at the end of its turn of the event loop. `charsOf` is the length of the contents of one. When a group can't be written, each of it is written alone, so that what
 * is told to one is never another's; unless the database is at fault, for then it is not known whether it was written.
 */
export function gatheredFlushes(
  together: FlushTogether,
  charsOf: (changes: Changes) => number,
): (changes: Changes) => Promise<FlushResult> {
  let waiting: readonly Waiting[] = []
  let isUnderWay = false
  const next = async (): Promise<void> => {
    while (waiting.length > 0) {
      const { group, rest } = takenFrom(waiting)
      waiting = rest
      await settle(group, together)
    }
    isUnderWay = false
  }
  return changes =>
    new Promise((resolve, reject) => {
      waiting = [...waiting, { changes, keys: keysOf(changes), chars: charsOf(changes), resolve, reject }]
      if (isUnderWay) return
      isUnderWay = true
      setImmediate(() => void next())
    })
}

/** Whether a flush may share a transaction: it has no guards but those of its resources, and isn't long. */
export const isPlain = (changes: Changes): boolean =>
  changes.writes.length <= WRITES_MAX && changes.offset === undefined && !writesElsewhere(changes)

const writesElsewhere = ({ facts, said, inbox, links, cursors, answers }: Changes): boolean =>
  [facts, said, inbox, links, cursors, answers].some(list => list !== undefined && list.length > 0)

/** Changes that may share a transaction as one; their audit stands with each of them. */
export function joined(group: readonly Changes[]): Changes {
  const [first, ...others] = group
  assert(first, 'a flush writes something')
  if (others.length === 0) return first
  assert(group.every(isPlain) && group.every(({ tenant }) => tenant === first.tenant))
  return {
    ...{ tenant: first.tenant, lane: first.lane, at: first.at },
    writes: group.flatMap(one => one.writes),
    events: group.flatMap(one => one.events ?? []),
    outbox: group.flatMap(one => one.outbox ?? []),
    timers: {
      put: group.flatMap(one => one.timers?.put ?? []),
      drop: group.flatMap(one => one.timers?.drop ?? []),
    },
  }
}

const keysOf = ({ writes, timers }: Changes): readonly string[] => [
  ...writes.map(keyText),
  ...(timers?.put ?? []).map(({ id }) => `timer ${id}`),
  ...(timers?.drop ?? []).map(id => `timer ${id}`),
]

/** The first ones that may be together, in their order. */
function takenFrom(waiting: readonly Waiting[]): {
  readonly group: readonly Waiting[]
  readonly rest: readonly Waiting[]
} {
  const tenant = waiting[0]?.changes.tenant
  const taken = new Set<string>()
  const group: Waiting[] = []
  const rest: Waiting[] = []
  let chars = 0
  for (const one of waiting) {
    const isApart = one.changes.tenant !== tenant || one.keys.some(key => taken.has(key))
    const isFull =
      group.length >= CHANGES_MAX ||
      taken.size + one.keys.length > WRITES_MAX ||
      chars + one.chars > CHARS_MAX
    if (isApart || (isFull && group.length > 0)) rest.push(one)
    else {
      group.push(one)
      chars += one.chars
    }
    // What comes later about the same things stays behind it.
    for (const key of one.keys) taken.add(key)
  }
  return { group, rest }
}

async function settle(group: readonly Waiting[], together: FlushTogether): Promise<void> {
  try {
    const flushed = await together(group.map(({ changes }) => changes))
    if (flushed.ok) {
      for (const [i, one] of flushed.value.entries()) group[i]?.resolve({ ok: true, value: one })
      return
    }
    if (group.length === 1) return group[0]?.resolve(flushed)
  } catch (error) {
    if (group.length === 1 || error instanceof StoreFault) {
      for (const { reject } of group) reject(error)
      return
    }
  }
  for (const one of group) await settle([one], together)
}
