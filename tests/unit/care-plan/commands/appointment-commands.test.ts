import { describe, expect, it } from 'vitest'
import {
  appointmentMachine,
  type Appointment,
  type Transition,
} from '../../../../src/care-plan/nouns/contact.ts'
import type { Activity } from '../../../../src/care-plan/nouns/plan.ts'
import { afterwards, decided, namesOf, openFile, refusal } from '../../../support/case-file.ts'
import type { Obligation } from '../../../../src/care-plan/case/case-file.ts'

const START = '2026-12-08T14:00:00-05:00'
const END = '2026-12-08T14:45:00-05:00'
const AT = { at: '2026-12-08T16:00:00-05:00' }

const therapy = (more: Partial<Activity> = {}): Activity => ({
  id: 'pt',
  state: 'in-progress',
  kind: 'service',
  text: 'Physical therapy',
  durationMinutes: 45,
  days: [],
  goals: [],
  needs: [],
  after: [],
  performances: [],
  ...more,
})
const anAppointment = (more: Partial<Appointment> = {}): Appointment => ({
  id: 'a1',
  state: 'booked',
  purpose: 'service',
  start: START,
  end: END,
  activity: 'pt',
  ...more,
})
const fileWith = (appointment: Partial<Appointment> = {}, activity: Partial<Activity> = {}) =>
  openFile({}, { appointments: [anAppointment(appointment)], activities: [therapy(activity)] })

