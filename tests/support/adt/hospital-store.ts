import { defaultCaseRules } from '../../../src/care-plan/case/case-rules.ts'
import { modelLookup, shippedModels } from '../../../src/care-plan/models/shipped-models.ts'
import { cycleDriver, drivingCyclesAgain } from '../../../src/commands/ingest-adt/drive-cycles-again.ts'
import { createIngest } from '../../../src/commands/ingest-adt/ingest.ts'
import type { InboundRecord, IngestAdt, Verdict } from '../../../src/commands/ingest-adt/inbound.ts'
import { interpretAdt } from '../../../src/commands/ingest-adt/interpret-adt.ts'
import { readRecord } from '../../../src/commands/ingest-adt/read-record.ts'
import { inboxIdOf } from '../../../src/commands/inbox/inbox-id.ts'
import type { EmitEvent } from '../../../src/commands/ports/events.ts'
import type {
  Changes,
  Fact,
  FlushConflict,
  InboxEntry,
  InboxQueries,
  Loaded,
  LoadRequest,
  Said,
  Store,
  Stored,
} from '../../../src/commands/ports/store.ts'
import { patientOf } from '../../../src/fhir/compartment.ts'
import { keyText, type Json, type Resource } from '../../../src/fhir/resource.ts'
import { validateResource } from '../../../src/fhir/validation/validate-resource.ts'
import { holidayCalendar } from '../../../src/lib/holiday-calendars.ts'
import { parseJson } from '../../../src/lib/json.ts'
import type { SourceSettings } from '../../../src/mappers/adt/source.ts'
import { bodyOf, textOfBody } from '../../../src/store/loads/remembered-bodies.ts'
import { loadTied } from '../../../src/store/loads/load-tied.ts'
import { noMeters } from '../counting-messages.ts'
import { settings } from './memory.ts'

/** A store for the one ingest handler: what it loads and flushes, with the guards of the real one, in memory. */
export interface HospitalStore {
  readonly ingest: IngestAdt
  readonly resources: () => readonly Resource[]
  /** All that stands besides: facts, registers and the inbox. */
  readonly rest: () => readonly unknown[]
  /** Flushes that were refused because another writer was first. */
  readonly conflicts: () => number
  /** In the order in which batches were done. */
  readonly verdicts: () => readonly Verdict[]
  /** Messages that could not be applied to the end. */
  readonly letters: () => readonly InboxEntry[]
}

interface Tables {
  readonly rows: Map<string, Stored>
  readonly facts: Map<string, Fact>
  readonly said: Map<string, Said>
  readonly inbox: Map<string, InboxEntry>
}

/** `pause` is waited for before each read and each write: it lets other writers in. */
export function hospitalStore(
  pause: () => Promise<unknown>,
  nowMs: () => number,
  own: SourceSettings = settings,
): HospitalStore {
  const tables: Tables = { rows: new Map(), facts: new Map(), said: new Map(), inbox: new Map() }
  const verdicts: Verdict[] = []
  let conflicts = 0
  const store: Pick<Store, 'load' | 'flush'> = {
    load: async request => {
      await pause()
      return (await loadTied(part => Promise.resolve(loadedFrom(tables, part)), request)).seen
    },
    flush: async changes => {
      await pause()
      const conflict = conflictOf(tables, changes)
      if (conflict) conflicts += 1
      if (conflict) return { ok: false, failure: conflict }
      return { ok: true, value: { at: changes.at, written: write(tables, changes) } }
    },
  }
  const clock = { nowMs }
  const interpret = interpretAdt({
    ...{ settings: own, rules: defaultCaseRules, models: modelLookup(shippedModels), clock },
    calendar: holidayCalendar('us-federal'),
    validate: validateResource,
  })
  const handler = createIngest({
    ...{ store: store as Store, tenant: own.tenant, clock, emit, targets: [] },
    meters: noMeters,
    prepare: (record: InboundRecord, index) => readRecord(record, index, interpret, own),
  })
  const inbox = { find: findIn(tables) }
  const driving = { ingest: handler, inbox, store, tenant: own.tenant, settings: own, emit }
  const ingest = drivingCyclesAgain(cycleDriver(driving), driving)
  return {
    ingest: async batch => {
      const result = await ingest(batch)
      if (result.kind === 'done') verdicts.push(...result.verdicts.flat())
      return result
    },
    resources: () => [...tables.rows.values()].map(({ content }) => parseJson(content) as Resource),
    rest: () => [tables.facts, tables.said, tables.inbox].flatMap(table => [...table]),
    conflicts: () => conflicts,
    verdicts: () => verdicts,
    letters: () => [...tables.inbox.values()].filter(({ outcome }) => outcome === 'dead-letter'),
  }
}

