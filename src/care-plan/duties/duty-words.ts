import { dateInWords } from '../../lib/calendar-date.ts'
import type { VoidReason } from './duties.ts'
import type { DueIn, RuleId, TriggerKind } from './duty-rules.ts'

/** What is to be done, in plain words for the people who do it. */
export const dutyWords: Readonly<Record<RuleId, string>> = {
  screen: 'Screen the patient for case management.',
  outreach: 'Reach out to the patient and offer case management.',
  notify: 'Tell the care team that the patient has come to the hospital.',
  'necessity-review': 'Review whether the stay is necessary and in the right setting.',
  'discharge-plan': 'Begin to plan the discharge.',
  'admission-notice': 'Obtain and keep the evidence that the outpatient provider was told of the admission.',
  contact: 'Reach the patient or the caregiver by phone, electronically or in person.',
  'discharge-info': 'Obtain the discharge summary and pass it to those who go on with the care.',
  'follow-up-visit': 'See that the follow-up visit takes place.',
  'med-rec': 'Reconcile the medication of before, during and after the stay.',
  'readmission-watch': 'Watch for an unplanned return to hospital.',
  'pre-admission-education': 'Prepare the patient for the planned stay.',
  'pre-admission-coverage': 'Check that the planned stay is covered and authorised.',
  'home-visit': 'Visit the patient at home.',
  'reassess-after-discharge': 'Assess the patient again after the stay and bring the plan up to date.',
  'mental-health-7': 'See that a mental health follow-up visit takes place, not on the day of discharge.',
  'mental-health-30': 'See that a mental health follow-up visit takes place within the month.',
  'emergency-follow-up': 'See that a follow-up visit takes place after the emergency visit.',
  'facility-contact': 'Speak with the patient and the facility about the stay there.',
  handover: 'Hand over to the receiving facility in person or by phone and have it acknowledged.',
  bereavement: 'Reach the family and tell the primary care provider.',
  'fact-review': 'Look at what was withdrawn or contradicts the record and decide what still holds.',
  'retraction-notice': 'Tell whoever was told that what they were told of was taken back.',
  'merge-review': 'Two patients turned out to be one: decide which of their open cases of one type goes on.',
  'unmerge-review':
    'Two patients were one by mistake: decide whose the work is that was done in the meantime.',
  'duplicate-review': 'Find out whether this patient and another one are the same person.',
  'move-review': 'A stay was another patient’s: decide what still holds of this case.',
  'conflict-review': 'Both sides changed the same: decide what holds.',
  'assess-begin': 'Begin the assessment.',
  assess: 'Complete the assessment with a written conclusion for each required domain.',
  'discharge-arrangements': 'Arrange what the patient needs for the day of the discharge that is announced.',
  'overdue-return': 'See that the patient is back from leave.',
  'transfer-notice': 'Tell the care team of the transfer and look whether the acuity has changed.',
  'first-contact': 'Speak with the patient for the first time.',
  'plan-draft': 'Draft the care plan.',
  'cadence-contact': 'Speak with the patient as often as the model asks.',
  'plan-review': 'Review the care plan.',
  reassess: 'Assess the patient again.',
  'missed-service': 'Ask the patient about the service that was missed.',
  'adapt-plan': 'Adapt the care plan: services were missed again.',
  'red-flag': 'Act today on the early symptom or danger that was reported.',
  'hold-review': 'Decide whether the case goes on.',
  'closure-review': 'Decide on the proposed closure.',
  'coverage-check': 'Verify the coverage: who pays, the plan or the policy has changed.',
  'licence-check': 'Check that licence and calendar of the case hold where the patient lives now.',
  'stratify-again': 'Stratify the risk again: a diagnosis was added.',
  'provider-notice': 'Tell who cares for the patient now of the case and the plan.',
  'contact-data': 'Check how the patient is to be reached now.',
  'allergy-review': 'Look whether the plan holds with the allergy that was told.',
}