describe('an appointment', () => {
  it('is booked anew, as long as its activity takes, and schedules the activity', () => {
    const file = openFile({}, { activities: [therapy({ state: 'planned' })] })
    const payload = {
      purpose: 'service',
      start: START,
      activity: 'pt',
      provider: 'Practitioner/pt',
      location: 'Location/gym',
      companion: 'Practitioner/noor',
      text: 'PT session',
    }
    expect(namesOf(decided(file, 'BookAppointment', payload))).toEqual([
      'AppointmentBooked',
      'ActivityScheduled',
    ])
    const after = afterwards(file, 'BookAppointment', payload)
    expect(after.appointments).toEqual([{ id: 'appointment-new-1', state: 'booked', ...payload, end: END }])
    expect(after.activities[0]?.state).toBe('scheduled')
  })

  it('takes half an hour when nothing says how long, and leaves an activity under way as it is', () => {
    const { appointments } = afterwards(openFile(), 'BookAppointment', { purpose: 'med-rec', start: START })
    expect(appointments[0]?.end).toBe('2026-12-08T14:30:00-05:00')
    const payload = { purpose: 'service', start: START, activity: 'pt' }
    expect(namesOf(decided(fileWith(), 'BookAppointment', payload))).toEqual(['AppointmentBooked'])
  })

  it('is proposed, asked for and booked', () => {
    const proposed = afterwards(openFile(), 'ProposeAppointment', { purpose: 'follow-up-visit' })
    expect(proposed.appointments).toEqual([
      { id: 'appointment-new-1', state: 'proposed', purpose: 'follow-up-visit' },
    ])
    const asked = afterwards(proposed, 'RequestAppointment', { appointment: 'appointment-new-1' })
    expect(asked.appointments[0]?.state).toBe('pending')
    const booked = afterwards(asked, 'BookAppointment', {
      appointment: 'appointment-new-1',
      purpose: 'follow-up-visit',
      start: START,
      end: END,
    })
    expect(booked.appointments).toEqual([
      { id: 'appointment-new-1', state: 'booked', purpose: 'follow-up-visit', start: START, end: END },
    ])
  })

  it('keeps its length of activity when it is moved, with the reason', () => {
    const moved = afterwards(fileWith(), 'RescheduleAppointment', {
      appointment: 'a1',
      start: '2026-12-10T09:00:00-05:00',
      reason: 'no transport',
    })
    expect(moved.appointments[0]).toMatchObject({
      state: 'booked',
      start: '2026-12-10T09:00:00-05:00',
      end: '2026-12-10T09:45:00-05:00',
      reason: 'no transport',
    })
  })

  it.each([
    ['BookAppointment', { purpose: 'other', start: START, end: START }],
    ['ProposeAppointment', { purpose: 'other', end: END }],
    ['RescheduleAppointment', { appointment: 'a1', start: END, end: START, reason: 'x' }],
    ['RequestAppointment', { appointment: 'a2', end: END }],
    ['BookAppointment', { appointment: 'a2', purpose: 'other', start: END, end: START }],
  ])('is refused when its times make no sense: %s %j', (name, payload) => {
    const proposed = anAppointment({ id: 'a2', state: 'proposed' })
    const file = { ...fileWith(), appointments: [anAppointment(), proposed] }
    expect(refusal(file, name, payload)).toMatchObject({ kind: 'unprocessable', code: 'appointment-times' })
  })

  it('is refused for an activity, or an appointment, that the case does not have', () => {
    const payload = { purpose: 'service', start: START, activity: 'none' }
    expect(refusal(openFile(), 'BookAppointment', payload).code).toBe('unknown-noun')
    expect(refusal(openFile(), 'ProposeAppointment', { purpose: 'service', activity: 'none' }).code).toBe(
      'unknown-noun',
    )
    expect(refusal(openFile(), 'RecordArrival', { appointment: 'none' }).code).toBe('unknown-noun')
    expect(refusal(openFile(), 'CancelAppointment', { appointment: 'none', reason: 'x' }).code).toBe(
      'unknown-noun',
    )
    expect(
      refusal(fileWith({ state: 'proposed' }), 'BookAppointment', { ...payload, appointment: 'a1' }).code,
    ).toBe('unknown-noun')
  })

  it('waits, is come to, gets a companion', () => {
    expect(afterwards(fileWith(), 'WaitlistAppointment', { appointment: 'a1' }).appointments[0]?.state).toBe(
      'waitlist',
    )
    expect(afterwards(fileWith(), 'RecordArrival', { appointment: 'a1' }, AT).appointments[0]?.state).toBe(
      'arrived',
    )
    const companion = 'Practitioner/noor'
    const attached = afterwards(fileWith(), 'AttachCompanion', { appointment: 'a1', companion })
    expect(attached.appointments[0]).toEqual(anAppointment({ companion }))
  })

  it('that took place is a session of its activity, once', () => {
    const file = afterwards(fileWith(), 'FulfilAppointment', { appointment: 'a1' }, AT)
    expect(file.appointments[0]?.state).toBe('fulfilled')
    expect(file.activities[0]).toMatchObject({
      state: 'in-progress',
      performances: [{ at: START, kept: true }],
    })
    const told = fileWith({}, { performances: [{ at: START, kept: true }] })
    expect(namesOf(decided(told, 'FulfilAppointment', { appointment: 'a1' }, AT))).toEqual([
      'AppointmentFulfilled',
    ])
  })

  it('that was not come to makes its therapy missed, with the reason', () => {
    const missed = { appointment: 'a1', reason: 'transport' }
    expect(namesOf(decided(fileWith(), 'RecordNoShow', missed, AT))).toEqual([
      'AppointmentMissed',
      'TherapyMissed',
    ])
    const file = afterwards(fileWith(), 'RecordNoShow', missed, AT)
    expect(file.appointments[0]).toMatchObject({ state: 'noshow', missReason: 'transport' })
    expect(file.activities[0]).toMatchObject({
      state: 'missed',
      performances: [{ at: START, kept: false, reason: 'transport' }],
    })
  })

  it('that was not come to counts for an activity that is missed already, and for none without one', () => {
    const missed = { appointment: 'a1', reason: 'forgot' }
    const first = { at: '2026-12-01T14:00:00-05:00', kept: false }
    const file = afterwards(
      fileWith({}, { state: 'missed', performances: [first] }),
      'RecordNoShow',
      missed,
      AT,
    )
    expect(file.activities[0]).toMatchObject({ state: 'missed', performances: [first, { at: START }] })
    const alone = openFile({}, { appointments: [anAppointment({ activity: 'gone' })] })
    expect(namesOf(decided(alone, 'RecordNoShow', missed, AT))).toEqual(['AppointmentMissed'])
  })

  it.each([
    ['2026-12-07T13:59:00-05:00', ['AppointmentCancelled']],
    ['2026-12-07T14:01:00-05:00', ['AppointmentCancelled', 'TherapyMissed']],
    ['2026-12-08T15:00:00-05:00', ['AppointmentCancelled', 'TherapyMissed']],
  ])('that is cancelled at %s raises %j', (at, names) => {
    const cancelled = { appointment: 'a1', reason: 'fever' }
    expect(namesOf(decided(fileWith(), 'CancelAppointment', cancelled, { at }))).toEqual(names)
    const file = afterwards(fileWith(), 'CancelAppointment', cancelled, { at })
    expect(file.appointments[0]).toMatchObject({ state: 'cancelled', reason: 'fever' })
    expect(file.activities[0]?.performances).toEqual(
      names.length > 1 ? [{ at: START, kept: false, isLateCancel: true }] : [],
    )
  })

  it('that the provider calls off late is not held against the patient', () => {
    const cancelled = { appointment: 'a1', reason: 'therapist ill', isExcused: true }
    const { activities } = afterwards(fileWith(), 'CancelAppointment', cancelled, AT)
    expect(activities[0]?.performances).toEqual([
      { at: START, kept: false, isLateCancel: true, isExcused: true },
    ])
  })

  it('that nobody held yet is cancelled without a miss, however late', () => {
    const file = fileWith({ state: 'proposed' })
    expect(namesOf(decided(file, 'CancelAppointment', { appointment: 'a1', reason: 'x' }, AT))).toEqual([
      'AppointmentCancelled',
    ])
  })

  it.each([
    ['RecordNoShow', { reason: 'forgot' }, ['proposed', 'fulfilled', 'cancelled', 'noshow']],
    ['FulfilAppointment', {}, ['proposed', 'pending', 'cancelled', 'noshow', 'waitlist']],
    ['AttachCompanion', { companion: 'Practitioner/noor' }, ['proposed', 'fulfilled']],
    ['RecordArrival', {}, ['arrived', 'proposed']],
    ['CancelAppointment', { reason: 'x' }, ['fulfilled', 'arrived', 'cancelled']],
    ['RequestAppointment', {}, ['booked', 'pending']],
  ] as const)(
    'refuses %s %j where its machine has no such step, with the legal list',
    (name, payload, states) => {
      for (const state of states) {
        const failure = refusal(fileWith({ state }), name, { appointment: 'a1', ...payload })
        expect(failure.code).toBe('illegal-transition')
        const legal = appointmentMachine.moves.filter(({ from }) =>
          (from as readonly string[]).includes(state),
        )
        expect(failure.legal).toEqual([...new Set(legal.map(({ command }) => command))])
      }
    },
  )
})

