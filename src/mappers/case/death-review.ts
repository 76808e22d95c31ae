import { startMsOf } from '../../lib/fhir-time.ts'
import type { CaseCourse } from '../../care-plan/case-fold.ts'
import type { Death } from '../../care-plan/death.ts'
import { contradiction, type Trigger } from '../../care-plan/duties.ts'
import { DEATH_WITHDRAWN } from '../../care-plan/triggers.ts'
import type { CaseIds, CaseLenses, CaseRecord } from './case-record.ts'
import { isWorkedOn } from './case-record.ts'

export interface DeathReviewInput {
  readonly courses: readonly CaseCourse[]
  readonly death?: Death | undefined
  readonly record: CaseRecord
  readonly lenses: CaseLenses
  readonly ids: CaseIds
}

/**
 * A death that only Patient.deceased told and takes back again leaves no trace in the stays. Where people had worked on
 * a case that it ended, they are asked to look; once asked, the question stays.
 */
export function lastingDeathReview(
  triggers: readonly Trigger[],
  input: DeathReviewInput,
): readonly Trigger[] {
  const { death, courses, record, lenses, ids } = input
  if (death) return []
  return courses
    .filter(({ id }) => !triggers.some(trigger => trigger.id === DEATH_WITHDRAWN && trigger.caseId === id))
    .flatMap(({ id }) => {
      const asked = record.byId.get(ids.task(id, 'fact-review', DEATH_WITHDRAWN))
      const episode = record.byId.get(id)
      const state = episode && lenses.episode.read(episode)
      const isTakenBack =
        state?.standing.overlay?.state === 'deceased' && isWorked(id, state.standing.own, input)
      const at = asked
        ? lenses.task.read(asked).authored
        : isTakenBack
          ? state.history.findLast(period => period.reason !== undefined)?.start
          : undefined
      if (at === undefined) return []
      return [contradiction({ id: DEATH_WITHDRAWN, caseId: id, at, atMs: startMsOf(at, 'UTC') })]
    })
}

const isWorked = (caseId: string, own: string, { record, lenses }: DeathReviewInput): boolean =>
  own !== 'identified' || record.tasksOf(caseId).some(task => isWorkedOn(task, lenses))
