import { DOCTOR, NEUROPSYCHOLOGIST, NOOR, RIVER, SUPERVISOR } from './people.ts'
import { wishes } from './planning.ts'
import { local, type Act, type Deed } from './acts.ts'

const noor = (at: string, command: string, body: Deed['body'] = {}, keep: Deed['keep'] = {}): Deed => ({
  ...{ at, by: NOOR, command, body, keep },
})

const neuropsychology = (name: string, day: string): Deed =>
  noor(
    '2026-12-11T16:00',
    'BookAppointment',
    {
      ...{ purpose: 'service', activity: '$NEUROPSYCH', provider: NEUROPSYCHOLOGIST },
      start: local(`${day}T13:00`),
      end: local(`${day}T14:00`),
    },
    { [name]: 'AppointmentBooked' },
  )

/** Two sessions of neuropsychology that are to come. */
export const sessions: readonly Act[] = [
  neuropsychology('SESSION1', '2026-12-16'),
  neuropsychology('SESSION2', '2026-12-23'),
]

/** Step 18: more attention, now. */
export const intensive: readonly Act[] = [
  noor(
    '2026-12-14T10:00',
    'SwitchModel',
    { model: 'intensive', reason: 'New symptoms, missed therapy, transport.' },
    { PLAN2: 'PlanDrafted' },
  ),
  noor('2026-12-14T10:05', 'AttachCompanion', { appointment: '$SESSION1', companion: NOOR }),
  noor('2026-12-14T10:06', 'AttachCompanion', { appointment: '$SESSION2', companion: NOOR }),
]

const contact = (day: string, kind: string): Deed =>
  noor(`${day}T16:00`, 'RecordContact', { kind, minutes: 35, with: RIVER })

/** The first week under it: four contacts, three of them in the community, one session accompanied. */
export const firstWeek: readonly Act[] = [
  contact('2026-12-14', 'home'),
  contact('2026-12-15', 'home'),
  noor('2026-12-16T14:10', 'FulfilAppointment', { appointment: '$SESSION1' }),
  noor('2026-12-16T15:00', 'RecordContact', {
    ...{ kind: 'accompanied', minutes: 35, with: RIVER, appointment: '$SESSION1' },
  }),
  contact('2026-12-18', 'phone'),
]

const concluded = (at: string, name: string, texts: Readonly<Record<string, string>>): readonly Deed[] => [
  noor(at, 'StartAssessment', {}, { [name]: 'AssessmentStarted' }),
  ...Object.entries(texts).map(([domain, text]) =>
    noor(at, 'ConcludeDomain', { assessment: `$${name}`, domain, text }),
  ),
  noor(at, 'ConcludeAssessment', { assessment: `$${name}`, summary: 'Assessed again.' }),
]

/** Four weeks go by; River is assessed again after the stay, and the transition ends on its day. */
export const stable: readonly Act[] = [
  ...concluded('2026-12-22T10:00', 'AGAIN', {
    function: 'Walks with a stick; one arm still weak.',
    cognition: 'Keeps a diary; forgets less.',
    mood: 'Better since the medicine was changed.',
    'social-needs': 'Sam drives on Tuesdays.',
  }),
  noor('2026-12-23T14:10', 'FulfilAppointment', { appointment: '$SESSION2' }),
  noor('2026-12-28T09:00', 'CompleteTransition', { transition: '$TRANSITION' }),
  ...['2026-12-28', '2027-01-05', '2027-01-12'].map(day => contact(day, 'phone')),
]

/** Step 20: the day after Martin Luther King's. */
export const clinicalAgain: readonly Act[] = [
  noor('2027-01-19T10:00', 'RecordContact', { kind: 'office', minutes: 30, with: RIVER }),
  noor(
    '2027-01-19T11:00',
    'SwitchModel',
    { model: 'clinical', reason: 'Four stable weeks.' },
    { PLAN3: 'PlanDrafted' },
  ),
]

/** Levels of G1 to G4 as River sees them. */
const scored = (at: string, levels: readonly number[]): readonly Deed[] =>
  wishes.map(({ name }, i) => noor(at, 'ScoreGoal', { goal: `$${name}`, level: levels[i], rater: 'patient' }))

/** Step 22. */
export const reassessed: readonly Act[] = [
  ...concluded('2027-02-23T09:00', 'LATER', {
    function: 'Walks without help; stairs with a rail.',
    cognition: 'Attention still short.',
    mood: 'Even.',
    'social-needs': 'Money and transport are settled.',
  }),
  ...scored('2027-02-23T10:00', [0, -1, 1, 0]),
  noor(
    '2027-02-23T10:30',
    'RaiseBarrier',
    { text: 'Tires quickly when concentrating', goal: '$G2' },
    { BARRIER2: 'BarrierRaised' },
  ),
]

/** Step 23. */
export const brokerage: readonly Act[] = [
  noor('2027-04-01T09:00', 'RecordContact', { kind: 'phone', minutes: 20, with: RIVER }),
  noor(
    '2027-04-01T10:00',
    'SwitchModel',
    { model: 'brokerage', reason: 'Stable, little is needed.' },
    { PLAN4: 'PlanDrafted' },
  ),
]

const CLOSING = '2027-05-28T10:00'

/** Step 24: what was reached, and the proposal to close. */
export const finished: readonly Act[] = [
  ...scored('2027-05-28T09:00', [1, 0, 1, 0]),
  noor(CLOSING, 'CompletePlan', { plan: '$PLAN4' }),
  ...[...wishes.map(({ name }) => name), 'G5'].map(name =>
    noor(CLOSING, 'AchieveGoal', { goal: `$${name}` }),
  ),
  noor('2027-05-28T10:30', 'ProposeClosure', {
    ...{ reason: 'goals-met', outcomes: 'Walks, remembers, pays the bills, rides.' },
    communicatedTo: DOCTOR,
  }),
]

/** Step 24: nobody closes a case alone. */
export const closedAlone: Deed = {
  ...noor('2027-05-28T11:00', 'ApproveClosure', {}),
  refused: { status: 422 },
}
export const closed: readonly Act[] = [{ ...noor('2027-05-28T11:30', 'ApproveClosure', {}), by: SUPERVISOR }]

const other = (command: string, body: Deed['body'], keep: Deed['keep'] = {}): Deed => ({
  ...noor('2026-12-13T09:00', command, body, keep),
  by: SUPERVISOR,
})

/** A case of another patient that Noor manages too, from its identification on. */
export const otherCase = (patient: string, model: string): readonly Deed[] => [
  other('ScreenCase', {}),
  other('OfferAssignment', { manager: NOOR }, { OTHER_ASSIGNMENT: 'AssignmentOffered' }),
  { ...other('AcceptAssignment', { assignment: '$OTHER_ASSIGNMENT' }), by: NOOR },
  other('GrantConsent', { scope: 'case-management', by: `Patient/${patient}` }),
  other('OpenCase', {}),
  other('SelectModel', { model, reason: 'As assigned.' }),
]

/** Nine intensive cases and a clinical one beside River: 9/12 + 1/30 + 1/30 = 0.82. */
export const otherModels: readonly string[] = [...Array.from({ length: 9 }, () => 'intensive'), 'clinical']
