import { homeward } from './messages.ts'
import { DOCTOR, NOOR, NURSE, RIVER, THERAPIST } from './people.ts'
import { phq14 } from './planning.ts'
import { local, type Act, type Deed } from './acts.ts'

const noor = (at: string, command: string, body: Deed['body'] = {}, keep: Deed['keep'] = {}): Deed => ({
  ...{ at, by: NOOR, command, body, keep },
})

/** Step 12: the day before Thanksgiving. */
export const home: readonly Act[] = [homeward()]

/** Step 13: nobody answers on Friday. */
export const tried: readonly Act[] = [
  noor(
    '2026-11-27T10:00',
    'RecordAttempt',
    { kind: 'phone', outcome: 'no-answer' },
    { ATTEMPT: 'ContactAttempted' },
  ),
  noor('2026-11-27T11:00', 'RecordDischargeInfo', { transition: '$TRANSITION' }),
]

const TOPICS = ['health-status', 'medicines', 'appointments', 'home-services', 'what-to-do']

/** Step 13: River is reached on Monday, the last legal day. */
export const reached: readonly Act[] = [
  noor(
    '2026-11-30T16:00',
    'RecordContact',
    { kind: 'phone', minutes: 22, with: RIVER, topics: TOPICS },
    { CALL: 'ContactMade' },
  ),
]

/** Step 14 as far as it is told: the home visit. */
export const visited: readonly Act[] = [
  noor('2026-12-02T11:00', 'RecordContact', { kind: 'home', minutes: 60, with: RIVER }),
]

/** Step 15: Noor books the visit, it takes place, a nurse reconciles the medicines. */
export const booked: readonly Act[] = [
  noor(
    '2026-12-02T14:00',
    'BookAppointment',
    {
      ...{ purpose: 'follow-up-visit', provider: DOCTOR },
      start: local('2026-12-04T10:00'),
      end: local('2026-12-04T10:30'),
    },
    { VISIT: 'AppointmentBooked' },
  ),
]
export const seen: readonly Act[] = [
  noor('2026-12-04T10:30', 'FulfilAppointment', { appointment: '$VISIT' }),
  {
    ...noor('2026-12-04T11:00', 'ReconcileMedication', { transition: '$TRANSITION', by: NURSE }),
    by: NURSE,
  },
]

/** Step 16: physical therapy missed. */
export const missed: readonly Act[] = [
  noor(
    '2026-12-04T15:00',
    'BookAppointment',
    {
      ...{ purpose: 'service', activity: '$PT', provider: THERAPIST },
      start: local('2026-12-08T09:00'),
      end: local('2026-12-08T10:00'),
    },
    { THERAPY: 'AppointmentBooked' },
  ),
  noor('2026-12-08T10:30', 'RecordNoShow', { appointment: '$THERAPY', reason: 'transport' }),
]

/** Step 16: why, and what helps. */
export const mended: readonly Act[] = [
  noor(
    '2026-12-10T09:00',
    'RecordContact',
    { kind: 'phone', minutes: 15, with: RIVER },
    { AFTER_MISS: 'ContactMade' },
  ),
  noor(
    '2026-12-10T09:20',
    'RaiseBarrier',
    {
      text: 'Transport too expensive',
      code: { system: 'http://snomed.info/sct', code: '160695008', display: 'Transport too expensive' },
      goal: '$G1',
    },
    { BARRIER: 'BarrierRaised' },
  ),
  noor('2026-12-10T09:25', 'LinkStrength', { strength: '$SISTER', to: ['$G1', '$PT'] }),
]

/** Step 17: an early symptom, seen the same day. */
export const alarmed: readonly Act[] = [
  noor(
    '2026-12-11T09:00',
    'RecordContact',
    {
      ...{ kind: 'phone', minutes: 20, with: RIVER, topics: ['health-status'] },
      redFlags: [{ code: 'new-headache-dizziness-low-mood', text: 'New headaches, dizziness, low mood' }],
    },
    { FLAG: 'RedFlagRaised', CHECK_IN: 'ContactMade' },
  ),
  noor(
    '2026-12-11T09:10',
    'RecordAnswers',
    { instrument: 'phq-9', items: phq14 },
    { PHQ14: 'ScoreComputed' },
  ),
]

export const treated: readonly Act[] = [
  noor(
    '2026-12-11T09:30',
    'BookAppointment',
    {
      ...{ purpose: 'other', text: 'Seen in the clinic today', provider: DOCTOR },
      start: local('2026-12-11T14:00'),
    },
    { CLINIC: 'AppointmentBooked' },
  ),
  noor('2026-12-11T14:30', 'FulfilAppointment', { appointment: '$CLINIC' }),
  noor(
    '2026-12-11T15:00',
    'ResolveRedFlag',
    { flag: '$FLAG', ledTo: 'ambulatory-visit' },
    { OUTCOME: 'OutcomeRecorded' },
  ),
  noor('2026-12-11T15:10', 'RevisePlan', {
    plan: '$PLAN',
    changes: { title: 'Recovery, watching headaches and mood' },
    reason: 'New headaches, dizziness, low mood.',
  }),
]
