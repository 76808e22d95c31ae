import { Type } from 'typebox'
import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import { startMsOf } from '../../lib/fhir-time.ts'
import type { CaseFile } from '../case/case-file.ts'
import { command, type Command, type CommandContext } from './command.ts'
import { unmetCondition } from './case-command.ts'
import { isDayReached } from './earliest-at.ts'
import { foundNoun } from './found-noun.ts'
import { scheduledEvents, serviceDayOf, serviceEvents } from '../duties/kept-service.ts'
import { legalMove } from '../machines/legal-move.ts'
import { appointmentMachine, missReasons, type Appointment } from '../nouns/contact.ts'
import type { Performance } from '../nouns/plan.ts'
import { dateTimeField, idField, partyField, textField } from './payload.ts'
import {
  activityIn,
  appointmentFields,
  knownFields,
  timesOf,
  type AppointmentFields,
} from './appointment-payload.ts'

const which = idField('The appointment.')
const start = dateTimeField('When it starts.')
const end = Type.Optional(
  dateTimeField('When it ends; from the length of the activity, else half an hour, when absent.'),
)

const proposeAppointment = command({
  name: 'ProposeAppointment',
  summary: 'Proposes an appointment; no slot is held yet.',
  payload: Type.Object(
    { ...appointmentFields, start: Type.Optional(start), end },
    { additionalProperties: false },
  ),
  decide: (file, payload, context) => bornAppointment(file, payload, { state: 'proposed', context }),
})

const requestAppointment = command({
  name: 'RequestAppointment',
  summary: 'Asks the provider for a proposed appointment.',
  payload: Type.Object(
    { appointment: which, start: Type.Optional(start), end },
    { additionalProperties: false },
  ),
  decide: (file, payload) =>
    movedAppointment(file, payload.appointment, 'RequestAppointment', appointment =>
      timesOf(file, payload, appointment),
    ),
})

const bookAppointment = command({
  name: 'BookAppointment',
  summary: 'Books an appointment, a new one or one that was proposed, asked for or waited for.',
  payload: Type.Object(
    {
      ...appointmentFields,
      appointment: Type.Optional(idField('The proposed, pending or wait-listed appointment that is booked.')),
      start,
      end,
    },
    { additionalProperties: false },
  ),
  decide: (file, payload, context) => {
    const { appointment: id, ...fields } = payload
    const booked =
      id === undefined
        ? bornAppointment(file, fields, { state: 'booked', context })
        : rebooked(file, { ...fields, appointment: id })
    if (!booked.ok) return booked
    return ok([...booked.value, ...scheduledEvents(activityIn(file, payload.activity))])
  },
})

const rescheduleAppointment = command({
  name: 'RescheduleAppointment',
  summary: 'Moves a booked appointment to another time.',
  payload: Type.Object(
    { appointment: which, start, end, reason: textField('Why it is moved.') },
    { additionalProperties: false },
  ),
  decide: (file, payload) =>
    movedAppointment(file, payload.appointment, 'RescheduleAppointment', appointment => {
      const times = timesOf(file, payload, appointment)
      return times.ok ? ok({ ...times.value, reason: payload.reason }) : times
    }),
})

const waitlistAppointment = command({
  name: 'WaitlistAppointment',
  summary: 'Puts an appointment on the waiting list.',
  payload: Type.Object({ appointment: which }, { additionalProperties: false }),
  decide: (file, { appointment }) => movedAppointment(file, appointment, 'WaitlistAppointment', () => ok({})),
})

const recordArrival = command({
  name: 'RecordArrival',
  summary: 'Records that the patient came.',
  payload: Type.Object({ appointment: which }, { additionalProperties: false }),
  decide: (file, { appointment }, context) =>
    movedAppointment(file, appointment, 'RecordArrival', onItsDay('RecordArrival', context)),
})

const fulfilAppointment = command({
  name: 'FulfilAppointment',
  summary: 'Records that the appointment took place: its activity was performed that day.',
  payload: Type.Object({ appointment: which }, { additionalProperties: false }),
  decide: (file, { appointment: id }, context) => {
    const { at } = context
    const moved = movedAppointment(file, id, 'FulfilAppointment', onItsDay('FulfilAppointment', context))
    return moved.ok ? ok([...moved.value, ...daysOf(file, id, { at, kept: true })]) : moved
  },
})

/** Nobody came, or failed to, before the day. */
const onItsDay =
  (
    name: string,
    { at, timeZone }: Pick<CommandContext, 'at' | 'timeZone'>,
    changes: Partial<Appointment> = {},
  ) =>
  ({ start: from }: Appointment): Result<Partial<Appointment>> =>
    isDayReached(from, { at, timeZone }) ? ok(changes) : fail(dayToCome(name))

const dayToCome = (name: string): Failure =>
  unmetCondition(
    `${name} is possible from the day of the appointment on; one that was moved is rescheduled first (RescheduleAppointment).`,
  )

