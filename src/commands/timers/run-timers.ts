import { instantOf, type Clock } from '../../lib/clock.ts'
import { keyText, type Resource, type ResourceKey } from '../../fhir/resource.ts'
import { faultOf, type EmitEvent } from '../ports/events.ts'
import type { DriveCycles } from '../ingest-adt/drive-cycles-again.ts'
import type { Meters } from '../ports/meters.ts'
import { stageConsequences, withCaseRecords, type ConsequenceDeps } from '../case-consequences.ts'
import type { Loaded, Said, Store, Stored, Timer } from '../ports/store.ts'
import type { JournalSettings } from '../journal/cloud-event.ts'
import { openWork, type OutboxTarget, type UnitOfWork } from '../work/unit-of-work.ts'
import { MERGE_CYCLES } from './merge-cycle-timers.ts'

export interface TimersOptions {
  readonly store: Store
  readonly clock: Clock
  readonly emit: EmitEvent
  readonly meters: Meters
  /** How the due timers of a tenant are worked off; undefined = not here. */
  readonly workOf: (tenant: number) => DueWork | undefined
}

/** What working off the timers of one tenant takes. */
export interface DueWork {
  readonly store: Store
  readonly tenant: number
  readonly targets: readonly OutboxTarget[]
  /** How the events of cases are kept and sent. */
  readonly journal?: JournalSettings
  /** What follows from an escalation: it changes who is in the care team. Without it only the Task is written. */
  readonly consequences?: ConsequenceDeps
  /** The Task once its instant has passed; undefined when there is nothing to write any more. */
  readonly taskDue: (
    task: Resource,
    due: { readonly at: string; readonly tasks: readonly Resource[] },
  ) => Resource | undefined
  /** Merges of patients who were told apart, once more; without it they wait for people. */
  readonly driveCycles?: DriveCycles
}

export interface TimerRunner {
  readonly start: () => void
  /** Works off all that is due now, once. */
  readonly fireAll: () => Promise<void>
  /** Lets the round in hand end. */
  readonly stop: () => Promise<void>
}

const POLL_MS = 1_000
const CLAIM_MS = 30_000
const CLAIM_COUNT = 500
const TRIES_MAX = 5
const ACTOR = 'Device/timer'
const MESSAGE = 'urn:casewire:timer'
/** What says which case a Task belongs to, for the event. */
const CASE_TYPES = ['EpisodeOfCare', 'CarePlan']

/**
 * Marks duties that fell due and are not done as missed: a timer's fact, because `now` is no input of any derivation;
 * drives merges again that an unlink may have made right.
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
    fireAll: async () => {
      // oxlint-disable-next-line no-await-in-loop -- what is due after a round is known when it is over
      while ((await fireDue(options)) === CLAIM_COUNT);
    },
    stop: async () => {
      isStopping = true
      clearTimeout(timer)
      await round
    },
  }
}

interface Work extends DueWork {
  readonly clock: Clock
}

/** Takes what is due, the earliest first: one flush for all of it (of a tenant), effect and removal together. */
async function fireDue(options: TimersOptions): Promise<number> {
  const { store, clock, emit, meters } = options
  const nowMs = clock.nowMs()
  const due = await store.timers.claim(nowMs, CLAIM_COUNT, nowMs + CLAIM_MS)
  if (due.length === 0) return 0
  for (const [tenant, timers] of Map.groupBy(due, timer => timer.tenant)) {
    const work = options.workOf(tenant)
    const own = work && { ...work, clock }
    if (!own) continue
    const cycles = timers.filter(isCycle)
    const ofTasks = timers.filter(timer => !isCycle(timer))
    if (cycles.length > 0) await fireCycles(cycles, own, emit)
    if (ofTasks.length > 0 && !(await fire(ofTasks, own, TRIES_MAX))) await fireEach(ofTasks, own)
  }
  for (const [kind, timers] of Map.groupBy(due, timer => timer.kind)) {
    meters.timersFired(kind, timers.length)
    emit('timers-fired', { kind, timers: timers.length })
  }
  return due.length
}

const isCycle = ({ kind }: Timer): boolean => kind === MERGE_CYCLES

