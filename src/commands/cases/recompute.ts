import { instantOf } from '../../lib/clock.ts'
import { shardInId } from '../../lib/ids.ts'
import { parseJson } from '../../lib/json.ts'
import { patientOf } from '../../fhir/compartment.ts'
import type { Resource } from '../../fhir/resource.ts'
import { readPageToken } from '../../fhir/search/page-token.ts'
import type { Keyset } from '../../fhir/search/plan.ts'
import { caseEffects } from '../../mappers/case/effects/case-effects.ts'
import { dutyTypes } from '../../mappers/case/effects/duty-files.ts'
import { withCaseEffect } from '../../mappers/case/lenses/encounter-lens.ts'
import { shardOf } from '../fhir/fhir-placing.ts'
import type { Loaded, Said, Stored } from '../ports/store.ts'
import { openWork, type UnitOfWork } from '../work/unit-of-work.ts'
import type { CaseDeps } from './case-deps.ts'
import { staysIn } from './case-scene.ts'

export type RecomputeDeps = Omit<CaseDeps, 'ids' | 'validate' | 'registry'>

export interface RecomputeOptions {
  /** Why: the `meta.source` of what changes, e.g. `urn:casewire:calendar-changed`. */
  readonly message: string
  /** Patients of one flush; memory is bounded by two such pages. */
  readonly pageSize?: number
  readonly onPage?: (so: Recomputed) => void
}

export interface Recomputed {
  readonly cases: number
  readonly patients: number
  /** Resources that were written. */
  readonly changed: number
  /** Patients that somebody else kept writing: their own messages and commands recompute them. */
  readonly skipped: number
}

const PAGE_SIZE = 200
const TRIES_MAX = 3
const ACTOR = 'Device/recompute'
const CASE_TYPES: readonly string[] = [
  ...new Set(['Patient', 'EpisodeOfCare', 'CareTeam', 'CarePlan', 'Task', 'Goal', 'Flag', ...dutyTypes]),
]

/**
 * Derives every case anew, after a change of calendar, rules or models: page by page in the order of the key, the next
 * page read while this one is computed, one flush a page. What comes out as it stands is not written.
 */
export async function recomputeAll(deps: RecomputeDeps, options: RecomputeOptions): Promise<Recomputed> {
  let done = noneRecomputed
  let page: Promise<Page | undefined> = nextPage(deps, options, undefined)
  for (;;) {
    const current = await page
    if (!current) return done
    page = current.after ? nextPage(deps, options, current.after) : Promise.resolve(undefined)
    done = sumOf(done, await recomputePage(deps, options, current))
    options.onPage?.(done)
  }
}

export const noneRecomputed: Recomputed = { cases: 0, patients: 0, changed: 0, skipped: 0 }

export const sumOf = (sum: Recomputed, one: Recomputed): Recomputed => ({
  cases: sum.cases + one.cases,
  patients: sum.patients + one.patients,
  changed: sum.changed + one.changed,
  skipped: sum.skipped + one.skipped,
})

interface Page {
  readonly cases: number
  readonly patients: readonly string[]
  readonly loaded: Loaded
  readonly after: Keyset | undefined
}

async function nextPage(
  deps: RecomputeDeps,
  { pageSize = PAGE_SIZE }: RecomputeOptions,
  after: Keyset | undefined,
): Promise<Page | undefined> {
  const { matches, next } = await deps.store.search(deps.tenant, {
    ...{ type: 'EpisodeOfCare', where: [], sort: [], count: pageSize, includes: [], revIncludes: [] },
    ...{ total: 'none', countOnly: false },
    ...(after && { after }),
  })
  if (matches.length === 0) return undefined
  const patients = [
    ...new Set(matches.flatMap(({ content }) => patientOf(parseJson(content) as Resource) ?? [])),
  ]
  return {
    cases: matches.length,
    patients,
    loaded: await loadPatients(deps, patients),
    after: next === undefined ? undefined : readPageToken(next, 0),
  }
}

