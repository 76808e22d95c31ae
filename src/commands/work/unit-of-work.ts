import type { Instant } from '../../lib/clock.ts'
import { sameResource } from '../../fhir/same-resource.ts'
import { patientOf } from '../../fhir/compartment.ts'
import { keyText, type Resource, type ResourceKey } from '../../fhir/resource.ts'
import { caseEventRows, type Told } from '../journal/case-events.ts'
import { eventOutbox, type JournalSettings } from '../journal/cloud-event.ts'
import { isProtected } from '../../mappers/case/effects/privacy-labels.ts'
import { taskTimers } from '../timers/task-timers.ts'
import { parseStored, type ParseStored } from './parsed-resources.ts'
import type { OutboxWrite } from '../ports/outbox.ts'
import type { AuditEntry, CaseEventRow, Changes, Stored, Write } from '../ports/store.ts'
import { versionInstants } from './version-instants.ts'
import { current, loadedRows, versionOf, type Row, type StandingList } from './work-rows.ts'

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
  readonly standing: () => StandingList
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

/** Opens a unit of work over what was loaded. */
export function openWork(context: WorkContext, loaded: readonly Stored[]): UnitOfWork {
  const base = loadedRows(loaded, context.parse ?? parseStored)
  const staged = new Map<string, Row>()
  const rowOf = (text: string): Row | undefined => staged.get(text) ?? base.rows.get(text)
  const changed = (): readonly Row[] => [...staged.values()].toSorted((a, b) => a.order - b.order)
  const toldOf = new Map<number, Told>()
  let step = 0
  let changedInStep = new Set<string>()
  const stage = (row: Row, resource: Resource | undefined, origin: string | undefined): void => {
    const kept = row.versions.at(-1)?.step === step ? row.versions.slice(0, -1) : row.versions
    const text = keyText(row.key)
    staged.set(text, { ...row, versions: [...kept, { step, resource, origin }] })
    changedInStep.add(text)
  }

  return {
    at: context.at,
    standing: () => base.standingWith([...staged.values()]),
    get: key => {
      const row = rowOf(keyText(key))
      return row && current(row)
    },
    loadedVersion: key => rowOf(keyText(key))?.version ?? 0,
    version: key => {
      const row = rowOf(keyText(key))
      return row ? versionOf(row) : 0
    },
    put: (resource, options) => {
      const key = { type: resource.resourceType, id: resource.id }
      const row = rowOf(keyText(key)) ?? newRow(key, options, base.rows.size + staged.size)
      const standing = current(row)
      if (standing && sameResource(standing, resource)) return 'unchanged'
      stage(row, resource, options.origin)
      return standing ? 'updated' : 'created'
    },
    remove: key => {
      const row = rowOf(keyText(key))
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
      changed().map(row => {
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
      return changesOf(context, { changed: changed(), toldOf, loaded: base.rows })
    },
  }
}

const newRow = (key: ResourceKey, { shard, clientAssigned = false }: PutOptions, order: number): Row => ({
  ...{ key, stored: undefined, version: 0, shard, clientAssigned, order },
  before: () => undefined,
  versions: [],
})

interface Staged {
  /** In order of what was loaded. */
  readonly changed: readonly Row[]
  readonly toldOf: ReadonlyMap<number, Told>
  readonly loaded: ReadonlyMap<string, Row>
}

function changesOf(context: WorkContext, staged: Staged): Changes {
  const { changed } = staged
  const events = eventsOf(context, staged)
  return {
    tenant: context.tenant,
    lane: context.lane,
    at: context.at,
    writes: changed.map(toWrite),
    events,
    outbox: [
      ...(context.targets.length > 0 ? changed.flatMap(row => outboxRows(row, context.targets)) : []),
      ...(context.journal?.topic === undefined
        ? []
        : eventOutbox(events.filter(isSent(context.journal, staged)), context.journal)),
    ],
    timers: taskTimers(changed.map(timerChange)),
    audit: changed.map(row => auditEntry(row, context)),
  }
}

/** Whether an event goes out: of a protected case only where that is wanted (adt.md 3.5, Privacy). It is kept in any case. */
function isSent({ sendsProtected = false }: JournalSettings, { changed, loaded }: Staged) {
  const known = new Map<string, boolean>()
  const episodes = new Map(
    changed.flatMap(row => (row.key.type === 'EpisodeOfCare' ? [[row.key.id, row]] : [])),
  )
  const isOpen = (caseId: string): boolean => {
    const row = episodes.get(caseId) ?? loaded.get(keyText({ type: 'EpisodeOfCare', id: caseId }))
    const episode = row && (current(row) ?? row.before())
    return !episode || !isProtected(episode)
  }
  return ({ caseId }: CaseEventRow): boolean => {
    const isOut = sendsProtected || (known.get(caseId) ?? isOpen(caseId))
    known.set(caseId, isOut)
    return isOut
  }
}

/** What happened to cases, version by version in the order of the steps. */
function eventsOf({ journal, at, actor }: WorkContext, { changed, toldOf, loaded }: Staged) {
  if (!journal || !mayTouchCase(changed, loaded)) return []
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
  return caseEventRows({ settings: journal, steps, rows: [...loaded.values()], actor })
}

/** A case is an EpisodeOfCare: where none was loaded and none is written, nothing belongs to one (mappers/case/journal/journal-world.ts). */
function mayTouchCase(changed: readonly Row[], loaded: ReadonlyMap<string, Row>): boolean {
  if (changed.length === 0) return false
  if (changed.some(({ key }) => key.type === 'EpisodeOfCare')) return true
  for (const { key } of loaded.values()) if (key.type === 'EpisodeOfCare') return true
  return false
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
    ...(row.stored && !row.stored.deleted && { before: row.before }),
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
