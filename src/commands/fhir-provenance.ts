import { keyText, type Resource, type ResourceKey } from '../fhir/resource.ts'
import type { Caller, FhirDeps } from './fhir-deps.ts'
import type { AuditEntry } from './ports/store.ts'
import type { UnitOfWork } from './unit-of-work.ts'

const DATA_OPERATION = 'http://terminology.hl7.org/CodeSystem/v3-DataOperation'

/** In the order that `activity` lists them. */
const operations = [
  ['create', 'CREATE', 'create'],
  ['update', 'UPDATE', 'revise'],
  ['delete', 'DELETE', 'delete'],
] as const

/** They say who did something themselves: a record of the record would have no end. */
const recordTypes: ReadonlySet<string> = new Set(['Provenance', 'AuditEvent'])

export interface RecordOptions {
  readonly deps: Pick<FhirDeps, 'ids'>
  readonly caller: Caller
  readonly work: UnitOfWork
  /** What the request names, in its order: so the targets come in an order that says something. */
  readonly named: readonly ResourceKey[]
  readonly told?: Occurrence
}

/** What is known of a command beside what it wrote. */
export interface Occurrence {
  /** Name of the command. */
  readonly activity: string
  /** When it happened. */
  readonly at: string
  readonly reason?: string
}

/**
 * Stages one Provenance for all that a request changed, none when it changed nothing or only records of others: who did
 * it (X-Actor), when, and which versions came of it (http://hl7.org/fhir/R4/provenance.html). It lives in the shard of
 * its first target.
 */
export function recordProvenance({ deps, caller, work, named, told }: RecordOptions): void {
  const audit = work.audit()
  const shards = new Map(audit.map(({ entry, shard }) => [entry.key, shard]))
  const places = new Map(named.map((key, index) => [keyText(key), index]))
  const placeOf = ({ key }: AuditEntry): number => places.get(key) ?? places.size
  const changed = audit
    .map(({ entry }) => entry)
    .filter(({ key }) => !recordTypes.has(key.slice(0, key.indexOf('/'))))
    .toSorted((a, b) => placeOf(a) - placeOf(b) || (a.key < b.key ? -1 : 1))
  const shard = changed[0] && shards.get(changed[0].key)
  if (shard === undefined) return
  const said = { id: deps.ids.mint(shard), recorded: work.at, actor: caller.actor, ...(told && { told }) }
  work.put(provenanceOf(changed, said), { shard })
}

interface Said {
  readonly id: string
  readonly recorded: string
  readonly actor: string
  readonly told?: Occurrence
}

function provenanceOf(
  changed: readonly AuditEntry[],
  { id, recorded, actor, told }: Said,
): Resource & { readonly id: string } {
  const coding = operations.flatMap(([action, code, display]) =>
    changed.some(entry => entry.action === action) ? [{ system: DATA_OPERATION, code, display }] : [],
  )
  return {
    resourceType: 'Provenance',
    id,
    target: changed.map(({ key, version }) => ({ reference: `${key}/_history/${version}` })),
    ...(told && { occurredDateTime: told.at }),
    recorded,
    ...(told?.reason !== undefined && { reason: [{ text: told.reason }] }),
    activity: { coding, ...(told && { text: told.activity }) },
    agent: [{ who: { reference: actor } }],
  }
}