const loadPatients = ({ store, tenant }: RecomputeDeps, patients: readonly string[]): Promise<Loaded> =>
  store.load({
    ...{ tenant, lane: 0, subjects: patients },
    compartments: { patients, types: CASE_TYPES },
  })

async function recomputePage(
  deps: RecomputeDeps,
  options: RecomputeOptions,
  { cases, patients, loaded }: Page,
): Promise<Recomputed> {
  const whole = await flushPatients(deps, options, { patients, loaded })
  if (whole !== undefined) return { cases, patients: patients.length, changed: whole, skipped: 0 }
  let [changed, skipped] = [0, 0]
  for (const patient of patients) {
    const one = await retried(deps, options, patient)
    if (one === undefined) skipped += 1
    else changed += one
  }
  return { cases, patients: patients.length, changed, skipped }
}

/** Somebody wrote one of the page meanwhile: each patient by itself, read again. */
async function retried(
  deps: RecomputeDeps,
  options: RecomputeOptions,
  patient: string,
): Promise<number | undefined> {
  for (let attempt = 0; attempt < TRIES_MAX; attempt += 1) {
    const loaded = await loadPatients(deps, [patient])
    const changed = await flushPatients(deps, options, { patients: [patient], loaded })
    if (changed !== undefined) return changed
  }
  return undefined
}

/** How many resources were written; undefined when somebody else had written one. */
async function flushPatients(
  deps: RecomputeDeps,
  options: RecomputeOptions,
  { patients, loaded }: { readonly patients: readonly string[]; readonly loaded: Loaded },
): Promise<number | undefined> {
  const { store, tenant, clock, targets, journal } = deps
  const work = openWork(
    { tenant, lane: 0, at: instantOf(clock.nowMs()), actor: ACTOR, targets, journal },
    loaded.resources,
  )
  const rows = Map.groupBy(loaded.resources, row => ownerOf(row, work))
  const said = Map.groupBy(loaded.said, ({ subject }) => subject)
  const guards = patients.flatMap(patient => {
    work.nextStep()
    stagePatient(deps, options, { patient, rows: rows.get(patient) ?? [], about: loaded, work })
    return work.changedInStep().length > 0 ? guardOf(said.get(patient) ?? []) : []
  })
  const changes = work.changes()
  if (changes.writes.length === 0) return 0
  const flushed = await store.flush({ ...changes, said: guards })
  return flushed.ok ? changes.writes.length : undefined
}

const ownerOf = (row: Stored, work: UnitOfWork): string | undefined => {
  const resource = work.get(row)
  return resource && patientOf(resource)
}

/** Whoever decides on the same patient at the same time decides again. */
const guardOf = (said: readonly Said[]): readonly Said[] =>
  said.filter(({ scope }) => scope === '').map(one => ({ ...one, version: one.version + 1 }))

interface PatientPage {
  readonly patient: string
  readonly rows: readonly Stored[]
  readonly about: Pick<Loaded, 'facts' | 'said'>
  readonly work: UnitOfWork
}

function stagePatient(
  deps: RecomputeDeps,
  { message }: RecomputeOptions,
  { patient, rows, about, work }: PatientPage,
): void {
  const { tenant, canonicalBase, rules, calendar, timeZone, models } = deps
  const shard = shardOf(tenant, { type: 'Patient', id: patient }, patient)
  const stays = staysIn(deps, { patient, shard, loaded: about })
  const effects = caseEffects({
    ...stays,
    ...{ tenant, shard, canonicalBase, patient, message, rules, calendar, timeZone, models },
    compartment: rows.flatMap(row => work.get(row) ?? []),
  })
  for (const resource of effects.resources) work.put(resource, { shard: shardInId(resource.id) ?? shard })
  for (const effect of effects.encounters) {
    const standing = work.get({ type: 'Encounter', id: effect.encounter })
    if (standing)
      work.put({ ...withCaseEffect(standing, effect, canonicalBase), id: effect.encounter }, { shard })
  }
}