const recordNoShow = command({
  name: 'RecordNoShow',
  summary: 'Records that the patient did not come: its activity was missed that day.',
  payload: Type.Object(
    { appointment: which, reason: Type.Enum([...missReasons], { description: 'Why it was missed.' }) },
    { additionalProperties: false },
  ),
  decide: (file, { appointment: id, reason }, context) => {
    const { at } = context
    const missed = onItsDay('RecordNoShow', context, { missReason: reason })
    const moved = movedAppointment(file, id, 'RecordNoShow', missed)
    return moved.ok ? ok([...moved.value, ...daysOf(file, id, { at, kept: false, reason })]) : moved
  },
})

/** Who cancels later than this keeps nobody else from missing the slot: it counts as a miss (domain.md 4.8). */
const LATE_HOURS = 24
const HOUR_MS = 3_600_000

const cancelAppointment = command({
  name: 'CancelAppointment',
  summary: 'Cancels an appointment; less than 24 hours before its start the service counts as missed.',
  payload: Type.Object(
    {
      appointment: which,
      reason: textField('Why it is cancelled.'),
      isExcused: Type.Optional(
        Type.Boolean({ description: 'Not held against the patient, e.g. the provider called it off.' }),
      ),
    },
    { additionalProperties: false },
  ),
  decide: (file, { appointment: id, reason, isExcused = false }, { at, timeZone }) => {
    const found = foundNoun(file, 'appointment', id)
    if (!found.ok) return found
    const moved = movedAppointment(file, id, 'CancelAppointment', () => ok({ reason }))
    if (!moved.ok) return moved
    const leftMs = startMsOf(found.value.start ?? '', timeZone) - startMsOf(at, timeZone)
    const isLate = found.value.state === 'booked' && leftMs < LATE_HOURS * HOUR_MS
    return ok([
      ...moved.value,
      ...(isLate
        ? daysOf(file, id, { at, kept: false, isLateCancel: true, ...(isExcused && { isExcused }) })
        : []),
    ])
  },
})

const attachCompanion = command({
  name: 'AttachCompanion',
  summary: 'Says who comes along to a booked appointment.',
  payload: Type.Object(
    { appointment: which, companion: partyField('Who comes along: the case manager or one of the family.') },
    { additionalProperties: false },
  ),
  decide: (file, { appointment, companion }) =>
    movedAppointment(file, appointment, 'AttachCompanion', () => ok({ companion })),
})

/** An appointment that is born. */
function bornAppointment(
  file: CaseFile,
  fields: AppointmentFields & { readonly start?: string; readonly end?: string },
  { state, context }: { readonly state: 'proposed' | 'booked'; readonly context: CommandContext },
) {
  const id = context.newId('appointment')
  const known = knownFields(file, fields)
  if (!known.ok) return known
  const times = timesOf(file, fields, fields)
  if (!times.ok) return times
  const { event } = appointmentMachine.moves.find(({ from, to }) => from.length === 0 && to === state) ?? {
    event: 'AppointmentProposed',
  }
  const changes: Appointment = { ...known.value, ...times.value, id, state }
  return ok([{ type: event, noun: 'appointment' as const, id, changes }])
}

const rebooked = (
  file: CaseFile,
  payload: AppointmentFields & {
    readonly appointment: string
    readonly start: string
    readonly end?: string
  },
) =>
  movedAppointment(file, payload.appointment, 'BookAppointment', standing => {
    const { appointment: _id, ...fields } = payload
    const known = knownFields(file, fields)
    if (!known.ok) return known
    const times = timesOf(file, payload, { ...standing, ...fields })
    return times.ok ? ok({ ...known.value, ...times.value }) : times
  })

function movedAppointment(
  file: CaseFile,
  id: string,
  name: string,
  changesOf: (standing: Appointment) => Result<Partial<Appointment>>,
) {
  const found = foundNoun(file, 'appointment', id)
  if (!found.ok) return found
  const move = legalMove(appointmentMachine, found.value.state, name)
  if (!move.ok) return move
  const changes = changesOf(found.value)
  if (!changes.ok) return changes
  const { event, to } = move.value
  const state = to === found.value.state ? {} : { state: to }
  return ok([{ type: event, noun: 'appointment' as const, id, changes: { ...state, ...changes.value } }])
}

/** The session of an appointment's activity, on the day when it was to be. */
function daysOf(file: CaseFile, id: string, session: Performance) {
  const appointment = file.appointments.find(one => one.id === id)
  const at = appointment ? serviceDayOf(appointment, session.at) : session.at
  return serviceEvents(activityIn(file, appointment?.activity), { ...session, at })
}

export const appointmentCommands: readonly Command[] = [
  proposeAppointment,
  requestAppointment,
  bookAppointment,
  rescheduleAppointment,
  waitlistAppointment,
  recordArrival,
  fulfilAppointment,
  recordNoShow,
  cancelAppointment,
  attachCompanion,
]