/** What can't be driven now is claimed again later. */
async function fireCycles(timers: readonly Timer[], work: Work, emit: EmitEvent): Promise<void> {
  try {
    await work.driveCycles?.(
      timers.map(({ subject }) => subject),
      0,
    )
    const at = instantOf(work.clock.nowMs())
    const drop = timers.map(({ id }) => id)
    await work.store.flush({ tenant: work.tenant, lane: 0, at, writes: [], timers: { put: [], drop } })
  } catch (error) {
    emit('merge-cycle-not-driven', { fault: faultOf(error) })
  }
}

/** Somebody keeps writing one of the Tasks: the others don't wait for it. What fails again is claimed again later. */
async function fireEach(due: readonly Timer[], options: Work): Promise<void> {
  for (const timers of Map.groupBy(due, ({ subject }) => subject).values())
    await fire(timers, options, TRIES_MAX)
}

async function fire(timers: readonly Timer[], options: Work, tries: number): Promise<boolean> {
  const { store, tenant, clock, targets, journal } = options
  const keys = timers.map(({ payload }) => payload as unknown as ResourceKey)
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const loaded = await loadFor(timers, options, keys)
    const at = instantOf(clock.nowMs())
    const context = { tenant, lane: 0, at, actor: ACTOR, targets, ...(journal && { journal }) }
    const work = openWork(context, loaded.resources)
    const said = stage(timers, loaded, { work, at, options })
    const changes = work.changes()
    const put = changes.timers?.put ?? []
    const kept = new Set(put.map(({ id }) => id))
    const drop = [...(changes.timers?.drop ?? []), ...timers.map(({ id }) => id)].filter(id => !kept.has(id))
    const flushed = await store.flush({ ...changes, said, timers: { put, drop: [...new Set(drop)] } })
    if (flushed.ok) return true
  }
  return false
}

/** The Tasks with what the events need; of a patient for whom something escalates, the whole record. */
async function loadFor(
  timers: readonly Timer[],
  { store, tenant, consequences }: Work,
  keys: readonly ResourceKey[],
): Promise<Loaded> {
  const loaded = await store.load({ tenant, lane: 0, keys, compartments: compartmentsOf(timers) })
  if (!consequences) return loaded
  const escalating = timers.filter(({ kind }) => kind === 'escalation').map(({ subject }) => subject)
  return withCaseRecords(store, loaded, {
    ...{ tenant, lane: 0, lock: false },
    patients: [...new Set(escalating)],
  })
}

/** Who the supervisor is stands in other Tasks of the patient; only what escalates asks for them. */
function compartmentsOf(timers: readonly Timer[]): {
  readonly patients: readonly string[]
  readonly types: readonly string[]
} {
  const patients = [...new Set(timers.map(({ subject }) => subject))]
  const escalates = timers.some(({ kind }) => kind === 'escalation')
  return { patients, types: escalates ? [...CASE_TYPES, 'Task'] : CASE_TYPES }
}

interface Staging {
  readonly work: UnitOfWork
  readonly at: string
  readonly options: Work
}

/** Each Task is a step of its own, at its own time, in due order. Gives the registers to write with them. */
function stage(timers: readonly Timer[], loaded: Loaded, { work, at, options }: Staging): readonly Said[] {
  const guards = new Map<string, Said>()
  const rows = new Map(loaded.resources.map(row => [keyText(row), row]))
  const others = Map.groupBy(
    loaded.resources.filter(({ type, deleted }) => type === 'Task' && !deleted),
    ({ shard }) => shard,
  )
  for (const { kind, due, payload } of timers) {
    const key = payload as unknown as ResourceKey
    const row = rows.get(keyText(key))
    const task = row && work.get(key)
    if (!row || !task) continue
    const tasks = kind === 'escalation' ? tasksOf(others.get(row.shard) ?? [], work) : []
    const changed = options.taskDue(task, { at, tasks })
    if (!changed) continue
    work.nextStep()
    work.put({ ...changed, resourceType: key.type, id: key.id }, { shard: row.shard })
    work.say({ at: due })
    if (kind !== 'escalation' || !options.consequences) continue
    const written = { work, loaded, message: MESSAGE, at: due }
    for (const said of stageConsequences(options.consequences, written)) guards.set(said.subject, said)
  }
  return [...guards.values()]
}

const tasksOf = (rows: readonly Stored[], work: UnitOfWork): readonly Resource[] =>
  rows.flatMap(row => work.get(row) ?? [])
