import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { instantOf, type Clock } from '../../lib/clock.ts'
import { faultOf, type EmitEvent } from '../ports/events.ts'
import type { Meters } from '../ports/meters.ts'
import type { FlushConflict, OffsetFence, Outcome, Store } from '../ports/store.ts'
import { StoreFault, StoreRefusal } from '../ports/store-fault.ts'
import type { JournalSettings } from '../journal/cloud-event.ts'
import { parseRemembered } from '../work/parsed-resources.ts'
import type { OutboxTarget } from '../work/unit-of-work.ts'
import type { ResourceKey } from '../../fhir/resource.ts'
import { learn, nothingKnown, openBatch, type Known } from './batch-state.ts'
import { conflicting } from './components.ts'
import { ackRows } from './ack-rows.ts'
import { deadLetterRow } from './dead-letter.ts'
import { decideMessage, type Decided } from './decide-message.ts'
import type { IngestAdt, IngestBatch, IngestResult, InboundRecord, Verdict } from './inbound.ts'
import { laneQueue } from './lane-queue.ts'
import type { Prepared, PreparedRecord } from './prepared.ts'

export interface IngestOptions {
  readonly store: Store
  readonly tenant: number
  readonly clock: Clock
  readonly emit: EmitEvent
  readonly meters: Meters
  readonly targets: readonly OutboxTarget[]
  /** How the events of cases are kept and sent. */
  readonly journal?: JournalSettings
  /** Topic of the acknowledgements of what comes from Kafka; none = nobody is answered there. */
  readonly ackTopic?: string
  /** Reads a record into its messages, without the store. */
  readonly prepare: (record: InboundRecord, index: number) => PreparedRecord
}

const TRIES_MAX = 25
/** From this try on the rows are locked at load (architecture 4). */
const LOCK_FROM_TRY = 3

/** Makes the one handler behind Kafka, `POST /adt` and replay. */
export function createIngest(options: IngestOptions): IngestAdt {
  const inLane = laneQueue()
  return async batch => {
    const beganMs = options.clock.nowMs()
    const prepared = batch.records.map((record, index) => options.prepare(record, index))
    const refusal = keepsAll.has(batch.door) ? undefined : prepared.find(read => read.refusal)?.refusal
    if (refusal) return { kind: 'refused', failure: refusal }
    const messages = prepared.flatMap(read => read.messages)
    const progress = { tries: 0 }
    const outcome = await inLane(batch.lane, () => takeMessages(messages, batch, options, progress))
    if (outcome === 'fenced') return { kind: 'fenced' }
    const result = resultOf(batch, messages, outcome)
    report(options, messages, outcome, { door: batch.door, beganMs, tries: progress.tries })
    return result
  }
}

/** Doors whose senders can't be told to look again at what they sent: what can't be read is a dead letter. */
const keepsAll: ReadonlySet<IngestBatch['door']> = new Set<IngestBatch['door']>(['kafka', 'mllp'])

type Verdicts = readonly Verdict[]

/**
 * Decides and flushes messages as one; when the database refuses their content, halves them until the one that it
 * refuses stands alone, and makes that one a dead letter.
 */
async function takeMessages(
  messages: readonly Prepared[],
  batch: IngestBatch,
  options: IngestOptions,
  progress: { tries: number },
): Promise<Verdicts | 'fenced'> {
  try {
    return await flushTogether(messages, batch, options, progress)
  } catch (error) {
    if (!isRefusal(error) || messages.length === 0) throw error
    const origin = messages[0]?.from.origin ?? batch.door
    options.emit('batch-split', { origin, messages: messages.length, fault: faultOf(error) })
    if (messages.length === 1) return flushTogether(messages.map(refused), batch, options, progress)
  }
  const middle = Math.ceil(messages.length / 2)
  const [first, second] = [messages.slice(0, middle), messages.slice(middle)]
  const cut = second[0]?.from.kafka?.offset
  const { offset, ...rest } = batch
  const fenceOf = (from?: number, next?: number): { offset?: OffsetFence } =>
    offset && from !== undefined && next !== undefined && from < next
      ? { offset: { ...offset, from, next } }
      : {}
  const before = await takeMessages(first, { ...rest, ...fenceOf(offset?.from, cut) }, options, progress)
  if (before === 'fenced') return 'fenced'
  const moved = Math.max(offset?.from ?? 0, cut ?? 0)
  const after = await takeMessages(second, { ...rest, ...fenceOf(moved, offset?.next) }, options, progress)
  return after === 'fenced' ? 'fenced' : [...before, ...after]
}

