import type { Instant } from '../lib/clock.ts'
import { sameResource } from '../fhir/same-resource.ts'
import { patientOf } from '../fhir/compartment.ts'
import { keyText, type Resource, type ResourceKey } from '../fhir/resource.ts'
import { caseEventRows, type Told } from './journal/case-events.ts'
import { eventOutbox, type JournalSettings } from './journal/cloud-event.ts'
import { taskTimers } from './timers/task-timers.ts'
import { parseStored, type ParseStored } from './parsed-resources.ts'
import type { OutboxWrite } from './ports/outbox.ts'
import type { AuditEntry, Changes, Stored, Write } from './ports/store.ts'
import { versionInstants } from './version-instants.ts'

/** Who writes what into which part of the store; one unit of work is one database transaction. */
export interface WorkContext {
  readonly tenant: number
  readonly lane: number
  readonly at: Instant
  readonly actor: string
  readonly requestId?: string
  /** Who must hear of changes: every peer that resources are pushed to. */
  readonly targets: readonly OutboxTarget[]
  /** How the events of cases are kept and sent; without it none are: of a unit of work that is never flushed. */
  readonly journal?: JournalSettings
  /** How rows are read: `parseStored` unless said otherwise. */
  readonly parse?: ParseStored
}

export interface OutboxTarget {
  /** `peer:<name>`. */
  readonly target: string
  readonly types: ReadonlySet<string>
}

export interface PutOptions {
  /** Where it has to live when it is new. */
  readonly shard: number
  readonly clientAssigned?: boolean
  /** The change came from this target: it must not be sent back there. */
  readonly origin?: string
}

export type PutOutcome = 'created' | 'updated' | 'unchanged'

/** The one write path (architecture D2): every door stages its changes here, then flushes them at once. */
export interface UnitOfWork {
  /** When it is recorded. */
  readonly at: Instant
  /** What stands now, staged changes included; undefined when absent or deleted. */
  readonly get: (key: ResourceKey) => Resource | undefined
  /** All that stands now, loaded or staged, with the version it will have once flushed; deleted ones are not in it. */
  readonly standing: () => readonly { readonly resource: Resource; readonly version: number }[]
  /** Version of the loaded row (0 when there is none): what a guard compares with. */
  readonly loadedVersion: (key: ResourceKey) => number
  /** The version it will have once flushed. */
  readonly version: (key: ResourceKey) => number
  /** Stages a resource; nothing happens when it says what stands already. */
  readonly put: (resource: Resource & { readonly id: string }, options: PutOptions) => PutOutcome
  readonly remove: (key: ResourceKey) => boolean
  /** From here on a further change of a resource is a further version (one version per message). */
  readonly nextStep: () => void
  /** Keys changed since the last step began. */
  readonly changedInStep: () => readonly string[]
  /** What has been staged so far, as the audit will say it, with the shard that each lives in and whose record it is in. */
  readonly audit: () => readonly Audited[]
  /** What the writer of this step knows of it, for the events of cases; said again, it replaces what was said before. */
  readonly say: (told: Told) => void
  /**
   * Everything staged, for Store.flush; facts, registers and the like are added by the caller. `told` is said of the last
   * step.
   */
  readonly changes: (told?: Told) => Changes
}

export interface Audited {
  readonly entry: AuditEntry
  readonly shard: number
  readonly patient: string | undefined
}

interface Row {
  readonly key: ResourceKey
  readonly stored: Stored | undefined
  readonly shard: number
  readonly clientAssigned: boolean
  /** What was loaded, parsed when first asked for. */
  readonly before: () => Resource | undefined
  readonly versions: readonly {
    readonly step: number
    readonly resource: Resource | undefined
    readonly origin: string | undefined
  }[]
}

/** Opens a unit of work over what was loaded. */
export function openWork(context: WorkContext, loaded: readonly Stored[]): UnitOfWork {
  const rows = loadedRows(loaded, context.parse)
  const toldOf = new Map<number, Told>()
  let step = 0
  let changedInStep = new Set<string>()
  const stage = (row: Row, resource: Resource | undefined, origin: string | undefined): void => {
    const kept = row.versions.at(-1)?.step === step ? row.versions.slice(0, -1) : row.versions
    const text = keyText(row.key)
    rows.set(text, { ...row, versions: [...kept, { step, resource, origin }] })
    changedInStep.add(text)
  }

  return {
    at: context.at,
    standing: () => standingOf(rows),
    get: key => {
      const row = rows.get(keyText(key))
      return row && current(row)
    },
    loadedVersion: key => rows.get(keyText(key))?.stored?.version ?? 0,
    version: key => {
      const row = rows.get(keyText(key))
      return row ? versionOf(row) : 0
    },
    put: (resource, options) => {
      const key = { type: resource.resourceType, id: resource.id }
      const row = rows.get(keyText(key)) ?? {
        key,
        stored: undefined,
        shard: options.shard,
        clientAssigned: options.clientAssigned ?? false,
        before: () => undefined,
        versions: [],
      }
      const standing = current(row)
      if (standing && sameResource(standing, resource)) return 'unchanged'
      stage(row, resource, options.origin)
      return standing ? 'updated' : 'created'
    },
    remove: key => {
      const row = rows.get(keyText(key))
      if (!row || !current(row)) return false
      stage(row, undefined, undefined)
      return true
    },
    nextStep: () => {
      step += 1
      changedInStep = new Set()
    },
    changedInStep: () => [...changedInStep],
    audit: () =>
      changedRows(rows).map(row => {
        const resource = current(row) ?? row.before()
        return {
          ...{ entry: auditEntry(row, context), shard: row.shard },
          patient: resource && patientOf(resource),
        }
      }),
    say: told => {
      toldOf.set(step, told)
    },
    changes: told => {
      if (told) toldOf.set(step, told)
      return changesOf(context, rows, toldOf)
    },
  }
}

