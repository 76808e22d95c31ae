import type { Recomputed } from '../commands/cases/recompute.ts'
import type { InboxDetail, InboxSummary } from '../commands/inbox/operate-inbox.ts'
import type { InboundRecord, Verdict } from '../commands/ingest-adt/inbound.ts'
import type { QualityRequest, SourceQuality } from '../commands/inbox/data-quality.ts'
import type { Republish } from '../commands/journal/republish.ts'
import type { Unmerge } from '../commands/operations/unmerge-desk.ts'
import type { InboxFilter } from '../commands/ports/store.ts'
import type { SourceSettings } from '../mappers/adt/source.ts'
import type { Packages } from '../fhir/validation/profiles/packages.ts'
import type { Resource } from '../fhir/resource.ts'
import type { Result } from '../lib/result.ts'

/** What a verb may use of the world; tests give another. */
export interface CliIo {
  /** Standard output: results only. */
  readonly out: (text: string) => void
  /** Standard error: progress and what is wrong. */
  readonly err: (text: string) => void
  readonly readStdin: () => Promise<Buffer>
  /** Standard input piece by piece, for what may be larger than memory. */
  readonly openStdin: () => AsyncIterable<Uint8Array>
  /** The service that runs at `url`, or, without one, the configured store, or the service at HOST and PORT while that is open there. */
  readonly operations: (url: string | undefined) => Promise<Result<Operations>>
  /** What is known of the senders of messages: by SOURCES_CONFIG, or by this file instead. */
  readonly senders: (sources?: string) => Result<SourceSettings>
  /** A throw-away service on a database of its own, with the settings of the senders given, or those that hold. */
  readonly shadow: (sources?: string) => Promise<Result<Shadow>>
  readonly serve: () => Promise<number>
  /** Says what was done; `reindex` = the search values of every resource are written anew. */
  readonly migrate: (options: { readonly reindex: boolean }) => Promise<Result<string>>
  /** Derives every case of the configured store anew; `onPage` is told how far it is. */
  readonly recompute: (onPage: (so: Recomputed) => void) => Promise<Result<Recomputed>>
  /** FHIR packages to validate against: .tgz files or folders. */
  readonly packages: (places: readonly string[]) => Promise<Result<Packages>>
  readonly schemas: Readonly<Record<string, object>>
}

/** What a shadow is asked. */
export interface Shadow {
  readonly ingest: (value: Buffer) => Promise<Result<readonly Verdict[]>>
  /** Once all is in: what fell due since is marked, as a service that runs does. */
  readonly fireDue: () => Promise<void>
  /** By `Type/id`; undefined when there is none. */
  readonly read: (reference: string) => Promise<Resource | undefined>
  readonly close: () => Promise<void>
}

/** The same operations on a running service and on the configured store. */
export interface Operations {
  readonly ingest: (record: InboundRecord) => Promise<Result<readonly Verdict[]>>
  readonly find: (filter: InboxFilter) => Promise<Result<readonly InboxSummary[]>>
  readonly show: (id: string) => Promise<Result<InboxDetail>>
  readonly replay: (id: string, corrected?: Buffer) => Promise<Result<Verdict>>
  readonly quality: (wanted: QualityRequest) => Promise<Result<readonly SourceQuality[]>>
  readonly peers: () => Promise<Result<readonly { readonly name: string }[]>>
  readonly planPeer: (name: string) => Promise<Result<unknown>>
  readonly runPeer: (name: string) => Promise<Result<unknown>>
  readonly eventsStatus: () => Promise<Result<unknown>>
  readonly republishEvents: (wanted: Republish) => Promise<Result<unknown>>
  readonly unmerge: Unmerge
  /** A resource by `Type/id`; undefined when there is none. */
  readonly read: (reference: string) => Promise<Resource | undefined>
  readonly close: () => Promise<void>
}

/** One verb of the command line: exit code 0 done, 1 something in the input failed, 2 wrong usage or configuration. */
export interface Verb {
  readonly summary: string
  readonly help: string
  readonly run: (args: readonly string[], io: CliIo) => Promise<number>
}
