import { observation, withSource } from './assessment-deeds.ts'
import {
  concept,
  cs,
  episodeLink,
  extended,
  inState,
  parts,
  ref,
  rowsOf,
  sd,
  subject,
  tagged,
  THO,
  type Body,
  type Deeds,
  type Desk,
  type Res,
} from './desk.ts'

const CLASSES: Readonly<Record<string, readonly [code: string, display: string]>> = {
  phone: ['VR', 'virtual'],
  video: ['VR', 'virtual'],
  home: ['HH', 'home health'],
  office: ['AMB', 'ambulatory'],
  accompanied: ['FLD', 'field'],
}

/** `minutes` after a time that has an offset, in the same offset. */
function later(at: string, minutes: number): string {
  const [, wall = '', offset = ''] = /^(.{19})(.*)$/.exec(at) ?? []
  const ms = Date.parse(`${wall}Z`) + minutes * 60_000
  return `${new Date(ms).toISOString().slice(0, 19)}${offset}`
}

/** R4 wants an end for every booked visit. */
const VISIT_MINUTES = 30

const role = (code: string, display: string, actor: string) => ({
  type: [concept(`${THO}/v3-ParticipationType`, code, display)],
  status: 'accepted',
  actor: ref(actor),
})

const flagged = (desk: Desk, { id, code, text, encounter }: Body): Res => ({
  ...{ resourceType: 'Flag', id, meta: tagged(desk), status: 'active' },
  category: [concept(cs('flag-category'), 'red-flag')],
  code: { ...concept(cs('red-flag'), code), text },
  subject: subject(desk),
  period: { start: desk.at },
  author: ref(desk.by),
  encounter: ref(`Encounter/${encounter}`),
})

const performed = (activity: Res, state: string, entries: Body): Res =>
  extended(
    inState(activity, 'active', state),
    'performance',
    ...rowsOf(activity, 'performance').map(({ url: _url, ...row }) => row),
    parts(entries as never),
  )

const basisOf = async (desk: Desk, appointment: Res): Promise<readonly Res[]> =>
  Promise.all((appointment['basedOn'] ?? []).map(({ reference }: Body) => desk.read(reference)))