const loadedRows = (loaded: readonly Stored[], parse: ParseStored | undefined): Map<string, Row> =>
  new Map(
    loaded.map(stored => {
      const key = { type: stored.type, id: stored.id }
      const before = parsedOnce(stored, parse)
      return [keyText(key), { key, stored, shard: stored.shard, clientAssigned: false, before, versions: [] }]
    }),
  )

const current = ({ versions, before }: Row): Resource | undefined =>
  versions.length > 0 ? versions.at(-1)?.resource : before()

const versionOf = ({ stored, versions }: Row): number => (stored?.version ?? 0) + versions.length

const standingOf = (rows: ReadonlyMap<string, Row>): ReturnType<UnitOfWork['standing']> =>
  [...rows.values()].flatMap(row => {
    const resource = current(row)
    return resource ? [{ resource, version: versionOf(row) }] : []
  })

function changesOf(
  context: WorkContext,
  rows: ReadonlyMap<string, Row>,
  toldOf: ReadonlyMap<number, Told>,
): Changes {
  const changed = changedRows(rows)
  const events = eventsOf(context, { rows, changed, toldOf })
  return {
    tenant: context.tenant,
    lane: context.lane,
    at: context.at,
    writes: changed.map(toWrite),
    events,
    outbox: [
      ...changed.flatMap(row => outboxRows(row, context.targets)),
      ...(context.journal ? eventOutbox(events, context.journal) : []),
    ],
    timers: taskTimers(changed.map(timerChange)),
    audit: changed.map(row => auditEntry(row, context)),
  }
}

const changedRows = (rows: ReadonlyMap<string, Row>): readonly Row[] =>
  [...rows.values()].filter(row => row.versions.length > 0)

interface Staged {
  readonly rows: ReadonlyMap<string, Row>
  readonly changed: readonly Row[]
  readonly toldOf: ReadonlyMap<number, Told>
}

/** What happened to cases, version by version in the order of the steps. */
function eventsOf({ journal, at, actor }: WorkContext, { rows, changed, toldOf }: Staged) {
  if (!journal || changed.length === 0) return []
  const byStep = Map.groupBy(
    changed.flatMap(row => versionsOf(row, at)),
    ({ step }) => step,
  )
  const steps = [...byStep]
    .toSorted(([a], [b]) => a - b)
    .map(([step, versions]) => ({
      changes: versions.map(({ change }) => change),
      told: toldOf.get(step) ?? {},
    }))
  const standing = [...rows.values()].map(({ key, stored, before }) => ({
    key,
    version: stored?.version ?? 0,
    before,
  }))
  return caseEventRows({ settings: journal, steps, rows: standing, actor })
}

function versionsOf(row: Row, at: Instant) {
  const times = versionInstants(at, row.stored?.updated, row.versions.length)
  return row.versions.map(({ step, resource }, index) => ({
    step,
    change: {
      key: row.key,
      version: (row.stored?.version ?? 0) + index + 1,
      recorded: times[index] ?? at,
      before: index === 0 ? row.before() : row.versions[index - 1]?.resource,
      after: resource,
    },
  }))
}

function parsedOnce(stored: Stored, parse: ParseStored = parseStored): () => Resource | undefined {
  let parsed: Resource | undefined
  return () => {
    if (!stored.deleted) parsed ??= parse(stored)
    return parsed
  }
}

const timerChange = (row: Row) => ({
  ...row.key,
  before: row.before(),
  after: row.versions.at(-1)?.resource,
})

function toWrite(row: Row): Write {
  return {
    type: row.key.type,
    id: row.key.id,
    shard: row.shard,
    expect: row.stored?.version ?? 0,
    ...(row.stored && { expectIndexHash: row.stored.indexHash, expectUpdated: row.stored.updated }),
    ...(row.clientAssigned && { clientAssigned: true }),
    versions: row.versions.map(version => version.resource),
  }
}

function outboxRows(row: Row, targets: readonly OutboxTarget[]): readonly OutboxWrite[] {
  const last = row.versions.at(-1)
  const resource = last?.resource ?? row.before()
  const patient = resource && patientOf(resource)
  return targets
    .filter(({ target, types }) => types.has(row.key.type) && last?.origin !== target)
    .map(({ target }) => ({
      target,
      key: patient ?? keyText(row.key),
      payload: { type: row.key.type, id: row.key.id },
    }))
}

function auditEntry(row: Row, context: WorkContext): AuditEntry {
  const last = row.versions.at(-1)
  return {
    actor: context.actor,
    action: last?.resource === undefined ? 'delete' : row.stored && !row.stored.deleted ? 'update' : 'create',
    key: keyText(row.key),
    version: versionOf(row),
    ...(context.requestId !== undefined && { requestId: context.requestId }),
  }
}
