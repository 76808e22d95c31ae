import { rounded } from './caseload.ts'
import { contactMinutesPerWeek, usualMinutes, type MinutesOf } from './contact-hours.ts'
import type { Duty } from '../duties/duties.ts'
import type { RuleId } from '../duties/duty-rules.ts'
import type { ModelProfile } from '../models/model-profile.ts'

/** Duties that don't recur are done within four weeks. */
const WEEKS = 4
const MINUTES_AN_HOUR = 60

/**
 * Minutes that a duty takes its manager, once. Defaults [D] of ours, for comparing: a call 30, a visit at home 60, an
 * assessment 90, writing a plan 60, looking something over or passing it on 15 to 30, watching 5. The contacts of the
 * cadence are counted by the model.
 */
export const minutesOfDuty: Readonly<Record<Exclude<RuleId, 'cadence-contact'>, number>> = {
  screen: 30,
  outreach: 15,
  notify: 5,
  'necessity-review': 30,
  'discharge-plan': 45,
  'admission-notice': 10,
  contact: 30,
  'discharge-info': 15,
  'follow-up-visit': 15,
  'med-rec': 45,
  'readmission-watch': 5,
  'discharge-arrangements': 45,
  'overdue-return': 10,
  'transfer-notice': 10,
  'pre-admission-education': 30,
  'pre-admission-coverage': 15,
  'home-visit': 60,
  'reassess-after-discharge': 60,
  'mental-health-7': 15,
  'mental-health-30': 15,
  'emergency-follow-up': 15,
  'facility-contact': 30,
  handover: 30,
  bereavement: 30,
  'fact-review': 15,
  'retraction-notice': 10,
  'merge-review': 30,
  'unmerge-review': 30,
  'duplicate-review': 15,
  'move-review': 15,
  'conflict-review': 15,
  'assess-begin': 30,
  assess: 90,
  'first-contact': 45,
  'plan-draft': 60,
  'plan-review': 30,
  reassess: 60,
  'missed-service': 30,
  'adapt-plan': 30,
  'red-flag': 30,
  'hold-review': 15,
  'closure-review': 30,
  'coverage-check': 15,
  'licence-check': 15,
  'stratify-again': 15,
  'provider-notice': 10,
  'contact-data': 5,
  'allergy-review': 15,
}

export interface WorkloadFrame {
  readonly model: ModelProfile | undefined
  /** What contacts take in this case. */
  readonly minutes?: MinutesOf
}

/**
 * Hours a week that the open duties of a case ask of its manager: the contacts of the model's cadence while one is due, the
 * weekly contact at a facility, and every other duty once within four weeks.
 */
export function workloadHours(
  duties: readonly Pick<Duty, 'rule' | 'trigger'>[],
  { model, minutes = usualMinutes }: WorkloadFrame,
): number {
  const weekly = duties.reduce((sum, duty) => sum + weeklyMinutes(duty, { model, minutes }), 0)
  return rounded(weekly / MINUTES_AN_HOUR)
}

function weeklyMinutes(
  { rule, trigger }: Pick<Duty, 'rule' | 'trigger'>,
  { model, minutes }: Required<WorkloadFrame>,
): number {
  switch (rule) {
    case 'cadence-contact':
      return model ? contactMinutesPerWeek(model, { minutes, made: trigger.n ?? 0 }) : 0
    case 'facility-contact':
      return minutes('phone')
    default:
      return minutesOfDuty[rule] / WEEKS
  }
}
