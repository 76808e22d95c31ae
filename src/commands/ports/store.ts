import type { Instant } from '../../lib/clock.ts'
import type { Result } from '../../lib/result.ts'
import type { Json, Resource, ResourceKey } from '../../fhir/resource.ts'
import type { SearchPlan } from '../../fhir/search/plan.ts'
import type { LinkQueries, SyncCursor, SyncLink } from './links.ts'
import type { OutboxQueue, OutboxWrite } from './outbox.ts'
import type { Fact } from '../../mappers/adt/events/fact.ts'
import type { AccessLog } from './access-log.ts'
import type { ReindexQueue } from './reindex.ts'
import type { SearchResult } from './search-result.ts'

export type { Fact }

/**
 * The store as application services see it. One implementation (PostgreSQL protocol) serves both back ends: embedded
 * PGlite and PostgreSQL. A fault of the database itself (connection lost, disk full) is thrown; what a writer must
 * decide again (stale version, fenced offset) is returned.
 */
export interface Store {
  readonly backend: 'embedded' | 'postgresql'
  /** How many writer lanes run side by side; a lane's flushes are in order. */
  readonly lanes: number
  /** Everything a decision needs, in a handful of set-based queries. */
  load(request: LoadRequest): Promise<Loaded>
  /** All or nothing. A guard that is short raises inside the database and comes back as a FlushConflict. */
  flush(changes: Changes): Promise<Result<Flushed, FlushConflict>>
  /** Current row, tombstones included. */
  read(tenant: number, key: ResourceKey): Promise<Stored | undefined>
  readVersion(tenant: number, key: ResourceKey, version: number): Promise<Stored | undefined>
  /** Newest first, tombstones included, keyset by version. */
  history(
    tenant: number,
    key: ResourceKey,
    page: { readonly before?: number; readonly count: number } & HistoryTimes,
  ): Promise<readonly HistoryVersion[]>
  /** Versions of whole types, newest first, tombstones included, keyset by `HistoryPlace`. */
  historyOf(tenant: number, request: HistoryRequest): Promise<readonly HistoryVersion[]>
  countHistory(tenant: number, of: HistoryCount): Promise<number>
  search(tenant: number, plan: SearchPlan): Promise<SearchResult>
  /** One search of several types: a plan each, alike but for the types; a page's token names the type as its last key. */
  searchTypes(tenant: number, plans: readonly SearchPlan[]): Promise<SearchResult>
  /** A resource for each profile, tag and security label in use in these types, at most so many. */
  labelled(tenant: number, request: Pick<HistoryRequest, 'types' | 'count'>): Promise<readonly Stored[]>
  /** Seals the links of search results: 32 bytes, the same for every process and after a restart. */
  pageKey(): Promise<Buffer>
  /** How the database would run a search; constants of the request stand in it. */
  explain(tenant: number, plan: SearchPlan): Promise<string>
  /** Next offset to read, or 0 when the partition was never seen (its row is made then). */
  nextOffset(group: string, topic: string, partition: number): Promise<number>
  /** Cheap proof that the database answers and its schema is current. */
  ping(): Promise<void>
  /** The version that stood at an instant, tombstones included; undefined when there was none yet. */
  readAt(tenant: number, key: ResourceKey, at: Instant): Promise<Stored | undefined>
  /** A patient's resources of these types as they stood at an instant, without tombstones. */
  compartmentAt(
    tenant: number,
    request: { readonly patient: string; readonly types: readonly string[]; readonly at: Instant },
  ): Promise<readonly Stored[]>
  /** Current resources that are some patient's, without tombstones, keyset by (shard, type, id). */
  compartment(tenant: number, request: CompartmentRequest): Promise<readonly Stored[]>
  /** Case events in order of recording, keyset by (recorded, id). */
  caseEvents(tenant: number, filter: CaseEventFilter): Promise<readonly CaseEventRow[]>
  /** Number of each tenant by its name; a new name gets a new one. */
  tenantNumbers(names: readonly string[]): Promise<ReadonlyMap<string, number>>
  keptAnswer(tenant: number, key: string): Promise<KeptAnswer | undefined>
  readonly inbox: InboxQueries
  readonly outbox: OutboxQueue
  readonly timers: TimerQueue
  readonly links: LinkQueries
  readonly reindex: ReindexQueue
  readonly accesses: AccessLog
  close(): Promise<void>
}

/** A current row or a version. `content` is the JSON text as served: id, meta.versionId and meta.lastUpdated included. */
export interface Stored {
  readonly type: string
  readonly id: string
  readonly shard: number
  readonly version: number
  readonly updated: Instant
  readonly deleted: boolean
  /** Hash of the search values, so that unchanged index rows are not rewritten. */
  readonly indexHash: bigint
  /** Empty for a tombstone. */
  readonly content: string
}

/** A version as a history tells it. */
export interface HistoryVersion extends Stored {
  /** The resource came to be by it: the first version, or the first after a deletion. */
  readonly made: boolean
}

