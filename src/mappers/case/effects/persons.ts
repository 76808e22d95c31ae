import type { Persons } from '../../../care-plan/case/case-fold.ts'
import { shardInId } from '../../../lib/ids.ts'
import { instantOf } from '../../../lib/clock.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { patientOf } from '../../../fhir/compartment.ts'
import type { ClusterSide } from '../../adt/identity/apply-cluster.ts'
import { shardOfPatient } from '../../adt/identity/derive-cluster.ts'
import { ownerOf, ownerThen } from '../../adt/identity/identity.ts'
import type { Repointed } from '../../adt/identity/repoint.ts'
import { caseIds } from '../case-record.ts'

export interface HomesInput {
  readonly tenant: number
  readonly subjects: readonly string[]
  /** EpisodesOfCare of all of them as they stood before. */
  readonly episodes: readonly Resource[]
  readonly before: ClusterSide
  readonly repointedOf: (subject: string) => Repointed
  readonly visits: number
}

/** Of which patient a case is, whoever goes on. */
interface CaseHome {
  readonly patient: string
  /** Its id says so; of another it has to be kept, because the case itself says only whose it is now. */
  readonly isByNumber: boolean
}

/** Of which patient each case is, before merges: by its number, else by whose it was when that patient was merged. */
export function caseHomes(input: HomesInput): ReadonlyMap<string, CaseHome> {
  const { tenant, subjects, episodes, repointedOf, visits } = input
  const homes = new Map<string, CaseHome>()
  for (const episode of episodes) {
    const patient = patientOf(episode)
    const turned = subjects.find(subject => repointedOf(subject)[`EpisodeOfCare/${episode.id ?? ''}`])
    const home = turned ?? patient
    if (episode.id !== undefined && home !== undefined)
      homes.set(episode.id, { patient: home, isByNumber: false })
  }
  for (const subject of subjects) {
    const ids = caseIds({ tenant, shard: shardOfPatient(tenant, subject) })
    for (let n = 1; n <= episodes.length + visits; n += 1)
      homes.set(ids.episode(subject, n), { patient: subject, isByNumber: true })
  }
  return homes
}

/** The patients who are one now, for case management. */
export function personsOf(
  patient: string,
  {
    subjects,
    side,
    homeOf,
  }: {
    readonly subjects: readonly string[]
    readonly side: Pick<ClusterSide, 'identity' | 'holders'>
    /** Of whom a case was that has no number. */
    readonly homeOf: (caseId: string) => string | undefined
  },
): Persons | undefined {
  const { identity, holders } = side
  const ids = subjects.filter(subject => ownerOf(identity, subject) === patient)
  if (ids.length < 2) return undefined
  const knownAs = (person: string, atMs: number): string =>
    Number.isFinite(atMs) ? ownerThen(identity, person, instantOf(atMs)) : patient
  return {
    ids: [patient, ...ids.filter(id => id !== patient)],
    whose: ({ encounter }, atMs) => knownAs(holders.get(encounter) ?? patient, atMs),
    knownAs,
    homeOf,
  }
}

export interface MergedPersons {
  readonly persons?: Persons
  readonly shardOf?: (id: string) => number | undefined
}

/** Who a patient was, with where what was theirs lives; nothing of one who was always one. */
export function mergedPersons(
  patient: string,
  frame: Parameters<typeof personsOf>[1] & { readonly tenant: number },
): MergedPersons {
  const persons = personsOf(patient, frame)
  if (!persons) return {}
  const { tenant, subjects, side, homeOf } = frame
  return {
    persons,
    shardOf: id => {
      const home = subjects.includes(id) ? id : homeOf(id)
      if (home !== undefined) return shardOfPatient(tenant, home)
      return side.holders.has(id) ? shardInId(id) : undefined
    },
  }
}