describe('a transition', () => {
  const aTransition = (more: Partial<Transition> = {}): Transition => ({
    id: 't1',
    state: 'discharged-community',
    start: '2026-11-25',
    end: '2026-12-24',
    encounter: 'e2',
    ...more,
  })
  const file = openFile({}, { transitions: [aTransition()] })
  const about = { transition: 't1' }

  it('keeps when the discharge information came', () => {
    expect(afterwards(file, 'RecordDischargeInfo', about, AT).transitions).toEqual([
      aTransition({ dischargeInfoAt: AT.at }),
    ])
  })

  it('keeps when the medicines were reconciled, and by whom', () => {
    expect(afterwards(file, 'ReconcileMedication', about, AT).transitions[0]).toMatchObject({
      medRecAt: AT.at,
      medRecBy: 'Practitioner/noor',
    })
    const nurse = { ...about, by: 'Practitioner/rn' }
    expect(afterwards(file, 'ReconcileMedication', nurse, AT).transitions[0]?.medRecBy).toBe(
      'Practitioner/rn',
    )
  })

  it('is completed by people', () => {
    expect(namesOf(decided(file, 'CompleteTransition', about))).toEqual(['TransitionCompleted'])
    expect(afterwards(file, 'CompleteTransition', about).transitions[0]?.state).toBe('stabilised')
  })

  it('is not completed within its thirty days while duties of it are open, unless somebody says why', () => {
    const duty: Obligation = {
      ...{ id: 'd1', state: 'due', rule: 'med-rec', trigger: 'x', status: 'requested', outputs: [] },
      since: '2026-11-24T10:00:00-05:00',
    }
    const started = aTransition({ start: '2026-11-24T10:00:00-05:00' })
    const open = openFile({}, { transitions: [started], obligations: [duty] })
    const day28 = { at: '2026-12-22T23:00:00-05:00' }
    const refused = refusal(open, 'CompleteTransition', about, day28)
    expect([refused.code, refused.message.includes('med-rec')]).toEqual(['case-condition', true])
    const said = decided(open, 'CompleteTransition', { ...about, reason: 'Moved away.' }, day28)
    expect(said.ok && said.value[0]?.reason).toBe('Moved away.')
    const day29 = { at: '2026-12-23T08:00:00-05:00' }
    expect(decided(open, 'CompleteTransition', about, day29).ok).toBe(true)
    const done = { ...open, obligations: [{ ...duty, state: 'met' as const }] }
    expect(decided(done, 'CompleteTransition', about, day28).ok).toBe(true)
  })

  it.each(['RecordDischargeInfo', 'ReconcileMedication', 'CompleteTransition'])(
    'takes no %s once it is voided, nor when there is none',
    name => {
      const voided = openFile({}, { transitions: [aTransition({ state: 'voided' })] })
      expect(refusal(voided, name, about).code).toBe('illegal-transition')
      expect(refusal(openFile(), name, about).code).toBe('unknown-noun')
    },
  )
})
