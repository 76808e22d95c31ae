import { instantOf } from '../../lib/clock.ts'
import { startMsOf } from '../../lib/fhir-time.ts'
import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import { nounLenses } from '../../mappers/case/nouns/noun-lenses.ts'
import type { CaseScene } from '../../mappers/case/views/case-scene.ts'
import { shardOf } from '../fhir/fhir-placing.ts'
import type { Fact, Loaded, Stored } from '../ports/store.ts'
import {
  caseFileTypes,
  caseIn,
  caseUnknown,
  caseVersion,
  compartmentOf,
  patientIn,
  patientOfCase,
} from './case-compartment.ts'
import type { CaseDeps } from './case-deps.ts'
import { staysIn } from './case-scene.ts'
import { loadRecord } from './remembered-records.ts'
import { toldBy, type SaidThen } from './told-by.ts'

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
  const loaded = await loadedAt(deps, id, instant?.value)
  if (!loaded.ok) return loaded
  const { patient, record } = loaded.value
  const compartment = compartmentOf(record.resources)
  const lenses = nounLenses(deps.canonicalBase)
  const file = caseIn(id, compartment, lenses)
  if (!file) return caseUnknown
  const { rules, calendar, timeZone, models, canonicalBase, tenant } = deps
  const shard = shardOf(tenant, { type: 'Patient', id: patient }, patient)
  return ok({
    file,
    version: caseVersion(id, compartment, lenses),
    ...{ patient, tenant, shard, lenses, rules, calendar, timeZone, models, canonicalBase },
    compartment: compartment.resources,
    stays: staysIn(deps, { patient, shard, loaded: record }),
    nowMs: instant ? startMsOf(instant.value, 'UTC') : deps.clock.nowMs(),
    ...(instant && { at: instant.value }),
  })
}

interface PatientRecord extends Pick<Loaded, 'resources'> {
  readonly facts: readonly Fact[]
  readonly said: readonly SaidThen[]
}

interface CaseRecord {
  readonly patient: string
  readonly record: PatientRecord
}

/** One snapshot for what is known now; the versions of a time past need to know the patient first. */
async function loadedAt(deps: CaseDeps, caseId: string, at: string | undefined): Promise<Result<CaseRecord>> {
  const { store, tenant } = deps
  if (at !== undefined) {
    const found = await patientOfCase(deps, caseId)
    return found.ok ? ok({ patient: found.value, record: await recordAt(deps, found.value, at) }) : found
  }
  const record = await loadRecord(store, { tenant, lane: 0, caseId })
  const patient = patientIn(record, { caseId }, deps)
  return patient === undefined ? caseUnknown : ok({ patient, record })
}

async function recordAt(deps: CaseDeps, patient: string, at: string): Promise<PatientRecord> {
  const [told, resources] = await Promise.all([
    toldBy(deps, patient, at),
    deps.store.compartmentAt(deps.tenant, { patient, types: caseFileTypes, at }),
  ])
  return { resources: unique(resources), ...told }
}

const unique = (rows: readonly Stored[]): readonly Stored[] => [
  ...new Map(rows.map(row => [`${row.type}/${row.id}`, row])).values(),
]

/** Years 1 to 9999, as the database has them. */
const STORABLE = /^(?!0000)\d{4}-/

/** An instant of a query as the store compares it. Failure: `at-malformed`. */
export function instantIn({ timeZone }: Pick<CaseDeps, 'timeZone'>, text: string): Result<string> {
  const ms = text.includes('T') ? startMsOf(text, timeZone) : Number.NaN
  const instant = Number.isNaN(ms) ? '' : instantOf(ms)
  return STORABLE.test(instant) ? ok(instant) : fail(atMalformed)
}

export const atMalformed: Failure = {
  kind: 'invalid',
  code: 'at-malformed',
  message:
    'A time must be a date with time and offset that there is, such as 2026-10-13T09:00:00-04:00; + in a query is %2B.',
}
