import type { Resource } from '../../src/fhir/resource.ts'
import type { IndexEntry } from '../../src/fhir/search/indexing/index-entry.ts'
import type { Changes, InboxWrite, Store, Stored, Write } from '../../src/commands/ports/store.ts'
import { openPostgresStore } from '../../src/store/open-store.ts'
import type { StoreEvent } from './store-events.ts'
import { runProgram } from './store-runner.ts'

/**
 * The store's own path over the same events as the ceiling program: load the compartments and messages of a batch,
 * decide on the versions found, flush through the port. `--mix adt` adds what a message of a real feed also writes:
 * its 1 kB of text, two facts, two registers, a timer and an audit row for each resource.
 */
const isFull = process.argv.includes('adt')
const types = ['Patient', 'Encounter', 'EpisodeOfCare', 'Coverage', 'Task']
const indexes = new WeakMap<Resource, IndexEntry>()
const raw = Buffer.alloc(isFull ? 1000 : 0, 'MSH|^~\\&|')

let store: Store

async function persist(events: readonly StoreEvent[], lane: number): Promise<void> {
  const patients = [...new Set(events.map(patientOf))]
  const loaded = await store.load({
    tenant: 1,
    lane,
    compartments: { patients, types },
    messages: events.map(event => ({ source: 'feed-1', messageId: event.messageId })),
    ...(isFull && { subjects: patients }),
  })
  if (loaded.messages.length > 0) throw new Error('a message came twice')
  const flushed = await store.flush({
    tenant: 1,
    lane,
    at: new Date(events[0]?.atMs ?? 0).toISOString(),
    writes: writesOf(events, new Map(loaded.resources.map(stored => [stored.id, stored]))),
    inbox: events.map(inboxOf),
    outbox: events.flatMap(event => event.outbox),
    ...(isFull && restOf(events, new Map(loaded.said.map(said => [said.subject, said.version])))),
  })
  if (!flushed.ok) throw new Error(`conflict: ${flushed.failure.kind}`)
}

const patientOf = (event: StoreEvent): string => event.resources[0]?.id ?? ''

function writesOf(events: readonly StoreEvent[], loaded: ReadonlyMap<string, Stored>): readonly Write[] {
  const writes = new Map<string, Write & { readonly versions: Resource[] }>()
  for (const { type, id, shard, resource, index } of events.flatMap(event => event.resources)) {
    indexes.set(resource, index)
    const known = writes.get(id)
    if (known) {
      known.versions.push(resource)
      continue
    }
    const stored = loaded.get(id)
    writes.set(id, {
      ...{ type, id, shard, expect: stored?.version ?? 0, versions: [resource] },
      ...(stored && { expectIndexHash: stored.indexHash, expectUpdated: stored.updated }),
    })
  }
  return [...writes.values()]
}

const inboxOf = (event: StoreEvent): InboxWrite => ({
  mode: 'claim',
  source: 'feed-1',
  messageId: event.messageId,
  payloadHash: event.messageId,
  trigger: 'A08',
  outcome: 'applied',
  received: new Date(event.atMs).toISOString(),
  origin: `adt/${event.patient % 12}/${event.number}`,
  raw,
  resources: isFull ? event.resources.map(({ type, id }) => `${type}/${id}`) : [],
})

function restOf(events: readonly StoreEvent[], versions: ReadonlyMap<string, number>): Partial<Changes> {
  const at = (event: StoreEvent): string => new Date(event.atMs).toISOString()
  const subjects = [...new Map(events.map(event => [patientOf(event), event])).entries()]
  return {
    facts: events.flatMap(event =>
      ['movement', 'correction'].map(kind => ({
        ...{
          id: `${event.messageId}|${kind}`,
          subject: patientOf(event),
          kind,
          scope: 'visit',
          at: at(event),
          recorded: at(event),
        },
        ...{
          actor: 'Device/adt',
          source: 'feed-1',
          body: { trigger: 'A08', location: 'MED^101^A', class: 'I' },
        },
      })),
    ),
    said: subjects.flatMap(([subject, event]) =>
      ['', 'visit'].map(scope => ({
        ...{ subject, scope, version: (versions.get(subject) ?? 0) + 1 },
        body: { 'feed-1': { 'PID-5': [`${at(event)}|${event.messageId}`, 'X'.repeat(300)] } },
      })),
    ),
    timers: {
      put: events.map(event => ({
        id: `obligation/${event.resources[4]?.id}`,
        due: at(event),
        kind: 'obligation',
        subject: patientOf(event),
        payload: {},
      })),
      drop: [],
    },
    audit: events.flatMap(event =>
      event.resources.map(({ type, id }) => ({
        actor: 'Device/adt',
        action: 'update' as const,
        key: `${type}/${id}`,
      })),
    ),
  }
}

await runProgram({
  prepare: async (databaseUrl, lanes) => {
    store = await openPostgresStore({
      databaseUrl,
      lanes,
      readers: lanes,
      clock: { nowMs: () => Date.now() },
      indexResource: resource => indexes.get(resource) ?? { lookups: [], dates: [], hash: 0n },
      migrate: 'auto',
    })
  },
  persist,
  close: () => store.close(),
})
