import type { IntakeTask, TransitionRules } from '../case/case-rules.ts'
import { dischargeRules } from './discharge-rules.ts'
import { businessDays, days } from './due-in.ts'
import { identityRules } from './identity-rules.ts'
import type { ModelProfile } from '../models/model-profile.ts'
import { watchedRules } from './watched-rules.ts'
import type { WatchedValue } from './watched-values.ts'

/** What calls for a duty. */
export type TriggerKind =
  | 'case-opened'
  | 'known-admission'
  | 'inpatient-admission'
  | 'discharge-to-community'
  | 'discharge-against-advice'
  | 'discharge-to-facility'
  | 'discharge-to-acute-care'
  | 'emergency-discharge'
  | 'pre-admission'
  | 'discharge-announced'
  | 'leave'
  | 'transfer'
  | 'facility-stay'
  | 'death'
  | 'contradiction'
  | 'conflict'
  | 'retraction'
  | 'patients-merged'
  | 'patients-unmerged'
  | 'possible-duplicate'
  | 'visit-moved-away'
  | 'eligible'
  | 'engagement'
  | 'model-switched'
  | 'contact-cadence'
  | 'plan-cycle'
  | 'assessed'
  | 'service-missed'
  | 'services-missed'
  | 'red-flag'
  | 'held'
  | 'closure-proposed'
  | `${WatchedValue}-changed`

export type RuleId =
  | 'screen'
  | 'outreach'
  | 'notify'
  | 'necessity-review'
  | 'discharge-plan'
  | 'admission-notice'
  | 'contact'
  | 'discharge-info'
  | 'follow-up-visit'
  | 'med-rec'
  | 'readmission-watch'
  | 'pre-admission-education'
  | 'pre-admission-coverage'
  | 'discharge-arrangements'
  | 'overdue-return'
  | 'transfer-notice'
  | 'home-visit'
  | 'reassess-after-discharge'
  | 'mental-health-7'
  | 'mental-health-30'
  | 'emergency-follow-up'
  | 'facility-contact'
  | 'handover'
  | 'bereavement'
  | 'fact-review'
  | 'retraction-notice'
  | 'merge-review'
  | 'unmerge-review'
  | 'duplicate-review'
  | 'move-review'
  | 'conflict-review'
  | 'assess-begin'
  | 'assess'
  | 'first-contact'
  | 'plan-draft'
  | 'cadence-contact'
  | 'plan-review'
  | 'reassess'
  | 'missed-service'
  | 'adapt-plan'
  | 'red-flag'
  | 'hold-review'
  | 'closure-review'
  | 'coverage-check'
  | 'licence-check'
  | 'stratify-again'
  | 'provider-notice'
  | 'contact-data'
  | 'allergy-review'

/** How long from the trigger: whole days end at the end of the day in the facility's zone, hours to the second. */
export type DueIn =
  | { readonly unit: 'business-days' | 'days' | 'hours'; readonly count: number }
  /** A day that the facts themselves name. */
  | { readonly unit: 'on'; readonly date: string }
  /** Business days back from a day that the facts name. */
  | { readonly unit: 'before'; readonly count: number; readonly date: string }

/** What was so when the trigger happened, as far as rules ask. */
export interface Circumstances {
  readonly isHighRisk: boolean
  /** The model in force. */
  readonly model?: ModelProfile
  readonly isInpatient?: boolean
  /** People had opened the case. */
  readonly isEngaged?: boolean
  readonly isNewborn?: boolean
  /** The stay was for a mental illness (ICD-10 F20 to F99) of somebody of 6 years or more. */
  readonly isMentalHealth?: boolean
  /** Day on which a stay is planned to begin, or announced to end. */
  readonly startsOn?: string
  /** Day that the facts name: a booked visit, the date of a review. */
  readonly dueOn?: string
  /** What the rule of intake asks for. */
  readonly opensWith?: IntakeTask
  /** Step of a series. */
  readonly everyDays?: number
}

/** What an organisation's rules and the case say about the figures of a rule. */
export interface DutySettings extends TransitionRules, Circumstances {
  readonly readmissionDays: number
}