export const triggerWords: Readonly<Record<TriggerKind, string>> = {
  'case-opened': 'the admission',
  'known-admission': 'the arrival',
  'inpatient-admission': 'the admission',
  'discharge-to-community': 'the discharge',
  'discharge-against-advice': 'leaving against medical advice',
  'discharge-to-facility': 'the discharge to a facility',
  'discharge-to-acute-care': 'the transfer to acute care',
  'emergency-discharge': 'the emergency visit',
  'pre-admission': 'the announcement of the stay',
  'discharge-announced': 'the announcement of the discharge',
  leave: 'going on leave',
  transfer: 'the transfer',
  'facility-stay': 'the last contact or the discharge to the facility',
  death: 'the death',
  contradiction: 'the record',
  conflict: 'the conflict',
  retraction: 'the withdrawal of what was told',
  'patients-merged': 'the merge of the patients',
  'patients-unmerged': 'the undoing of the merge',
  'possible-duplicate': 'the hint',
  'visit-moved-away': 'the move of the stay',
  eligible: 'being found eligible',
  engagement: 'the opening of the case',
  'model-switched': 'the switch of the model',
  'contact-cadence': 'the last contact or the start of the model',
  'plan-cycle': 'the last review or the activation of the plan',
  assessed: 'the last assessment',
  'service-missed': 'the missed service',
  'services-missed': 'the last missed service',
  'red-flag': 'the red flag',
  held: 'the pause of the case',
  'closure-proposed': 'the proposal of closure',
  'payer-changed': 'the change of coverage',
  'pcp-changed': 'the change of the primary care provider',
  'address-changed': 'the change of address',
  'diagnosis-changed': 'the change of diagnosis',
  'attending-changed': 'the change of the attending physician',
  'phone-changed': 'the change of telephone numbers',
  'allergy-changed': 'the word of an allergy',
}

/** Why a duty is not to be done after all. */
export const voidWords: Readonly<Record<VoidReason, string>> = {
  'trigger cancelled': 'What called for it was taken back.',
  'patient admitted again': 'The patient was admitted again.',
  'patient deceased': 'The patient has died.',
  'case ended': 'The case has ended.',
  'case on hold': 'The case is on hold.',
  'model switched': 'The model that asked for it is no longer in force.',
  'plan replaced': 'The plan that asked for it is no longer in force.',
  'stay begun': 'The stay that it was to prepare has begun.',
  'stay ended': 'The stay has ended.',
  'patient back': 'The patient is back from leave.',
  'patient on leave': 'The patient is on leave from a stay.',
  'changed again': 'It has changed again since.',
}

const unitWords: Readonly<Record<'business-days' | 'days' | 'hours', readonly [string, string]>> = {
  'business-days': ['business day', 'business days'],
  days: ['day', 'days'],
  hours: ['hour', 'hours'],
}

/** A span in words: `2 business days`. */
export const spanWords = ({ unit, count }: Exclude<DueIn, { readonly unit: 'on' }>): string =>
  `${count} ${unitWords[unit === 'before' ? 'business-days' : unit][count === 1 ? 0 : 1]}`

/** The rule in words: `within 2 business days of the discharge`. */
export function ruleWords(on: TriggerKind, due: DueIn): string {
  if (due.unit === 'on') return `by ${dateInWords(due.date)}`
  if (due.unit === 'before') return `by ${spanWords(due)} before ${dateInWords(due.date)}`
  return due.unit === 'days' && due.count === 0
    ? `on the day of ${triggerWords[on]}`
    : `within ${spanWords(due)} of ${triggerWords[on]}`
}

/** Whether words on a Task are those of its rule, whatever called for it: nobody put words of their own in their place. */
export const isRuleWords = (rule: RuleId, words: string): boolean =>
  words.startsWith(`${dutyWords[rule]} Rule: `)

/** Whether they still name what calls for it now. */
export const isToldBy = (on: TriggerKind, due: DueIn, words: string): boolean =>
  words.includes(` Rule: ${ruleWords(on, due)}. Due: `)
