import { CLUB, NEUROPSYCHOLOGIST, NOOR, RIVER, SAM, THERAPIST } from './people.ts'
import type { Act, Deed } from './acts.ts'

const noor =
  (at: string) =>
  (command: string, body: Deed['body'] = {}, keep: Deed['keep'] = {}): Deed => ({
    ...{ at, by: NOOR, command, body, keep },
  })

const items = (answers: Readonly<Record<string, string>>) =>
  Object.entries(answers).map(([linkId, answer]) => ({ linkId, answer }))

const same = (linkIds: readonly string[], answer: string): Readonly<Record<string, string>> =>
  Object.fromEntries(linkIds.map(linkId => [linkId, answer]))

const PHQ_ITEMS = ['44250-9', '44255-8', '44259-0', '44254-1', '44251-7', '44258-2', '44252-5']
const [NOT_AT_ALL, SEVERAL_DAYS, MORE_THAN_HALF] = ['LA6568-5', 'LA6569-3', 'LA6570-1']

/** Nine answers that come to 8, and to 14 two months later. */
const phq8 = items({
  ...same(PHQ_ITEMS, SEVERAL_DAYS),
  '44253-3': SEVERAL_DAYS,
  '44260-8': NOT_AT_ALL,
})
export const phq14 = items({
  ...same(PHQ_ITEMS, MORE_THAN_HALF),
  '44253-3': NOT_AT_ALL,
  '44260-8': NOT_AT_ALL,
})

const socialNeeds = items({
  '71802-3': 'LA31993-1',
  '96778-6': 'LA9-3',
  '88122-7': 'LA28398-8',
  '88123-5': 'LA28398-8',
  '93030-5': 'LA33-6',
  '96779-4': 'LA32-8',
  ...same(['95618-5', '95617-7', '95616-9', '95615-1'], 'LA6270-8'),
})

const functionItems = items({
  ...same(['bathing', 'dressing', 'transferring', 'walking', 'stairs'], 'cannot'),
  ...same(['toileting', 'shopping', 'meals', 'housekeeping', 'laundry', 'travelling'], 'some-help'),
  ...same(['continence', 'eating', 'telephone', 'medicines', 'money'], 'alone'),
})

const cognitionItems = items({
  ...same(['recent-events', 'appointments', 'attention', 'learning'], 'often'),
  ...same(['words', 'planning', 'orientation', 'judgement'], 'sometimes'),
})

const financeItems = items({
  ...same(['month', 'bills', 'care-costs', 'cover', 'benefits'], 'partly'),
  work: 'no',
})

const assess = noor('2026-10-15T09:00')
const conclude = (domain: string, text: string): Deed =>
  assess('ConcludeDomain', { assessment: '$ASSESSMENT', domain, text })

/** Step 7, as far as the point where it may not be concluded yet. */
export const assessed: readonly Act[] = [
  assess('StartAssessment', {}, { ASSESSMENT: 'AssessmentStarted' }),
  assess('RecordAnswers', { instrument: 'function', items: functionItems }),
  assess('RecordAnswers', { instrument: 'cognition', items: cognitionItems }),
  assess('RecordAnswers', { instrument: 'phq-9', items: phq8 }, { PHQ8: 'ScoreComputed' }),
  assess('RecordAnswers', { instrument: 'ahc-hrsn', items: socialNeeds }, { TRANSPORT: 'NeedIdentified' }),
  assess('RecordAnswers', { instrument: 'finances', items: financeItems }),
  conclude('function', 'Needs help with most of body care; one arm and one leg out of use.'),
  conclude('mood', 'Mildly low, understandable; watch.'),
  conclude('social-needs', 'No way to get to therapy but by paid transport.'),
  conclude('finances', 'Income from work has ended; bills are behind.'),
]

/** Refused for want of a conclusion on cognition (I4), then with it. */
export const concludedTooEarly: Deed = {
  ...assess('ConcludeAssessment', { assessment: '$ASSESSMENT', summary: 'Polytrauma, brain injury.' }),
  refused: { status: 422, rule: 'I4' },
}
export const concluded: readonly Act[] = [
  conclude('cognition', 'Memory and attention impaired since the injury; oriented.'),
  assess('ConcludeAssessment', {
    assessment: '$ASSESSMENT',
    summary: 'Polytrauma with brain injury; one arm, one leg, memory, money.',
  }),
  assess(
    'RecordStrength',
    { kind: 'family', text: 'Sister Sam, who drives', embodiedBy: SAM },
    { SISTER: 'StrengthIdentified' },
  ),
  assess(
    'RecordStrength',
    { kind: 'community', text: 'Cycling club', embodiedBy: CLUB },
    { CLUBMATES: 'StrengthIdentified' },
  ),
  assess('RecordStrength', { kind: 'home', text: 'Ground-floor flat' }, { FLAT: 'StrengthIdentified' }),
]

const plan = noor('2026-10-15T14:00')

const need = (name: string, text: string, domain: string): readonly Act[] => [
  plan('IdentifyNeed', { text, domain }, { [name]: 'NeedIdentified' }),
  plan('ConfirmNeed', { need: `$${name}` }),
]