/** Which versions of a history are wanted. */
export interface HistoryTimes {
  /** Made at this instant or later. */
  readonly since?: Instant
  /** Current at some time of [from, before). */
  readonly during?: { readonly from: Instant; readonly before: Instant }
}

export interface HistoryRequest extends HistoryTimes {
  readonly types: readonly string[]
  readonly after?: HistoryPlace
  readonly count: number
}

/** The versions of one resource, or of whole types. */
export interface HistoryCount extends HistoryTimes {
  readonly types: readonly string[]
  readonly key?: ResourceKey
}

/** A place in a history of many resources: what its order goes by, newest first. */
export interface HistoryPlace {
  readonly updated: Instant
  readonly type: string
  readonly shard: number
  readonly id: string
  readonly version: number
}

export interface CompartmentRequest {
  /** Id of the Patient; undefined = everybody's. */
  readonly patient?: string
  readonly types: readonly string[]
  /** Last changed at this instant or later. */
  readonly since?: Instant
  /** Whose time (the date parameter that is promoted) touches [from, before), or is not known. */
  readonly from?: Instant
  readonly before?: Instant
  readonly after?: { readonly shard: number; readonly type: string; readonly id: string }
  readonly count: number
}

export interface LoadRequest {
  readonly tenant: number
  readonly lane: number
  readonly keys?: readonly ResourceKey[]
  /** Every resource of these types in the compartment of these patients (Patient ids). */
  readonly compartments?: { readonly patients: readonly string[]; readonly types: readonly string[] }
  /** Facts and registers said about these (Patient ids as sent), and about whoever was ever merged, linked or moved with one. */
  readonly subjects?: readonly string[]
  /** Everything, of whatever type, that is in the record of these patients or refers to them. */
  readonly wholes?: readonly string[]
  readonly messages?: readonly MessageKey[]
  /**
   * The record that a resource stands in: everything of these types in the compartment of its patient, with the facts
   * and registers about that patient; nothing when there is no such resource, or no patient's. With `after` of its
   * resources those alone that were last changed after this instant.
   */
  readonly recordOf?: {
    readonly key: ResourceKey
    readonly types: readonly string[]
    readonly after?: Instant
  }
  /**
   * From the third try on: lock the rows found, in key order. The lane is held until the next flush that writes one of
   * them, or for `lockHoldMs` (store/connection/lane.ts) when none comes.
   */
  readonly lock?: boolean
}

export interface Loaded {
  readonly resources: readonly Stored[]
  readonly facts: readonly Fact[]
  readonly said: readonly Said[]
  readonly messages: readonly InboxEntry[]
  /** Of a load with `recordOf`. */
  readonly record?: RecordMarks
}

/**
 * What tells a record from any other, so that who remembers an older one knows which rows are missing: each row has a
 * mark, a hash of its key and version.
 */
export interface RecordMarks {
  /** Of the rows that were loaded. */
  readonly marks: ReadonlyMap<Stored, bigint>
  /** Rows of the whole record, and the exclusive or of their marks. */
  readonly rows: number
  readonly mark: bigint
}

/**
 * What sources last said, field by field, about a patient (scope empty) or a visit: a last-writer-wins register per
 * (source, field) by recorded time, so that any order of delivery ends in the same value. The row of scope '' also
 * guards the patient: every message about it rewrites it under its version.
 */
export interface Said {
  readonly subject: string
  readonly scope: string
  readonly version: number
  readonly body: Json
}

export interface MessageKey {
  readonly source: string
  readonly messageId: string
}

export interface InboxEntry extends MessageKey {
  /** SHA-256 of the payload, hex. */
  readonly payloadHash: string
  readonly trigger: string
  readonly outcome: Outcome
  /** Failure code and, after a colon, its place (`PID-3`): never a value. */
  readonly reason?: string
  readonly subject?: string
  /** Id of the Encounter that it is about. */
  readonly visit?: string
  /** Id of the entry of the message that was sent in place of this one. */
  readonly replacedBy?: string
  readonly received: Instant
  /** Kafka topic, partition and offset, `http`, or a file name. */
  readonly origin: string
  /** The message as it came (bytes), kept so that it can be driven again and shown to an operator. */
  readonly raw: Buffer
  /** References of what it changed. */
  readonly resources: readonly string[]
}

/** interface.md 3, `POST /adt`. */
export type Outcome = 'applied' | 'duplicate' | 'no-change' | 'ignored' | 'parked' | 'dead-letter'

/** What one unit of work wants written. Every part is optional but the frame. */
export interface Changes {
  readonly tenant: number
  readonly lane: number
  readonly at: Instant
  readonly writes: readonly Write[]
  readonly facts?: readonly Fact[]
  /** New registers (version 1) and known ones; `version` is the new one, guarded by version - 1. */
  readonly said?: readonly Said[]
  readonly inbox?: readonly InboxWrite[]
  readonly offset?: OffsetFence
  readonly outbox?: readonly OutboxWrite[]
  readonly timers?: { readonly put: readonly Timer[]; readonly drop: readonly string[] }
  readonly links?: readonly SyncLink[]
  readonly cursors?: readonly SyncCursor[]
  readonly audit?: readonly AuditEntry[]
  readonly events?: readonly CaseEventRow[]
  readonly answers?: readonly KeptAnswer[]
}