const refused = (message: Prepared): Prepared => ({
  ...message,
  effect: {
    kind: 'dead-letter',
    failure: {
      kind: 'unprocessable',
      code: 'message-refused-by-store',
      message: 'The database refused what the message says; it is kept and can be replayed after an upgrade.',
    },
  },
})

/**
 * About the content, not about the database's health: SQLSTATE classes 22 (data), 23 (constraint) and 54 (limits), or
 * our own code failing on it.
 */
function isRefusal(error: unknown): boolean {
  if (error instanceof StoreRefusal) return /^(22|23|54)/.test(error.code)
  return !(error instanceof StoreFault)
}

/** One transaction for all messages; what met another writer is loaded and decided again, the rest is kept. */
async function flushTogether(
  messages: readonly Prepared[],
  batch: IngestBatch,
  options: IngestOptions,
  progress: { tries: number },
): Promise<Verdicts | 'fenced'> {
  const known = nothingKnown()
  let decided: readonly (Decided | undefined)[] = messages.map(() => undefined)
  let stale: ReadonlySet<number> = new Set(messages.keys())
  const contested: ResourceKey[] = []
  for (let attempt = 1; attempt <= TRIES_MAX; attempt += 1) {
    progress.tries += 1
    stale = await reload(
      known,
      { messages, decided, stale },
      {
        ...{ batch, options, contested },
        lock: attempt >= LOCK_FROM_TRY,
      },
    )
    const state = openBatch(contextOf(batch, options), known)
    decided = await decideAll(messages, (message, i) =>
      decideMessage(message, state, options.emit, stale.has(i) ? undefined : decided[i]?.decision),
    )
    const conflict = await flush(state.changes(), { messages, decided, batch, options })
    if (!conflict) return decided.flatMap(entry => (entry ? [entry.verdict] : []))
    if (conflict.kind === 'fenced') return 'fenced'
    stale = staleAfter(conflict, messages, decided)
    if (conflict.kind === 'stale') contested.push(...conflict.keys.map(keyOfText))
    if (attempt > LOCK_FROM_TRY) await sleep(Math.random() * 10 * attempt)
  }
  throw new StoreFault('store-unavailable', 'a batch met other writers too often: try again')
}

/** One after another, each over what the one before led to; all else that the process has to do gets its turns between them. */
async function decideAll(
  messages: readonly Prepared[],
  decide: (message: Prepared, index: number) => Decided,
): Promise<readonly Decided[]> {
  const decided: Decided[] = []
  for (const [index, message] of messages.entries()) {
    if (index > 0 && index % AT_ONCE === 0) await nextTurn()
    decided.push(decide(message, index))
  }
  return decided
}

const AT_ONCE = 20

interface Undecided {
  readonly messages: readonly Prepared[]
  readonly decided: readonly (Decided | undefined)[]
  readonly stale: ReadonlySet<number>
}

/**
 * Loads what the stale messages need. What is found changed on the way makes those stale too that were decided over the
 * older state: their decisions would pass the guards of rows that they never saw. Gives all that must be decided anew.
 */
async function reload(
  known: Known,
  { messages, decided, stale }: Undecided,
  parts: LoadParts,
): Promise<ReadonlySet<number>> {
  const touching = decided.map(entry => ({ touches: entry?.touches ?? new Set<string>() }))
  const all = new Set(stale)
  let more = stale
  for (let lock = parts.lock; more.size > 0; lock = false) {
    const now = messages.filter((_message, i) => more.has(i))
    const moved = await loadInto(known, now, { ...parts, lock })
    more = new Set([...conflicting(touching, moved)].filter(i => !all.has(i)))
    for (const i of more) all.add(i)
  }
  return all
}

function staleAfter(
  conflict: FlushConflict,
  messages: readonly Prepared[],
  decided: readonly (Decided | undefined)[],
): ReadonlySet<number> {
  const all = new Set(messages.keys())
  if (conflict.kind !== 'stale') return all
  const keys = [...conflict.keys, ...conflict.subjects.map(subject => `Patient/${subject}`)]
  const found = conflicting(
    decided.map(entry => ({ touches: entry?.touches ?? new Set<string>() })),
    keys,
  )
  return found.size === 0 ? all : found
}

interface FlushParts {
  readonly messages: readonly Prepared[]
  readonly decided: readonly (Decided | undefined)[]
  readonly batch: IngestBatch
  readonly options: IngestOptions
}

async function flush(
  changes: ReturnType<ReturnType<typeof openBatch>['changes']>,
  { messages, decided, batch, options }: FlushParts,
): Promise<FlushConflict | undefined> {
  const letters = deadLetters(messages, decided)
  const acks = acknowledgements(messages, decided, options)
  const outbox = [...(changes.outbox ?? []), ...letters, ...acks]
  const idle = changes.writes.length + (changes.inbox?.length ?? 0) + outbox.length === 0
  if (idle && !batch.offset) return undefined
  const flushed = await options.store.flush({
    ...changes,
    outbox,
    ...(batch.offset && { offset: batch.offset }),
  })
  return flushed.ok ? undefined : flushed.failure
}

