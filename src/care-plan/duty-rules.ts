import type { TransitionRules } from './case-rules.ts'

/** What calls for a duty. */
export type TriggerKind =
  | 'case-opened'
  | 'known-admission'
  | 'discharge-to-community'
  | 'discharge-against-advice'
  | 'discharge-to-facility'
  | 'discharge-to-acute-care'
  | 'death'
  | 'contradiction'

export type RuleId =
  | 'screen'
  | 'notify'
  | 'contact'
  | 'discharge-info'
  | 'follow-up-visit'
  | 'med-rec'
  | 'readmission-watch'
  | 'handover'
  | 'bereavement'
  | 'fact-review'

/** How long from the trigger: whole days end at the end of the day in the facility's zone, hours to the second. */
export interface DueIn {
  readonly unit: 'business-days' | 'days' | 'hours'
  readonly count: number
}

/** What an organisation's rules and the case say about the figures of a rule. */
export interface DutySettings extends TransitionRules {
  readonly readmissionDays: number
  readonly isHighRisk: boolean
}

/** One row: this trigger calls for this duty. `id` is the code of the Task too (domain.md 4.9, task-code). */
export interface DutyRule {
  readonly id: RuleId
  readonly on: TriggerKind
  readonly due: (settings: DutySettings) => DueIn
  /** Belongs to the transition plan of the discharge. */
  readonly isTransition?: true
  readonly isUrgent?: true
}

const businessDays = (count: number): DueIn => ({ unit: 'business-days', count })
const days = (count: number): DueIn => ({ unit: 'days', count })

const contactRule = (settings: DutySettings): DueIn => businessDays(settings.contactBusinessDays)
const visitRule = (settings: DutySettings): DueIn =>
  days(settings.isHighRisk ? settings.visitDaysHigh : settings.visitDays)
const medRecRule = (settings: DutySettings): DueIn => days(settings.medRecDays)
const watchRule = (settings: DutySettings): DueIn => days(settings.readmissionDays)

/** The rules of domain.md 5 that follow from movements alone. */
export const dutyRules: readonly DutyRule[] = [
  { id: 'screen', on: 'case-opened', due: () => businessDays(1) },
  { id: 'notify', on: 'known-admission', due: () => ({ unit: 'hours', count: 1 }) },
  { id: 'contact', on: 'discharge-to-community', due: contactRule, isTransition: true },
  { id: 'discharge-info', on: 'discharge-to-community', due: () => days(2), isTransition: true },
  { id: 'follow-up-visit', on: 'discharge-to-community', due: visitRule, isTransition: true },
  { id: 'med-rec', on: 'discharge-to-community', due: medRecRule, isTransition: true },
  { id: 'readmission-watch', on: 'discharge-to-community', due: watchRule, isTransition: true },
  {
    id: 'contact',
    on: 'discharge-against-advice',
    due: () => businessDays(1),
    isTransition: true,
    isUrgent: true,
  },
  { id: 'discharge-info', on: 'discharge-against-advice', due: () => days(2), isTransition: true },
  { id: 'follow-up-visit', on: 'discharge-against-advice', due: visitRule, isTransition: true },
  { id: 'med-rec', on: 'discharge-against-advice', due: medRecRule, isTransition: true },
  { id: 'readmission-watch', on: 'discharge-against-advice', due: watchRule, isTransition: true },
  { id: 'handover', on: 'discharge-to-facility', due: () => businessDays(1) },
  { id: 'handover', on: 'discharge-to-acute-care', due: () => businessDays(1) },
  { id: 'readmission-watch', on: 'discharge-to-acute-care', due: watchRule },
  { id: 'bereavement', on: 'death', due: () => businessDays(3) },
  { id: 'fact-review', on: 'contradiction', due: () => businessDays(1) },
]

/** What is to be done, in plain words for the people who do it. */
export const dutyWords: Readonly<Record<RuleId, string>> = {
  screen: 'Screen the patient for case management.',
  notify: 'Tell the care team that the patient has come to the hospital.',
  contact: 'Reach the patient or the caregiver by phone, electronically or in person.',
  'discharge-info': 'Obtain the discharge summary and pass it to those who go on with the care.',
  'follow-up-visit': 'See that the follow-up visit takes place.',
  'med-rec': 'Reconcile the medication of before, during and after the stay.',
  'readmission-watch': 'Watch for an unplanned return to hospital.',
  handover: 'Hand over to the receiving facility in person or by phone and have it acknowledged.',
  bereavement: 'Reach the family and tell the primary care provider.',
  'fact-review': 'Look at what was withdrawn or contradicts the record and decide what still holds.',
}

const triggerWords: Readonly<Record<TriggerKind, string>> = {
  'case-opened': 'the admission',
  'known-admission': 'the arrival',
  'discharge-to-community': 'the discharge',
  'discharge-against-advice': 'leaving against medical advice',
  'discharge-to-facility': 'the discharge to a facility',
  'discharge-to-acute-care': 'the transfer to acute care',
  death: 'the death',
  contradiction: 'the record',
}

const unitWords: Readonly<Record<DueIn['unit'], readonly [string, string]>> = {
  'business-days': ['business day', 'business days'],
  days: ['day', 'days'],
  hours: ['hour', 'hours'],
}

/** The rule in words: `within 2 business days of the discharge`. */
export const ruleWords = (on: TriggerKind, due: DueIn): string =>
  `within ${due.count} ${unitWords[due.unit][due.count === 1 ? 0 : 1]} of ${triggerWords[on]}`
