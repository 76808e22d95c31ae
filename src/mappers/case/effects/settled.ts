import { startMsOf, withTime } from '../../../lib/fhir-time.ts'
import type { Anchor, Settled } from '../../../care-plan/duties/series.ts'
import type { CaseIds, CaseLenses, CaseRecord } from '../case-record.ts'
import { objectOf, textOf } from '../lenses/json-edit.ts'

/**
 * What people finished or waived themselves, by the status that they gave the Task: when they said so, else when it was
 * due. A Task that facts completed is not settled by people.
 */
export const settledIn =
  (record: CaseRecord, ids: CaseIds, lenses: CaseLenses, timeZone: string): Settled =>
  ({ caseId, rule, trigger, n }) => {
    const task = record.byId.get(ids.task(caseId, rule, trigger, String(n)))
    if (!task) return undefined
    const { standing, authored, modified, due } = lenses.task.read(task)
    if (standing.own !== 'completed' && standing.own !== 'cancelled') return undefined
    const ended = textOf(objectOf(task['executionPeriod'])['end'])
    const changed = modified !== authored ? modified : undefined
    return anchorOf(ended ?? changed ?? due, timeZone)
  }

function anchorOf(at: string | undefined, timeZone: string): Anchor | undefined {
  const atMs = at === undefined ? Number.NaN : startMsOf(at, timeZone)
  return at === undefined || Number.isNaN(atMs) ? undefined : { at: withTime(at, timeZone), atMs }
}