/** A domain event as it is kept: append-only, one or more per change of a case, whatever door it came by. */
export interface CaseEventRow {
  /** Deterministic, stable across redelivery: the CloudEvents id. */
  readonly id: string
  readonly caseId: string
  /** Patient id; its shard is the row's. */
  readonly patient: string
  /** `GoalSet`. */
  readonly type: string
  readonly noun: string
  readonly nounId: string
  /** Time of the fact. */
  readonly at: Instant
  readonly recorded: Instant
  readonly actor: string
  /** The `data` of the CloudEvent. */
  readonly body: Json
}

/** The answer to a request with an Idempotency-Key, kept so that a repeat gets the same one. */
export interface KeptAnswer {
  readonly key: string
  /** SHA-256 of method, path and body: another request under the same key is refused. */
  readonly requestHash: string
  readonly status: number
  readonly body: Json
}

/** All versions that one unit of work adds to one resource, oldest first (one per message that changed it). */
export interface Write {
  readonly type: string
  readonly id: string
  readonly shard: number
  /** The version this was decided on; 0 = must not exist. */
  readonly expect: number
  /** Hash of the search values of the row it replaces; undefined when new. */
  readonly expectIndexHash?: bigint
  /** The resource that stood there, so that only the search values which differ are written; undefined = not known. */
  readonly before?: () => Resource | undefined
  /** When the row it replaces was last updated: the new `meta.lastUpdated` is later, whatever the clock says. */
  readonly expectUpdated?: Instant
  /** True when the id was chosen by a client: it gets a row in id_directory. */
  readonly clientAssigned?: boolean
  /** undefined = deletion. */
  readonly versions: readonly (Resource | undefined)[]
}

export interface InboxWrite extends InboxEntry {
  /** 'claim' = must be new; 'update' = driven again, must exist. */
  readonly mode: 'claim' | 'update'
}

export interface OffsetFence {
  readonly group: string
  readonly topic: string
  readonly partition: number
  readonly from: number
  readonly next: number
}

export interface Timer {
  readonly id: string
  readonly due: Instant
  readonly kind: string
  readonly subject: string
  readonly payload: Json
}

export interface DueTimer extends Timer {
  readonly tenant: number
}

export interface AuditEntry {
  readonly actor: string
  readonly action: 'create' | 'read' | 'update' | 'delete' | 'execute'
  readonly key: string
  readonly version?: number
  readonly requestId?: string
}

export interface Flushed {
  readonly at: Instant
  /** The rows as they stand now, in the order of `writes`. */
  readonly written: readonly Stored[]
}

export interface CaseEventFilter {
  readonly caseId?: string
  readonly patient?: string
  readonly from?: Instant
  readonly to?: Instant
  readonly after?: { readonly recorded: Instant; readonly id: string }
  readonly count: number
  readonly newestFirst?: boolean
}

export type FlushConflict =
  | { readonly kind: 'stale'; readonly keys: readonly string[]; readonly subjects: readonly string[] }
  | { readonly kind: 'fenced' }
  | { readonly kind: 'claimed' }

export interface InboxQueries {
  find(tenant: number, filter: InboxFilter): Promise<readonly InboxEntry[]>
  /** `id` as `inboxIdOf` (commands/inbox/inbox-id.ts) writes it. */
  get(tenant: number, id: string): Promise<InboxEntry | undefined>
  /** Another message was sent in place of this one. */
  replace(tenant: number, id: string, by: string): Promise<void>
  /** Takes away what is older, some at a time; how much it took. */
  purge(tenant: number, ages: InboxAges): Promise<InboxPurged>
}

/** Received before these instants, the text of a settled message goes, and a message with all that is known of it. */
export interface InboxAges {
  readonly texts?: Instant
  readonly messages?: Instant
  /** At most so many of each. */
  readonly count: number
}

export interface InboxPurged {
  readonly texts: number
  readonly messages: number
}

export interface InboxFilter {
  readonly outcome?: readonly Outcome[]
  readonly messageId?: string
  readonly source?: string
  readonly subject?: string
  readonly visit?: string
  /** Without those that another message was sent in place of. */
  readonly isOpen?: boolean
  /** Received at this instant or before. */
  readonly until?: Instant
  /** Keyset: the id (commands/inbox/inbox-id.ts) of the last one seen; newest come first. */
  readonly after?: string
  readonly count: number
}

export interface TimerQueue {
  /** Due ones in due order, claimed for this process until `untilMs`; effect and removal belong in one flush. */
  claim(nowMs: number, count: number, untilMs: number): Promise<readonly DueTimer[]>
  /** When the next one is due, or undefined. */
  nextDue(): Promise<Instant | undefined>
}
