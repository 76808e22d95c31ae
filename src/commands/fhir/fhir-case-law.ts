import { shardInId } from '../../lib/ids.ts'
import { ok, type Result } from '../../lib/result.ts'
import { patientOf } from '../../fhir/compartment.ts'
import { keyText, type Resource } from '../../fhir/resource.ts'
import { caseFileTypes } from '../cases/case-compartment.ts'
import { staysIn } from '../cases/case-scene.ts'
import type { Caller, FhirDeps } from './fhir-deps.ts'
import { shardOf, type PlacedIntent } from './fhir-placing.ts'
import type { Loaded } from '../ports/store.ts'
import { parseRemembered } from '../work/parsed-resources.ts'
import { openWork, type UnitOfWork } from '../work/unit-of-work.ts'

/** What a case may be made of. */
const partTypes: ReadonlySet<string> = new Set(caseFileTypes.filter(type => type !== 'Patient'))

export interface LawOptions {
  readonly deps: FhirDeps
  readonly caller: Caller
  readonly work: UnitOfWork
  readonly placed: readonly PlacedIntent[]
  readonly loaded: Loaded
  readonly atInstant: string
}

/** The law sees what stood and what is staged, and says what to write instead. */
export function underCaseLaw({ deps, caller, work, placed, loaded, atInstant }: LawOptions): Result<void> {
  const changedKeys = new Set(work.changedInStep())
  const changed = placed.flatMap(({ key }) => {
    const resource = partTypes.has(key.type) && changedKeys.has(keyText(key)) ? work.get(key) : undefined
    return resource ? [resource] : []
  })
  const before = standingIn(loaded)
  const removed = placed.flatMap(({ key }) => {
    const isRemoved = partTypes.has(key.type) && changedKeys.has(keyText(key)) && !work.get(key)
    return isRemoved ? (before.get(key) ?? []) : []
  })
  if (changed.length + removed.length === 0) return ok(undefined)
  const compartment = loaded.resources.flatMap(row =>
    partTypes.has(row.type) ? (before.get(row) ?? []) : [],
  )
  const { actor } = caller
  const { consequences } = deps
  const staysOf = (patient: string) => {
    const shard = shardOf(deps.tenant, { type: 'Patient', id: patient }, patient)
    return consequences ? staysIn(consequences, { patient, shard, loaded }).stays : []
  }
  const input = {
    compartment,
    changed,
    removed,
    actor,
    door: 'fhir' as const,
    at: atInstant,
    canonicalBase: deps.canonicalBase,
    ...(consequences && { staysOf }),
  }
  const lawful = deps.applyCaseLaw(input)
  if (!lawful.ok) return lawful
  for (const resource of lawful.value) {
    if (!hasId(resource)) continue
    const key = { type: resource.resourceType, id: resource.id }
    work.put(resource, {
      shard: shardInId(key.id) ?? shardOf(deps.tenant, key, patientOf(resource, deps.base)),
    })
  }
  return ok(undefined)
}

/** What was loaded, to be read as it stood before anything is staged. */
export const standingIn = ({ resources }: Loaded): Pick<UnitOfWork, 'get' | 'loadedVersion'> =>
  openWork({ tenant: 0, lane: 0, at: '', actor: '', targets: [], parse: parseRemembered }, resources)

const hasId = (resource: Resource): resource is Resource & { readonly id: string } =>
  resource.id !== undefined