/** Nothing of what a day holds is more than our own code can take; a merge that leads back waits for its unlink. */
const emit: EmitEvent = (name, fields) => {
  if (name === 'batch-ingested' || (fields as { readonly code?: unknown }).code === 'merge-cycle') return
  throw new Error(`${name} ${JSON.stringify(fields)}`)
}

const findIn =
  ({ inbox }: Tables): InboxQueries['find'] =>
  (_tenant, { subject, outcome }) =>
    Promise.resolve(
      [...inbox.values()].filter(
        entry => entry.subject === subject && outcome?.includes(entry.outcome) === true,
      ),
    )

/** What was asked for and no more, so that a need that is not said shows. */
function loadedFrom({ rows, facts, said, inbox }: Tables, request: LoadRequest): Loaded {
  const keys = new Set((request.keys ?? []).map(keyText))
  const types = new Set(request.compartments?.types)
  const patients = new Set(request.compartments?.patients)
  const subjects = new Set(request.subjects)
  const names = new Set((request.messages ?? []).map(({ source, messageId }) => `${source}\n${messageId}`))
  const isOfCompartment = ({ type, content }: Stored): boolean =>
    types.has(type) && patients.has(patientOf(parseJson(content) as Resource) ?? '')
  const refersToWhole = ({ content }: Stored): boolean =>
    (request.wholes ?? []).some(id => content.includes(`Patient/${id}`))
  return {
    resources: [...rows.values()].filter(
      row => keys.has(keyText(row)) || isOfCompartment(row) || refersToWhole(row),
    ),
    facts: [...facts.values()].filter(({ subject }) => subjects.has(subject)),
    said: [...said.values()].filter(({ subject }) => subjects.has(subject)),
    messages: [...inbox.values()].filter(({ source, messageId }) => names.has(`${source}\n${messageId}`)),
  }
}

const registerOf = ({ subject, scope }: Said): string => `${subject}\n${scope}`

function conflictOf({ rows, said, inbox }: Tables, changes: Changes): FlushConflict | undefined {
  const keys = changes.writes
    .filter(({ type, id, expect }) => (rows.get(`${type}/${id}`)?.version ?? 0) !== expect)
    .map(keyText)
  const subjects = (changes.said ?? [])
    .filter(one => (said.get(registerOf(one))?.version ?? 0) !== one.version - 1)
    .map(({ subject }) => subject)
  if (keys.length + subjects.length > 0) return { kind: 'stale', keys, subjects }
  const isClaimed = changes.inbox?.some(entry => entry.mode === 'claim' && inbox.has(inboxIdOf(entry)))
  return isClaimed ? { kind: 'claimed' } : undefined
}

function write(tables: Tables, { writes, facts, said, inbox, at }: Changes): readonly Stored[] {
  for (const fact of facts ?? []) tables.facts.set(fact.id, asStored(fact))
  for (const one of said ?? []) tables.said.set(registerOf(one), asStored(one))
  for (const { mode: _mode, ...entry } of inbox ?? []) tables.inbox.set(inboxIdOf(entry), entry)
  return writes.flatMap(({ type, id, shard, expect, versions }) => {
    const [version, resource] = [expect + versions.length, versions.at(-1)]
    if (!resource) throw new Error(`a message deleted ${type}/${id}`)
    const meta = { ...resource.meta, versionId: String(version), lastUpdated: at }
    const content = JSON.stringify({ ...resource, id, meta })
    const row = { type, id, shard, version, updated: at, deleted: false, indexHash: 0n, content }
    tables.rows.set(`${type}/${id}`, row)
    return [row]
  })
}

/** As the real store does: the same text is loaded as the same object, of which is known what was made of it. */
const asStored = <T extends { readonly body: Json }>(one: T): T => ({
  ...one,
  body: bodyOf(textOfBody(one.body)),
})
