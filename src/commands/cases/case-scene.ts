import { instantOf } from '../../lib/clock.ts'
import { shardInId } from '../../lib/ids.ts'
import { zonedTextOf } from '../../lib/fhir-time.ts'
import { ok, type Result } from '../../lib/result.ts'
import type { Resource } from '../../fhir/resource.ts'
import type { CommandContext } from '../../care-plan/commands/command.ts'
import type { Consent } from '../../care-plan/nouns/people.ts'
import { patientStays, type PatientStays } from '../../mappers/adt/visits/patient-stays.ts'
import { readCaseFiles } from '../../mappers/case/nouns/case-files.ts'
import { nounLenses, type NounLenses } from '../../mappers/case/nouns/noun-lenses.ts'
import { withClaims } from '../../mappers/us-core/with-claims.ts'
import { shardOf } from '../fhir/fhir-placing.ts'
import { parseRemembered } from '../work/parsed-resources.ts'
import type { Loaded, LoadRequest, Said } from '../ports/store.ts'
import { openWork, type UnitOfWork } from '../work/unit-of-work.ts'
import { caseFileTypes, caseUnknown, patientIn, type Compartment } from './case-compartment.ts'
import type { CaseDeps } from './case-deps.ts'
import { loadRecord } from './remembered-records.ts'

/** Whose record: of a case that there is, or of the patient of one to come. */
export type SceneTarget = { readonly caseId: string } | { readonly patient: string }

/** Who writes, and when what they write about happened. */
export interface SceneFrame {
  readonly target: SceneTarget
  readonly actor: string
  readonly requestId: string
  /** Time of the fact; now when nobody says it. */
  readonly at?: string
  readonly lock: boolean
}

/** A patient's record as one try of a write found it, with everything staged so far. */
export interface Scene {
  readonly patient: string
  readonly shard: number
  readonly lenses: NounLenses
  readonly stays: PatientStays
  readonly context: CommandContext
  readonly work: UnitOfWork
  /** The compartment as it stands, staged changes included. */
  readonly now: () => Compartment
  readonly put: (resource: Resource & { readonly id: string }) => void
  /** Register to write with the change: whoever decided on the same record at the same time decides again. */
  readonly guard: Said
}

/** Loads a patient's compartment, facts and registers in one snapshot. Failure: `case-unknown`. */
export async function openScene(deps: CaseDeps, frame: SceneFrame): Promise<Result<Scene>> {
  const { store, tenant, clock } = deps
  const lane = laneOf(deps, frame.target)
  const lock = frame.lock ? { lock: true } : {}
  const loaded = await ('caseId' in frame.target
    ? loadRecord(store, { tenant, lane, caseId: frame.target.caseId, ...lock })
    : store.load({ tenant, lane, ...recordOf(frame.target.patient), ...lock }))
  const patient = patientIn(loaded, frame.target, deps)
  if (patient === undefined) return caseUnknown
  const shard = shardOf(tenant, { type: 'Patient', id: patient }, patient)
  const recordedMs = clock.nowMs()
  const recorded = instantOf(recordedMs)
  const at = frame.at ?? zonedTextOf(recordedMs, deps.timeZone)
  const stays = staysIn(deps, { patient, shard, loaded })
  const { actor, requestId } = frame
  const work = openWork(
    {
      tenant,
      lane,
      at: recorded,
      actor,
      requestId,
      targets: deps.targets,
      journal: deps.journal,
      parse: parseRemembered,
    },
    loaded.resources,
  )
  let compartment: Compartment | undefined
  const lenses = nounLenses(deps.canonicalBase)
  const now = (): Compartment => {
    compartment ??= work.standing()
    return compartment
  }
  const denials = (): readonly Consent[] =>
    readCaseFiles(now().resources, lenses).flatMap(({ consents }) =>
      consents.filter(({ decision }) => decision === 'deny'),
    )
  return ok({
    patient,
    shard,
    lenses,
    stays,
    context: contextOf(deps, { shard, stays, actor, at, recorded, relatives: relativesIn(loaded), denials }),
    work,
    now,
    put: resource => {
      const place = { shard: shardInId(resource.id) ?? shard }
      if (work.put(resource, place) === 'unchanged') return
      const claiming = withClaims(resource)
      if (claiming !== resource) work.put(claiming, place)
      compartment = undefined
    },
    guard: guardOf(loaded, patient),
  })
}

const laneOf = ({ store, tenant }: CaseDeps, target: SceneTarget): number =>
  ('patient' in target
    ? shardOf(tenant, { type: 'Patient', id: target.patient }, target.patient)
    : shardOf(tenant, { type: 'EpisodeOfCare', id: target.caseId }, undefined)) % store.lanes

const recordOf = (patient: string): Pick<LoadRequest, 'keys' | 'compartments' | 'subjects'> => ({
  keys: [{ type: 'Patient', id: patient }],
  compartments: { patients: [patient], types: caseFileTypes },
  subjects: [patient],
})

interface StaysFrame {
  readonly patient: string
  readonly shard: number
  readonly loaded: Pick<Loaded, 'facts'> & {
    readonly said: readonly Pick<Said, 'subject' | 'scope' | 'body'>[]
  }
}

/** The patient's visits as the facts and registers loaded have them. */
export const staysIn = (
  { settings }: Pick<CaseDeps, 'settings'>,
  { patient, shard, loaded }: StaysFrame,
): PatientStays => {
  const told = (of: string) => ({
    facts: loaded.facts.filter(({ subject }) => subject === of),
    said: new Map(
      loaded.said.filter(({ subject }) => subject === of).map(({ scope, body }) => [scope, body] as const),
    ),
  })
  return patientStays({ ...{ patient, shard, settings }, ...told(patient), others: told })
}

/** The patient's RelatedPersons: who may speak for them. */
const relativesIn = ({ resources }: Pick<Loaded, 'resources'>): readonly string[] =>
  resources
    .filter(({ type, deleted }) => type === 'RelatedPerson' && !deleted)
    .map(({ type, id }) => `${type}/${id}`)

interface ContextFrame extends Pick<CommandContext, 'actor' | 'at' | 'recorded' | 'relatives' | 'denials'> {
  readonly shard: number
  readonly stays: PatientStays
}

const contextOf = (deps: CaseDeps, { shard, stays, ...stamp }: ContextFrame): CommandContext => ({
  ...stamp,
  newId: () => deps.ids.mint(shard),
  rules: deps.rules,
  models: deps.models,
  calendar: deps.calendar,
  timeZone: deps.timeZone,
  stays: stays.stays,
})

/**
 * The patient's own register, which every ADT message about the patient rewrites too: written again as it is, it lets
 * only one of two writers through that looked at the same record and wrote different resources.
 */
export function guardOf({ said }: Loaded, patient: string): Said {
  const found = said.find(({ subject, scope }) => subject === patient && scope === '')
  return { subject: patient, scope: '', version: (found?.version ?? 0) + 1, body: found?.body ?? {} }
}
