import { instantOf, type Clock } from '../../lib/clock.ts'
import { parseJson } from '../../lib/json.ts'
import type { Resource, ResourceKey } from '../../fhir/resource.ts'
import { faultOf, type EmitEvent } from '../ports/events.ts'
import type { Meters } from '../ports/meters.ts'
import type { Store, Timer } from '../ports/store.ts'
import type { JournalSettings } from '../journal/cloud-event.ts'
import { openWork, type OutboxTarget } from '../unit-of-work.ts'

export interface TimersOptions {
  readonly store: Store
  readonly tenant: number
  readonly clock: Clock
  readonly emit: EmitEvent
  readonly meters: Meters
  readonly targets: readonly OutboxTarget[]
  /** How the events of cases are kept and sent. */
  readonly journal?: JournalSettings
  /** The Task with its duty marked as missed; undefined when there is nothing to mark any more. */
  readonly markMissed: (task: Resource, at: string) => Resource | undefined
}

export interface TimerRunner {
  readonly start: () => void
  /** Lets the round in hand end. */
  readonly stop: () => Promise<void>
}

const POLL_MS = 1_000
const CLAIM_MS = 30_000
const CLAIM_COUNT = 100
const TRIES_MAX = 5
const ACTOR = 'Device/timer'
/** What says which case a Task belongs to, for the event. */
const CASE_TYPES = ['EpisodeOfCare', 'CarePlan']

/**
 * Marks duties that fell due and are not done as missed: a timer's fact, because `now` is no input of any derivation.
 * Sleeps until the next one is due, one second at most, so that one set by another process is seen too; what was due
 * while nothing ran is found at the next start.
 */
export function timerRunner(options: TimersOptions): TimerRunner {
  const { store, clock, emit } = options
  let timer: NodeJS.Timeout | undefined
  let round: Promise<void> = Promise.resolve()
  let isStopping = false
  let failures = 0

  const nextWaitMs = async (): Promise<number> => {
    const due = await store.timers.nextDue()
    const untilMs = due === undefined ? POLL_MS : Date.parse(due) - clock.nowMs()
    return Math.max(0, Math.min(POLL_MS, untilMs))
  }
  const runRound = async (): Promise<number> => {
    try {
      const fired = await fireDue(options)
      failures = 0
      return fired === CLAIM_COUNT ? 0 : await nextWaitMs()
    } catch (error) {
      failures += 1
      const waitMs = Math.min(30_000, POLL_MS * 2 ** Math.min(failures, 5))
      emit('timers-failed', { waitMs, fault: faultOf(error) })
      return waitMs
    }
  }
  const schedule = (waitMs: number): void => {
    if (isStopping) return
    timer = setTimeout(() => {
      round = runRound().then(schedule)
    }, waitMs)
  }
  return {
    start: () => schedule(0),
    stop: async () => {
      isStopping = true
      clearTimeout(timer)
      await round
    },
  }
}

/** Takes what is due; each patient's timers are one flush, effect and removal together. */
async function fireDue(options: TimersOptions): Promise<number> {
  const { store, clock, emit, meters } = options
  const nowMs = clock.nowMs()
  const due = await store.timers.claim(nowMs, CLAIM_COUNT, nowMs + CLAIM_MS)
  for (const timers of Map.groupBy(due, ({ subject }) => subject).values()) await fire(timers, options)
  for (const [kind, timers] of Map.groupBy(due, timer => timer.kind)) {
    meters.timersFired(kind, timers.length)
    emit('timers-fired', { kind, timers: timers.length })
  }
  return due.length
}

async function fire(timers: readonly Timer[], options: TimersOptions): Promise<void> {
  const { store, tenant, clock, targets, journal, markMissed } = options
  const keys = timers.map(({ payload }) => payload as unknown as ResourceKey)
  const dueOf = new Map(timers.map((timer, index) => [keys[index]?.id, timer.due]))
  const compartments = { patients: [...new Set(timers.map(({ subject }) => subject))], types: CASE_TYPES }
  for (let attempt = 1; attempt <= TRIES_MAX; attempt += 1) {
    const loaded = await store.load({ tenant, lane: 0, keys, compartments })
    const at = instantOf(clock.nowMs())
    const work = openWork(
      { tenant, lane: 0, at, actor: ACTOR, targets, ...(journal && { journal }) },
      loaded.resources,
    )
    for (const { type, id, shard, deleted, content } of loaded.resources) {
      if (deleted || !dueOf.has(id)) continue
      const marked = markMissed(parseJson(content) as Resource, at)
      if (!marked) continue
      work.nextStep()
      work.put({ ...marked, resourceType: type, id }, { shard })
      work.say({ at: dueOf.get(id) ?? at })
    }
    const changes = work.changes()
    const drop = [...(changes.timers?.drop ?? []), ...timers.map(({ id }) => id)]
    const flushed = await store.flush({ ...changes, timers: { put: changes.timers?.put ?? [], drop } })
    if (flushed.ok) return
  }
}
