import { instantOf } from '../../lib/clock.ts'
import { startMsOf } from '../../lib/fhir-time.ts'
import { fail, ok, type Result } from '../../lib/result.ts'
import { nounLenses } from '../../mappers/case/nouns/noun-lenses.ts'
import type { CaseScene } from '../../mappers/case/views/case-scene.ts'
import { shardOf } from '../fhir-placing.ts'
import type { Loaded, Stored } from '../ports/store.ts'
import { caseFileTypes, caseIn, caseUnknown, compartmentOf, patientOfCase } from './case-compartment.ts'
import type { CaseDeps } from './case-deps.ts'
import { staysIn } from './case-scene.ts'

export interface ViewRequest {
  readonly id: string
  /** What was known at this time; now when absent. */
  readonly at?: string
}

/**
 * A case as it is known now, or as it was at an instant: the versions and facts recorded by then, the clock then.
 * Failures: `case-unknown`, `at-malformed`.
 */
export async function viewCase(deps: CaseDeps, { id, at }: ViewRequest): Promise<Result<CaseScene>> {
  const instant = at === undefined ? undefined : instantIn(deps, at)
  if (instant && !instant.ok) return instant
  const patient = await patientOfCase(deps, id)
  if (!patient.ok) return patient
  const loaded = await loadedAt(deps, patient.value, instant?.value)
  const compartment = compartmentOf(loaded.resources)
  const lenses = nounLenses(deps.canonicalBase)
  const found = caseIn(id, compartment, lenses)
  if (!found) return caseUnknown
  const { rules, calendar, timeZone, models, canonicalBase, tenant } = deps
  const shard = shardOf(tenant, { type: 'Patient', id: patient.value }, patient.value)
  return ok({
    ...found,
    ...{ patient: patient.value, tenant, shard, lenses, rules, calendar, timeZone, models, canonicalBase },
    compartment: compartment.resources,
    stays: staysIn(deps, { patient: patient.value, shard, loaded }),
    nowMs: instant ? startMsOf(instant.value, 'UTC') : deps.clock.nowMs(),
    ...(instant && { at: instant.value }),
  })
}

async function loadedAt(
  { store, tenant }: CaseDeps,
  patient: string,
  at: string | undefined,
): Promise<Pick<Loaded, 'resources' | 'facts' | 'said'>> {
  const request = { tenant, lane: 0, subjects: [patient] }
  const keys = [{ type: 'Patient', id: patient }]
  const compartments = { patients: [patient], types: caseFileTypes }
  if (at === undefined) return store.load({ ...request, keys, compartments })
  const [said, resources] = await Promise.all([
    store.load(request),
    store.compartmentAt(tenant, { patient, types: caseFileTypes, at }),
  ])
  return {
    resources: unique(resources),
    said: said.said,
    facts: said.facts.filter(fact => fact.recorded <= at),
  }
}

const unique = (rows: readonly Stored[]): readonly Stored[] => [
  ...new Map(rows.map(row => [`${row.type}/${row.id}`, row])).values(),
]

/** An instant of a query as the store compares it. Failure: `at-malformed`. */
export function instantIn({ timeZone }: Pick<CaseDeps, 'timeZone'>, text: string): Result<string> {
  const ms = text.includes('T') ? startMsOf(text, timeZone) : Number.NaN
  if (!Number.isNaN(ms)) return ok(instantOf(ms))
  return fail({
    kind: 'invalid',
    code: 'at-malformed',
    message:
      'A time must be a date with time and offset, such as 2026-11-25T12:00:00-05:00; + in a query is %2B.',
  })
}