interface Wish {
  readonly name: string
  readonly text: string
  readonly weight: number
  readonly need: string
  /** Level that it starts from. */
  readonly baseline: number
}

/** G1 to G4 with weights 3, 3, 2, 2. */
export const wishes: readonly Wish[] = [
  { name: 'G1', text: 'Walk independently', weight: 3, need: 'WALKING', baseline: -2 },
  { name: 'G2', text: 'Use memory strategies', weight: 3, need: 'MEMORY', baseline: -1 },
  { name: 'G3', text: 'Self-care with one arm', weight: 2, need: 'SELFCARE', baseline: -2 },
  { name: 'G4', text: 'Finances under control', weight: 2, need: 'MONEY', baseline: -1 },
]

const scaleOf = (text: string): readonly string[] =>
  ['much less than expected', 'less than expected', 'as expected', 'more', 'much more'].map(
    words => `${text}: ${words}`,
  )

const goals: readonly Act[] = wishes.flatMap(({ name, text, weight, need: id }) => [
  plan('SetGoal', { text, weight, needs: [`$${id}`], scale: scaleOf(text) }, { [name]: 'GoalSet' }),
  plan('AcceptGoal', { goal: `$${name}`, by: RIVER, decision: 'agree' }),
])

const baselines: readonly Act[] = wishes.map(({ name, baseline }) =>
  plan('ScoreGoal', { goal: `$${name}`, level: baseline, rater: 'patient', baseline: true }),
)

/** River’s own words: staff may rank it, never touch it (I20). */
export const OWN_GOAL = 'Ride again by summer'
const ownGoal: readonly Act[] = [
  {
    ...plan('SetGoal', { text: OWN_GOAL, expressedBy: RIVER }, { G5: 'GoalSet' }),
    by: RIVER,
  },
  plan('AcceptGoal', { goal: '$G5', by: RIVER, decision: 'agree' }),
]

const snomed = (code: string, display: string) => ({ system: 'http://snomed.info/sct', code, display })

interface Service {
  readonly name: string
  readonly text: string
  readonly goals: readonly string[]
  readonly needs: readonly string[]
  readonly more: object
}

const rehab = { kind: 'service', setting: 'rehabilitation' }
const education = { kind: 'education', setting: 'office', code: snomed('409073007', 'Education') }

const services: readonly Service[] = [
  {
    ...{ name: 'PT', text: 'Physical therapy', goals: ['$G1', '$G5'], needs: ['$WALKING'] },
    more: { ...rehab, perWeek: 3, performer: THERAPIST, code: snomed('91251008', 'Physical therapy') },
  },
  {
    ...{ name: 'OT', text: 'Occupational therapy', goals: ['$G3'], needs: ['$SELFCARE'] },
    more: { ...rehab, perWeek: 2, code: snomed('84478008', 'Occupational therapy') },
  },
  {
    ...{ name: 'NEUROPSYCH', text: 'Neuropsychology', goals: ['$G2'], needs: ['$MEMORY'] },
    more: { ...rehab, perWeek: 1, performer: NEUROPSYCHOLOGIST },
  },
  {
    ...{ name: 'FINANCIAL', text: 'Financial planning', goals: ['$G4'], needs: ['$MONEY'] },
    more: { kind: 'service', setting: 'remote', code: snomed('410606002', 'Social service procedure') },
  },
  ...['Lifestyle', 'Medication', 'Follow-up'].map((topic, i) => ({
    ...{ name: `EDUCATION${i + 1}`, text: `Education: ${topic}`, goals: ['$G3'], needs: ['$SELFCARE'] },
    more: education,
  })),
]

const activities: readonly Act[] = services.map(({ name, text, goals: serves, needs, more }) =>
  plan('AddActivity', { text, owner: NOOR, goals: serves, needs, ...more }, { [name]: 'ActivityAdded' }),
)

/** Step 8: what the plan is made of, and the plan. */
export const planned: readonly Act[] = [
  ...need('WALKING', 'Walks only with help', 'function'),
  ...need('MEMORY', 'Forgets what was agreed', 'cognition'),
  ...need('SELFCARE', 'One arm out of use', 'function'),
  ...need('MONEY', 'Income has ended', 'finances'),
  plan('ConfirmNeed', { need: '$TRANSPORT' }),
  ...goals,
  ...ownGoal,
  ...activities,
  plan(
    'DraftPlan',
    {
      title: 'Recovery',
      goals: [...wishes.map(({ name }) => `$${name}`), '$G5'],
      activities: services.map(({ name }) => `$${name}`),
      needs: ['$WALKING', '$MEMORY', '$SELFCARE', '$MONEY'],
      strengths: ['$SISTER', '$CLUBMATES', '$FLAT'],
    },
    { PLAN: 'PlanDrafted' },
  ),
  ...baselines,
  plan('ObtainAgreement', { plan: '$PLAN', party: 'patient', by: RIVER, decision: 'agreed' }),
  plan('ActivatePlan', { plan: '$PLAN' }),
]
