import { keyText, type Resource, type ResourceKey } from '../../fhir/resource.ts'
import { withClaims } from '../../mappers/us-core/with-claims.ts'
import type { Caller, FhirDeps } from './fhir-deps.ts'
import type { AuditEntry } from '../ports/store.ts'
import type { Audited, UnitOfWork } from '../work/unit-of-work.ts'

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
  readonly work: Pick<UnitOfWork, 'at' | 'audit' | 'put'>
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
 * it (the caller), when, and which versions came of it (http://hl7.org/fhir/R4/provenance.html). When the request changed
 * the records of several patients, each gets its own, and so does what is nobody's: a Provenance is in the compartment of every
 * patient that it names, and must not tell one of another. It lives in the shard of its first target.
 */
export function recordProvenance({ deps, caller, work, named, told }: RecordOptions): void {
  const places = new Map(named.map((key, index) => [keyText(key), index]))
  const placeOf = ({ key }: AuditEntry): number => places.get(key) ?? places.size
  const changed = work
    .audit()
    .filter(({ entry: { key } }) => !recordTypes.has(key.slice(0, key.indexOf('/'))))
    .toSorted((a, b) => placeOf(a.entry) - placeOf(b.entry) || (a.entry.key < b.entry.key ? -1 : 1))
  for (const record of recordsIn(changed)) {
    const [first] = record
    if (!first) continue
    const said = { recorded: work.at, actor: caller.actor, ...(told && { told }) }
    const entries = record.map(({ entry }) => entry)
    const id = deps.ids.mint(first.shard)
    work.put(withClaims(provenanceOf(entries, { id, ...said })), { shard: first.shard })
  }
}

/** By patient, when there are several. */
function recordsIn(changed: readonly Audited[]): readonly (readonly Audited[])[] {
  const patients = new Set(changed.flatMap(({ patient }) => patient ?? []))
  return patients.size > 1 ? [...Map.groupBy(changed, ({ patient }) => patient).values()] : [changed]
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
