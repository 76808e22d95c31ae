import { er7 } from '../adt/er7.ts'
import type { Message } from './acts.ts'

interface Visit {
  readonly visit: string
  readonly facility: string
  readonly pv1: Readonly<Record<number, string>>
}

/** Valley General: the accident, the wards. */
const valley: Visit = { visit: 'V1', facility: 'VALLEY', pv1: { 2: 'I', 4: 'E', 44: '20261010183000' } }
/** North: inpatient rehabilitation. */
const north: Visit = { visit: 'N1', facility: 'NORTH', pv1: { 2: 'I', 4: 'R', 44: '20261021140000' } }

/** As both hospitals know River. */
const PATIENT = 'R1^^^VALLEY^MR~R1^^^NATIONAL^PI'
/** Another number of Valley General for the same person. */
const DUPLICATE = 'R2'

interface Told {
  readonly id: string
  readonly event: string
  readonly at: string
  /** When it was recorded, later than it happened. */
  readonly recorded?: string
  readonly pv1?: Readonly<Record<number, string>>
  readonly pid?: Readonly<Record<number, string>>
  readonly segments?: readonly string[]
}

const hl7 = (time: string): string => `${time.replaceAll(/\D/g, '')}00`

function message({ visit, facility, pv1 }: Visit, told: Told): Message {
  const adt = er7({
    event: told.event,
    id: told.id,
    at: hl7(told.at),
    ...(told.recorded !== undefined && { recorded: hl7(told.recorded) }),
    visit,
    facility,
    pv1: { ...pv1, ...told.pv1 },
    pid: { 3: PATIENT, 5: 'STONE^RIVER', 7: '19900704', 8: 'X', 13: '5550100', ...told.pid },
    ...(told.segments && { segments: told.segments }),
  })
  return { at: told.recorded ?? told.at, adt }
}

const diagnosis = (n: number, code: string, words: string, system: string): string =>
  `DG1|${n}||${code}^${words}^${system}||20261010171000|A`

/** Bicycle accident, brain injury, arm, femur: SNOMED CT as domain.md 4.4 has it, and ICD-10 for what is scored. */
const injuries = [
  diagnosis(1, '386663009', 'Bicycle accident', 'SCT'),
  diagnosis(2, '127295002', 'Traumatic brain injury', 'SCT'),
  diagnosis(3, '65966004', 'Fracture of forearm', 'SCT'),
  diagnosis(4, 'S72.3', 'Fracture of shaft of femur', 'I10'),
]

const icu = { 3: 'ICU^1^1^VALLEY' }

export const arrival: Message = message(valley, {
  id: 'RIVER-1',
  event: 'A04',
  at: '2026-10-10T17:05',
  pv1: { 2: 'E', 3: 'ED^1^1^VALLEY', 44: '20261010170500' },
  segments: injuries,
})

const admitting: Told = {
  ...{ id: 'RIVER-2', event: 'A01', at: '2026-10-10T18:30' },
  ...{ pv1: icu, segments: injuries },
}
export const admission: Message = message(valley, admitting)

/** The same again, sent by an engine that gives a new control id and time. */
export const admissionAgain: Message = message(valley, {
  ...admitting,
  ...{ id: 'RIVER-2-AGAIN', recorded: '2026-10-10T18:40' },
})

export const toWard: Message = message(valley, {
  id: 'RIVER-3',
  event: 'A02',
  at: '2026-10-14T10:00',
  pv1: { 3: 'SURG^12^B^VALLEY', 6: 'ICU^1^1^VALLEY' },
})

export const newPhone: Message = message(valley, {
  id: 'RIVER-4',
  event: 'A08',
  at: '2026-10-14T11:00',
  pv1: { 3: 'SURG^12^B^VALLEY' },
  pid: { 13: '5550199' },
})

export const toRehabilitation: Message = message(valley, {
  id: 'RIVER-5',
  event: 'A03',
  at: '2026-10-21T11:00',
  pv1: { 3: 'SURG^12^B^VALLEY', 36: '62', 45: '20261021110000' },
})

export const admissionThere: Message = message(north, {
  id: 'NORTH-1',
  event: 'A01',
  at: '2026-10-21T14:00',
  pv1: { 3: 'IRF^7^A^NORTH' },
})

/** Home with home health. */
export const homeward = (id = 'NORTH-2', at = '2026-11-25T11:00'): Message =>
  message(north, {
    id,
    event: 'A03',
    at,
    pv1: { 3: 'IRF^7^A^NORTH', 36: '06', 45: hl7(at) },
  })

/** The discharge is taken back. */
export const dischargeCancelled: Message = message(north, {
  id: 'NORTH-3',
  event: 'A13',
  at: '2026-11-25T20:00',
  pv1: { 3: 'IRF^7^A^NORTH' },
})

/** A clinic of Valley General that doesn't find River: a second number. */
export const walkIn: Message = message(
  { visit: 'W1', facility: 'VALLEY', pv1: { 2: 'O', 3: 'CLINIC^1^^VALLEY', 44: '20261214160000' } },
  {
    id: 'CLINIC-1',
    event: 'A04',
    at: '2026-12-14T16:00',
    pid: { 3: `${DUPLICATE}^^^VALLEY^MR` },
    segments: ['DG1|1||R51.9^Headache^I10||20261214160000|A'],
  },
)

const renumbering = (told: Told, segment: string): Message => ({
  at: told.at,
  adt: [
    `MSH|^~\\&|ADTAPP|VALLEY|CW|CW|${hl7(told.at)}||ADT^${told.event}|${told.id}|P|2.5.1`,
    `EVN|${told.event}|${hl7(told.at)}|||OP1^DOE^JO|${hl7(told.at)}`,
    `PID|1||${PATIENT}||STONE^RIVER||19900704|X|||||5550100`,
    segment,
    '',
  ].join('\r'),
})

/** The second number is River's: the records are one (A40). */
export const merged = (id: string, at: string): Message =>
  renumbering({ id, event: 'A40', at }, `MRG|${DUPLICATE}^^^VALLEY^MR`)

/** They weren't after all (A37). */
export const parted = (id: string, at: string): Message =>
  renumbering(
    { id, event: 'A37', at },
    `PID|2||${DUPLICATE}^^^VALLEY^MR||STONE^RIVER||19900704|X|||||5550100`,
  )
