import { adherenceOf } from '../../../care-plan/plan/activity-adherence.ts'
import { minutesByMonth } from '../../../care-plan/load/minutes.ts'
import type { CaseScene } from './case-scene.ts'

/** `GET /cases/{id}/minutes`: time spent with the patient by calendar month, and how each service was kept. */
export const minutesView = ({ file, version, timeZone }: CaseScene): object => ({
  version,
  months: minutesByMonth(file, timeZone),
  services: file.activities
    .filter(({ performances }) => performances.length > 0)
    .map(activity => ({ activity: activity.id, text: activity.text, ...adherenceOf(activity) })),
})
