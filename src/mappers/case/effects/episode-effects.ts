import type { StayProvider } from '../../../care-plan/case/care-team.ts'
import type { CaseCourse } from '../../../care-plan/case/case-fold.ts'
import type { Death } from '../../../care-plan/stays/death.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { newCareTeam } from '../lenses/care-team-lens.ts'
import { derivedTeam } from './derived-team.ts'
import type { EncounterEffect } from '../lenses/encounter-lens.ts'
import { derivedEpisode, isEndedCase, newEpisode, type CaseOverlay } from '../lenses/episode-lens.ts'
import type { CaseIds, CaseLenses, CaseRecord } from '../case-record.ts'
import { listOf } from '../../../lib/list-of.ts'
import { isObject } from '../lenses/json-edit.ts'
import type { CaseNames } from '../names.ts'
import { extensionOf } from '../lenses/slots.ts'
import { stayProviders } from './stay-providers.ts'
import { caseNumberOf } from '../lenses/task-lens.ts'

export interface EpisodeInput {
  readonly courses: readonly CaseCourse[]
  readonly death?: Death | undefined
  readonly record: CaseRecord
  readonly lenses: CaseLenses
  readonly ids: CaseIds
  readonly patient: string
}

/** The EpisodeOfCare of every case as it has to be. */
export function episodeEffects(input: EpisodeInput): readonly Resource[] {
  const { lenses, record, ids, patient } = input
  return input.courses.flatMap(course => {
    const found = record.byId.get(course.id)
    if (!found && !course.opening) return []
    const episode =
      found ??
      newEpisode(
        { course, patient, team: ids.team(course.id), caseType: course.opening?.caseType ?? 'acute' },
        lenses.names,
      )
    const before = lenses.episode.read(episode)
    const overlays = overlaysOf(course, input.death, isEndedCase(before.standing.own))
    if (!course.opening && overlays.length === 0 && !before.standing.overlay) return [episode]
    return [
      lenses.episode.write(episode, {
        ...derivedEpisode(before, course, overlays),
        number: before.number ?? course.id,
      }),
    ]
  })
}

/** What the facts lay over a case, in order of time. A case that people ended can only be reopened. */
function overlaysOf(course: CaseCourse, death: Death | undefined, isEnded: boolean): readonly CaseOverlay[] {
  if (course.standing === 'withdrawn') {
    return isEnded ? [] : [{ state: 'entered-in-error', reason: 'trigger cancelled', start: course.start }]
  }
  const reopening: readonly CaseOverlay[] = course.reopening
    ? [{ state: 'active', reason: 'patient admitted again', start: course.reopening.at }]
    : []
  const isDead = death && course.isDeceased && (!isEnded || reopening.length > 0)
  return isDead
    ? [...reopening, { state: 'deceased', reason: 'patient deceased', start: death.at }]
    : reopening
}

export interface TeamEffectsInput extends EpisodeInput {
  /** Tasks and EpisodesOfCare as they will be. */
  readonly tasks: readonly Resource[]
  readonly episodes: readonly Resource[]
  readonly compartment: readonly Resource[]
  /** Which stay belongs to which cases. */
  readonly stays: readonly EncounterEffect[]
  /** When what people did happened; undefined = only facts have changed. */
  readonly at: string | undefined
}

/** The CareTeam of every case as it has to be. */
export function teamEffects(input: TeamEffectsInput): readonly Resource[] {
  const { lenses, record, ids, patient, death } = input
  return input.courses.flatMap(course => {
    const episode = input.episodes.find(({ id }) => id === course.id)
    const id = ids.team(course.id)
    const found = record.byId.get(id) ?? record.teamsOf(course.id)[0]
    if (!episode) return []
    const team = found ?? newCareTeam({ id, caseId: course.id, patient }, lenses.names)
    const tasks = input.tasks.filter(task => caseNumberOf(task, lenses.names) === course.id)
    const at = input.at ?? death?.at ?? course.start
    const providers = providersOf(episode, input)
    const derived = derivedTeam(team, { patient, tasks, episode, providers, at }, lenses)
    return found || course.opening || hasPeople(derived, lenses) ? [derived] : []
  })
}

/** Whether somebody took the case or a duty of it: then a team is needed. */
export const hasPeople = (team: Resource, lenses: CaseLenses): boolean =>
  lenses.team.read(team).members.some(({ role }) => role === 'task-owner' || role === 'case-manager')

/** Who treats the patient belongs to the team of a case that people opened; any other has nobody to work with them. */
function providersOf(episode: Resource, { lenses, ...input }: TeamEffectsInput): readonly StayProvider[] {
  const { names } = lenses
  const caseId = episode.id ?? ''
  if (!extensionOf(episode, names.extension('opened-at'))) return []
  const derived = new Map(input.stays.map(({ encounter, episodes }) => [encounter, episodes]))
  return input.compartment
    .filter(({ resourceType, id }) => resourceType === 'Encounter' && derived.has(id ?? ''))
    .filter(
      stay => derived.get(stay.id ?? '')?.includes(caseId) === true || isLinkedByHand(stay, caseId, names),
    )
    .flatMap(stayProviders)
}

const isLinkedByHand = (stay: Resource, caseId: string, { derived }: CaseNames): boolean =>
  listOf(stay['episodeOfCare'])
    .filter(isObject)
    .some(row => row['reference'] === `EpisodeOfCare/${caseId}` && !extensionOf(row, derived))