/** One row per record, however many of its messages could not be applied. */
function deadLetters(messages: readonly Prepared[], decided: readonly (Decided | undefined)[]) {
  const rows = new Map<InboundRecord, NonNullable<ReturnType<typeof deadLetterRow>>>()
  messages.forEach((message, i) => {
    const verdict = decided[i]?.verdict
    if (verdict?.outcome !== 'dead-letter' || rows.has(message.from)) return
    const row = deadLetterRow(message.from, verdict)
    if (row) rows.set(message.from, row)
  })
  return [...rows.values()]
}

/** Of every message of a record, in their order. */
function acknowledgements(
  messages: readonly Prepared[],
  decided: readonly (Decided | undefined)[],
  { ackTopic, clock }: Pick<IngestOptions, 'ackTopic' | 'clock'>,
) {
  if (ackTopic === undefined) return []
  const frame = { topic: ackTopic, at: instantOf(clock.nowMs()) }
  return messages.flatMap(({ from }, i) => {
    const verdict = decided[i]?.verdict
    return verdict ? ackRows(from, verdict, frame) : []
  })
}

interface LoadParts {
  readonly batch: IngestBatch
  readonly options: IngestOptions
  /** What was met in conflicts: it may be something that nobody knew to ask for. */
  readonly contested: readonly ResourceKey[]
  readonly lock: boolean
}

async function loadInto(
  known: Known,
  messages: readonly Prepared[],
  { batch, options, contested, lock }: LoadParts,
): Promise<readonly string[]> {
  if (messages.length === 0) return []
  const deciding = messages.filter(({ effect }) => effect.kind === 'decide')
  const keys = deciding.flatMap(({ needs }) => needs.keys.map(key => [`${key.type}/${key.id}`, key] as const))
  const patients = [...new Set(deciding.flatMap(({ needs }) => needs.patients))]
  const wholes = [...new Set(deciding.flatMap(({ needs }) => needs.wholes ?? []))]
  const loaded = await options.store.load({
    tenant: options.tenant,
    lane: batch.lane,
    keys: [...new Map(keys).values(), ...contested],
    compartments: { patients, types: [...new Set(deciding.flatMap(({ needs }) => needs.types))] },
    subjects: [...new Set(deciding.flatMap(({ needs }) => needs.subjects))],
    ...(wholes.length > 0 && { wholes }),
    messages: messages.map(({ source, messageId }) => ({ source, messageId })),
    ...(lock && { lock }),
  })
  return learn(known, loaded)
}

const keyOfText = (text: string): ResourceKey => {
  const slash = text.indexOf('/')
  return { type: text.slice(0, slash), id: text.slice(slash + 1) }
}

const contextOf = (batch: IngestBatch, { tenant, clock, targets, journal }: IngestOptions) => ({
  tenant,
  lane: batch.lane,
  at: instantOf(clock.nowMs()),
  actor: batch.actor ?? 'Device/adt',
  ...(batch.requestId !== undefined && { requestId: batch.requestId }),
  targets,
  parse: parseRemembered,
  ...(journal && { journal }),
})

function resultOf(batch: IngestBatch, messages: readonly Prepared[], verdicts: Verdicts): IngestResult {
  const perRecord = batch.records.map((_record, index) =>
    verdicts.filter((_verdict, i) => messages[i]?.record === index),
  )
  return { kind: 'done', verdicts: perRecord }
}

interface Course {
  readonly door: IngestBatch['door']
  readonly beganMs: number
  readonly tries: number
}

function report(
  { emit, meters, clock }: IngestOptions,
  messages: readonly Prepared[],
  verdicts: Verdicts,
  { door, beganMs, tries }: Course,
): void {
  const durationMs = clock.nowMs() - beganMs
  const outcomes: Partial<Record<Outcome, number>> = {}
  for (const [i, { outcome, reason }] of verdicts.entries()) {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    meters.messageDecided(outcome)
    if (outcome !== 'dead-letter') continue
    const [code = 'message-not-processable', location] = (reason ?? '').split(':')
    meters.deadLettered(code)
    emit('message-dead-lettered', { origin: messages[i]?.from.origin, code, location })
  }
  const origin = messages[0]?.from.origin ?? door
  meters.batchIngested({ door, messages: verdicts.length, seconds: durationMs / 1000, tries })
  emit('batch-ingested', { origin, messages: verdicts.length, outcomes, tries, durationMs })
}
