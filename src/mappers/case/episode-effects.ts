import type { CaseCourse } from '../../care-plan/case-fold.ts'
import type { Death } from '../../care-plan/death.ts'
import type { Resource } from '../../fhir/resource.ts'
import { newCareTeam } from './care-team-lens.ts'
import { derivedTeam } from './derived-team.ts'
import { derivedEpisode, isEndedCase, newEpisode, type CaseOverlay } from './episode-lens.ts'
import type { CaseIds, CaseLenses, CaseRecord } from './case-record.ts'
import { shownState } from './standing.ts'
import { caseNumberOf } from './task-lens.ts'

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
    const team = found ?? newCareTeam({ id, caseId: course.id, patient })
    const tasks = input.tasks.filter(task => caseNumberOf(task, lenses.names) === course.id)
    const caseCode = shownState(lenses.episode.read(episode).standing)
    const at = input.at ?? death?.at ?? course.start
    const derived = derivedTeam(team, { patient, tasks, caseCode, at }, lenses)
    const isNeeded =
      found || course.opening || lenses.team.read(derived).members.some(row => row.role === 'task-owner')
    return isNeeded ? [derived] : []
  })
}