/** One row: this trigger calls for this duty. */
export interface DutyRule {
  readonly id: RuleId
  /** Code of the Task (domain.md 4.9, task-code); the rule's own id when left out. */
  readonly code?: string
  readonly on: TriggerKind
  /** Undefined = the rule doesn't apply. */
  readonly due: (settings: DutySettings) => DueIn | undefined
  /** Where the rule comes from: clause or source. */
  readonly source: string
  /** The law's own limit: the duty can't be put off past it. */
  readonly hardStop?: (settings: DutySettings) => DueIn
  /** So many business days a person may put it off; 2 when left out. */
  readonly snoozeBusinessDays?: number
  /** Hours past due after which the supervisor gets it; the model's when left out. */
  readonly escalateAfterHours?: number
  /** Belongs to the transition plan of the discharge. */
  readonly isTransition?: true
  readonly isUrgent?: true
}

/** The weekly contact with a patient who went on to a facility. */
export const FACILITY_CONTACT_DAYS = 7

const seriesRule = ({ everyDays }: DutySettings): DueIn | undefined =>
  everyDays === undefined ? undefined : days(everyDays)
const dateRule = ({ dueOn }: DutySettings): DueIn | undefined =>
  dueOn === undefined ? undefined : { unit: 'on', date: dueOn }
const before =
  (count: number) =>
  ({ startsOn }: DutySettings): DueIn | undefined =>
    startsOn === undefined ? undefined : { unit: 'before', count, date: startsOn }
const firstContactRule = ({ model, isInpatient }: DutySettings): DueIn | undefined => {
  if (!model) return undefined
  const { businessDays: count, sameDayWhenInpatient } = model.firstContact
  return sameDayWhenInpatient === true && isInpatient === true ? days(0) : businessDays(count)
}

