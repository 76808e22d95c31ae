import { shardInId } from '../lib/ids.ts'
import { patientOf } from '../fhir/compartment.ts'
import { keyText, type Resource, type ResourceKey } from '../fhir/resource.ts'
import { answersEffects } from '../mappers/case/effects/answers-effects.ts'
import { caseEffects } from '../mappers/case/effects/case-effects.ts'
import { withCaseEffect } from '../mappers/case/lenses/encounter-lens.ts'
import { isCase } from '../mappers/case/lenses/episode-lens.ts'
import { withDeathNoted } from '../mappers/case/law/death-noted.ts'
import { caseNames } from '../mappers/case/names.ts'
import type { CaseDeps } from './cases/case-deps.ts'
import { caseFileTypes } from './cases/case-compartment.ts'
import { guardOf, staysIn } from './cases/case-scene.ts'
import { shardOf } from './fhir/fhir-placing.ts'
import { parseRemembered } from './work/parsed-resources.ts'
import type { Loaded, Said, Store } from './ports/store.ts'
import type { UnitOfWork } from './work/unit-of-work.ts'

/** What deriving duties takes beside the resources. */
export type ConsequenceDeps = Pick<
  CaseDeps,
  'rules' | 'calendar' | 'timeZone' | 'models' | 'settings' | 'tenant' | 'canonicalBase'
> &
  Partial<Pick<CaseDeps, 'base'>>

const partTypes: ReadonlySet<string> = new Set(caseFileTypes)

/** Patients of the rows that have a case; few have one, and only theirs needs the whole record. */
export function patientsWithCases(resources: readonly Resource[], canonicalBase: string): readonly string[] {
  const names = caseNames(canonicalBase)
  const episodes = resources.filter(resource => isCase(resource, names))
  return [...new Set(episodes.flatMap(episode => patientOf(episode) ?? []))]
}

/** What was loaded with the whole record of these patients, their facts and registers. */
export async function withCaseRecords(
  store: Store,
  loaded: Loaded,
  request: {
    readonly tenant: number
    readonly lane: number
    readonly lock: boolean
    readonly patients: readonly string[]
  },
): Promise<Loaded> {
  const { tenant, lane, lock, patients } = request
  if (patients.length === 0) return loaded
  const record = await store.load({
    ...{ tenant, lane },
    compartments: { patients, types: caseFileTypes },
    subjects: patients,
    ...(lock && { lock: true }),
  })
  const rows = [...loaded.resources, ...record.resources].map(row => [keyText(row), row] as const)
  return { ...loaded, ...record, resources: [...new Map(rows).values()] }
}

/** Everything that was loaded, parsed as it stood. */
export function standingResources({ resources }: Pick<Loaded, 'resources'>): readonly Resource[] {
  return resources.filter(({ deleted }) => !deleted).map(parseRemembered)
}

export interface Written {
  readonly work: UnitOfWork
  readonly loaded: Loaded
  /** meta.source of what is derived. */
  readonly message: string
  /** When what is written happened: who joins or leaves the team by it does so then. */
  readonly at?: string
}

/**
 * Stages what follows for case management from what was just staged: duties, transitions, teams, risk (architecture D3),
 * for every patient with a case that it concerns. Gives the registers to write with it, so that whoever decided on the same
 * record at the same time decides again.
 */
export function stageConsequences(deps: ConsequenceDeps, written: Written): readonly Said[] {
  const { work, loaded } = written
  const changed = work.changedInStep().map(keyOf)
  if (!changed.some(({ type }) => partTypes.has(type))) return []
  if (!changed.some(isEpisode) && !loaded.resources.some(isEpisode)) return []
  const keys = new Map(
    [...loaded.resources, ...changed].map(key => [keyText(key), { type: key.type, id: key.id }]),
  )
  const standing = [...keys.values()].flatMap(key => work.get(key) ?? [])
  const concerned = new Set(changed.flatMap(key => patientsOf(key, written)))
  return patientsWithCases(standing, deps.canonicalBase)
    .filter(patient => concerned.has(patient))
    .map(patient => {
      stagePatient(deps, written, { patient, compartment: standing.filter(one => isOf(patient, one)) })
      return guardOf(loaded, patient)
    })
}

/** Without one there is no case. */
const isEpisode = ({ type }: Pick<ResourceKey, 'type'>): boolean => type === 'EpisodeOfCare'

const isOf = (patient: string, resource: Resource): boolean =>
  resource.resourceType === 'Patient' ? resource.id === patient : patientOf(resource) === patient

function keyOf(text: string): ResourceKey {
  const [type = '', id = ''] = text.split('/')
  return { type, id }
}

/** Whose record a change is in; what is gone was in the record of the patient that it named. */
function patientsOf(key: ResourceKey, { work, loaded }: Written): readonly string[] {
  if (key.type === 'Patient') return [key.id]
  const resource = work.get(key)
  const rows = loaded.resources.filter(({ type, id }) => type === key.type && id === key.id)
  return [resource, ...standingResources({ resources: rows })].flatMap(one => (one && patientOf(one)) ?? [])
}

interface PatientRecord {
  readonly patient: string
  readonly compartment: readonly Resource[]
}

function stagePatient(
  deps: ConsequenceDeps,
  { work, loaded, message, at }: Written,
  { patient, compartment }: PatientRecord,
): void {
  const { tenant, canonicalBase, rules, calendar, timeZone, models } = deps
  const shard = shardOf(tenant, { type: 'Patient', id: patient }, patient)
  const put = (resource: Resource & { readonly id: string }): void => {
    work.put(resource, { shard: shardInId(resource.id) ?? shard })
  }
  const stays = staysIn(deps, { patient, shard, loaded })
  const noted = stays.deceased
    ? undefined
    : deathNoted(deps, { work, loaded, message }, { patient, compartment })
  if (noted) put(noted)
  const read = answersEffects({ tenant, shard, canonicalBase, compartment, at: at ?? work.at })
  for (const resource of read) put(resource)
  const effects = caseEffects({
    ...stays,
    ...{ tenant, shard, canonicalBase, patient, message, rules, calendar, timeZone, models },
    compartment: withChanged(compartment, noted ? [noted, ...read] : read),
    ...(at !== undefined && { at }),
  })
  for (const resource of effects.resources) put(resource)
  for (const effect of effects.encounters) {
    const standing = work.get({ type: 'Encounter', id: effect.encounter })
    if (standing) put({ ...withCaseEffect(standing, effect, canonicalBase), id: effect.encounter })
  }
}

/** The Patient, when a write has just said, or taken back, that it is dead without saying when. */
function deathNoted(
  { canonicalBase }: ConsequenceDeps,
  { work, loaded }: Written,
  { patient, compartment }: PatientRecord,
): (Resource & { readonly id: string }) | undefined {
  const isPatient = ({ resourceType, id }: Resource): boolean => resourceType === 'Patient' && id === patient
  const standing = compartment.find(isPatient)
  if (!standing || !work.changedInStep().includes(`Patient/${patient}`)) return undefined
  const rows = loaded.resources.filter(({ type, id }) => type === 'Patient' && id === patient)
  const before = standingResources({ resources: rows })[0]
  const noted = withDeathNoted(standing, { before, at: work.at, canonicalBase })
  return noted === standing ? undefined : { ...noted, id: patient }
}

const sameAs = (one: Resource) => (other: Resource) =>
  one.resourceType === other.resourceType && one.id === other.id

const withChanged = (compartment: readonly Resource[], changed: readonly Resource[]): readonly Resource[] =>
  changed.length === 0 ? compartment : [...compartment.filter(one => !changed.some(sameAs(one))), ...changed]