/** What happens from day to day: Encounter, Communication, Appointment, Flag, the transition's CarePlan. */
export const careDeeds: Deeds = {
  RecordContact: (desk, { kind, minutes, with: who, topics = [], redFlags = [], appointment, note }) => {
    const id = desk.newId()
    desk.made('ContactMade', id)
    const [code = '', display = ''] = CLASSES[kind] ?? []
    const flags = redFlags.map((flag: Body) => flagged(desk, { ...flag, id: desk.newId(), encounter: id }))
    for (const flag of flags) desk.made('RedFlagRaised', flag.id)
    return desk.write(
      {
        ...{ resourceType: 'Encounter', id, meta: tagged(desk), status: 'finished' },
        class: { system: `${THO}/v3-ActCode`, code, display },
        type: [concept(cs('contact-kind'), kind)],
        subject: subject(desk),
        episodeOfCare: [ref(`EpisodeOfCare/${desk.caseId}`)],
        period: { start: desk.at, end: later(desk.at, minutes) },
        participant: [
          {
            type: [concept(`${THO}/v3-ParticipationType`, 'PPRF', 'primary performer')],
            individual: ref(desk.by),
          },
        ],
        extension: [
          { url: sd('state'), valueCode: 'made' },
          { url: sd('contact-with'), valueReference: ref(who) },
          { url: sd('contact-outcome'), valueCode: 'reached' },
          ...(note === undefined ? [] : [{ url: sd('note'), valueString: note }]),
          ...redFlags.map((flag: Body) => ({ url: sd('red-flag'), valueCode: flag['code'] })),
        ],
        ...(topics.length > 0 && {
          reasonCode: topics.map((topic: string) => concept(cs('check-in-topic'), topic)),
        }),
        ...(appointment !== undefined && { appointment: [ref(`Appointment/${appointment}`)] }),
      },
      ...flags,
    )
  },
  RecordAttempt: (desk, { kind, outcome }) => {
    const id = desk.newId()
    desk.made('ContactAttempted', id)
    return desk.write({
      ...{ resourceType: 'Communication', id, meta: tagged(desk), status: 'not-done' },
      subject: subject(desk),
      category: [concept(cs('contact-kind'), kind)],
      medium: [concept(`${THO}/v3-ParticipationMode`, 'PHONE')],
      extension: [episodeLink(desk)],
      sent: desk.at,
      sender: ref(desk.by),
      statusReason: concept(cs('contact-outcome'), outcome),
    })
  },
  BookAppointment: async (desk, { purpose, provider, start, end, activity, text }) => {
    const id = desk.newId()
    desk.made('AppointmentBooked', id)
    const service = activity === undefined ? undefined : await desk.read(`ServiceRequest/${activity}`)
    return desk.write(
      {
        ...{ resourceType: 'Appointment', id, meta: tagged(desk), status: 'booked' },
        participant: [
          { actor: subject(desk), status: 'accepted' },
          role('PPRF', 'primary performer', provider),
        ],
        ...(purpose !== 'other' && { serviceType: [concept(cs('appointment-purpose'), purpose)] }),
        start,
        end: end ?? later(start, VISIT_MINUTES),
        ...(text !== undefined && { description: text }),
        ...(service && { basedOn: [ref(`ServiceRequest/${service.id}`)] }),
      },
      ...(service && service['status'] === 'draft' ? [inState(service, 'active', 'scheduled')] : []),
    )
  },
  AttachCompanion: async (desk, { appointment: id, companion }) => {
    const appointment = await desk.read(`Appointment/${id}`)
    const participant = [...appointment['participant'], role('ESC', 'escort', companion)]
    return desk.write({ ...appointment, participant })
  },
  FulfilAppointment: async (desk, { appointment: id }) => {
    const appointment = await desk.read(`Appointment/${id}`)
    const services = await basisOf(desk, appointment)
    const kept = { at: ['DateTime', appointment['start']], kept: ['Boolean', true] }
    return desk.write(
      inState(appointment, 'fulfilled', 'fulfilled'),
      ...services.map(service => performed(service, 'in-progress', kept)),
    )
  },
  RecordNoShow: async (desk, { appointment: id, reason }) => {
    const appointment = await desk.read(`Appointment/${id}`)
    const services = await basisOf(desk, appointment)
    const missed = {
      at: ['DateTime', appointment['start']],
      kept: ['Boolean', false],
      reason: ['Code', reason],
    }
    return desk.write(
      {
        ...inState(appointment, 'noshow', 'noshow'),
        cancelationReason: concept(cs('miss-reason'), reason),
      },
      ...services.map(service => performed(service, 'missed', missed)),
    )
  },
  ResolveRedFlag: async (desk, { flag: id, ledTo }) => {
    const flag = await desk.read(`Flag/${id}`)
    const outcome = desk.newId()
    desk.made('OutcomeRecorded', outcome)
    const inputs = [
      ['red-flag', id],
      ['code', flag['code'].coding[0].code],
      ['led-to', ledTo],
    ] as const
    const ended = { ...flag, period: { ...flag['period'], end: desk.at } }
    return desk.write(extended(inState(ended, 'inactive', 'resolved'), 'led-to', { valueCode: ledTo }), {
      ...withSource(observation(desk, outcome), inputs, '1'),
      code: concept(cs('measure'), 'er-avoided'),
      valueBoolean: ledTo === 'ambulatory-visit',
    })
  },
  RecordDischargeInfo: async (desk, { transition }) =>
    desk.write(
      extended(await desk.read(`CarePlan/${transition}`), 'discharge-info-at', { valueDateTime: desk.at }),
    ),
  ReconcileMedication: async (desk, { transition, by }) => {
    const plan = await desk.read(`CarePlan/${transition}`)
    const told = extended(plan, 'med-rec-at', { valueDateTime: desk.at })
    return desk.write(extended(told, 'med-rec-by', { valueString: by }))
  },
  CompleteTransition: async (desk, { transition }) => {
    const plan = await desk.read(`CarePlan/${transition}`)
    return desk.write({ ...plan, status: 'completed' })
  },
}