/** The rules of domain.md 2, 4.6 and 5. */
export const dutyRules: readonly DutyRule[] = [
  {
    id: 'screen',
    on: 'case-opened',
    due: ({ opensWith = 'screen' }) => (opensWith === 'screen' ? businessDays(1) : undefined),
    source: 'default of Casewire: A01, screening',
  },
  {
    id: 'outreach',
    on: 'case-opened',
    due: ({ opensWith }) => (opensWith === 'outreach' ? businessDays(2) : undefined),
    source: 'CASE_RULES: a rule of intake whose task is outreach',
  },
  {
    id: 'notify',
    on: 'known-admission',
    due: () => ({ unit: 'hours', count: 1 }),
    source: 'default of Casewire: A04, the case manager is told within the hour',
    snoozeBusinessDays: 0,
  },
  {
    id: 'necessity-review',
    on: 'inpatient-admission',
    due: () => businessDays(1),
    source: 'default of Casewire: A01, utilisation review; I6',
  },
  {
    id: 'discharge-plan',
    on: 'inpatient-admission',
    due: () => days(1),
    source: 'default of Casewire: A01, discharge planning starts with the stay',
  },
  {
    id: 'admission-notice',
    on: 'inpatient-admission',
    due: () => days(2),
    hardStop: () => days(2),
    source: 'HEDIS TRC: notification of admission on the day of admission or the two days after',
  },
  ...dischargeRules,
  {
    id: 'facility-contact',
    code: 'contact',
    on: 'facility-stay',
    due: seriesRule,
    source: 'default of Casewire: A03 to a facility, weekly contact',
  },
  {
    id: 'emergency-follow-up',
    code: 'follow-up-visit',
    on: 'emergency-discharge',
    due: () => days(7),
    hardStop: () => days(7),
    source: 'HEDIS FMC: follow-up within 7 days of an emergency visit',
  },
  {
    id: 'pre-admission-education',
    code: 'educate',
    on: 'pre-admission',
    due: before(2),
    source: 'default of Casewire: A05, pre-admission education',
  },
  {
    id: 'pre-admission-coverage',
    code: 'coverage-check',
    on: 'pre-admission',
    due: before(2),
    source: 'default of Casewire: A05, coverage check before the stay',
  },
  {
    id: 'discharge-arrangements',
    code: 'discharge-plan',
    on: 'discharge-announced',
    due: before(1),
    source: 'default of Casewire: A16, what the discharge needs is arranged before it',
  },
  {
    id: 'overdue-return',
    code: 'contact',
    on: 'leave',
    due: dateRule,
    source: 'default of Casewire: A21, a return from leave that is overdue',
  },
  {
    id: 'transfer-notice',
    code: 'notify',
    on: 'transfer',
    due: () => businessDays(1),
    source: 'default of Casewire: A02 to another unit or facility, a change of bed is silent',
  },
  ...watchedRules,
  {
    id: 'bereavement',
    on: 'death',
    due: () => businessDays(3),
    source: 'default of Casewire: A03 expired; I21',
  },
  {
    id: 'fact-review',
    on: 'contradiction',
    due: () => businessDays(1),
    source: 'I18: work begun on what was withdrawn is looked at by people',
  },
  ...identityRules,
  {
    id: 'retraction-notice',
    code: 'notify',
    on: 'retraction',
    due: () => businessDays(1),
    source: 'default of Casewire: RETRACT, whoever was told is told that it was taken back',
  },
  {
    id: 'assess-begin',
    code: 'assess',
    on: 'eligible',
    due: () => days(30),
    hardStop: () => days(30),
    source: 'NCQA case management: the assessment begins within 30 days of eligibility',
  },
  {
    id: 'assess',
    on: 'eligible',
    due: () => days(60),
    hardStop: () => days(60),
    source: 'NCQA case management: the assessment is completed within 60 days of eligibility',
  },
  {
    id: 'first-contact',
    code: 'contact',
    on: 'engagement',
    due: firstContactRule,
    source: 'model: first contact after opening',
  },
  {
    id: 'plan-draft',
    on: 'engagement',
    due: ({ model }) => model && days(model.planDueDays),
    source: 'model: plan due',
  },
  {
    id: 'plan-draft',
    on: 'model-switched',
    due: ({ model }) => model && days(model.planDueDays),
    source: 'model: plan due',
  },
  {
    id: 'cadence-contact',
    code: 'contact',
    on: 'contact-cadence',
    due: seriesRule,
    source: 'model: contact cadence',
  },
  { id: 'plan-review', on: 'plan-cycle', due: seriesRule, source: 'model: plan review' },
  { id: 'reassess', on: 'assessed', due: seriesRule, source: 'model: reassessment' },
  {
    id: 'missed-service',
    code: 'contact',
    on: 'service-missed',
    due: ({ model }) => model?.missedService.within,
    source: 'model: missed service',
  },
  {
    id: 'adapt-plan',
    code: 'plan-review',
    on: 'services-missed',
    due: ({ model }) => model?.missedService.within,
    source: 'model: so many misses in 14 days call for a change of the plan',
  },
  {
    id: 'red-flag',
    code: 'contact',
    on: 'red-flag',
    due: () => days(0),
    hardStop: () => days(0),
    source: 'AHRQ RED check-in, a red flag is acted on the same day',
    escalateAfterHours: 1,
    isUrgent: true,
  },
  {
    id: 'hold-review',
    code: 'plan-review',
    on: 'held',
    due: dateRule,
    source: 'default of Casewire: HoldCase, review by the date given',
  },
  {
    id: 'closure-review',
    on: 'closure-proposed',
    due: () => businessDays(2),
    source: 'default of Casewire: closure is approved by a second person',
  },
]

/** The rows of each trigger, in the order of the table. */
const byTrigger: ReadonlyMap<TriggerKind, readonly DutyRule[]> = Map.groupBy(dutyRules, ({ on }) => on)

export const rulesOn = (kind: TriggerKind): readonly DutyRule[] => byTrigger.get(kind) ?? []

/** The row of a rule; rules of one id differ by what calls for them. */
export const ruleNamed = (id: string, on?: TriggerKind): DutyRule | undefined =>
  dutyRules.find(rule => rule.id === id && (on === undefined || rule.on === on))

/** Where a rule comes from, the model's version included: `model clinical 1.0.0: plan due`. */
export const sourceOf = ({ source }: DutyRule, model: ModelProfile | undefined): string =>
  source.startsWith('model: ') && model
    ? `model ${model.id} ${model.version}${source.slice('model'.length)}`
    : source
