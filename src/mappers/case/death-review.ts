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
  const explained = new Set(triggers.filter(({ id }) => id === DEATH_WITHDRAWN).map(({ caseId }) => caseId))
  return courses
    .filter(({ id, standing }) => standing !== 'withdrawn' && !explained.has(id) && isWorked(id, input))
    .flatMap(({ id }) => {
      const asked = record.byId.get(ids.task(id, 'fact-review', TAKEN_BACK))
      const at = asked ? lenses.task.read(asked).authored : endedByDeath(id, input)
      return at === undefined
        ? []
        : [contradiction({ id: TAKEN_BACK, caseId: id, at, atMs: startMsOf(at, 'UTC') })]
    })
}

/** Trigger id of the review; that of a discharge as expired that was taken back is another. */
const TAKEN_BACK = 'deceased-taken-back'

/** When a case on record was ended by a death, as it stands before it is put right. */
function endedByDeath(caseId: string, { record, lenses }: DeathReviewInput): string | undefined {
  const episode = record.byId.get(caseId)
  const state = episode && lenses.episode.read(episode)
  if (state?.standing.overlay?.state !== 'deceased') return undefined
  return state.history.findLast(period => period.reason !== undefined)?.start
}

function isWorked(caseId: string, { record, lenses }: DeathReviewInput): boolean {
  const episode = record.byId.get(caseId)
  const own = episode && lenses.episode.read(episode).standing.own
  return own !== 'identified' || record.tasksOf(caseId).some(task => isWorkedOn(task, lenses))
}
