import { hash } from 'node:crypto'
import type { AdmissionType, Stay, StayClass, StayMovement } from '../../../care-plan/stays/stay.ts'
import { mapCode } from '../codes.ts'
import { nubcCode } from './dispositions.ts'
import type { MovementEvent } from '../events/fact.ts'
import { classOf } from './class-timeline.ts'
import type { VisitState } from './ledger.ts'
import type { MapContext } from '../map-context.ts'
import { takenBackAt, type Movement } from './movements.ts'
import type { VisitStatus } from './status-timeline.ts'
import { attendanceOf, expectedAt, leavesOf, stayPlace } from './stay-spans.ts'
import { isHistoric } from './voiding.ts'
import type { SourceSettings } from '../source.ts'

export interface StayFrame {
  readonly encounter: string
  readonly facility: string | undefined
  /** PV1-4 as last recorded. */
  readonly admissionType: string | undefined
  /** PV1-14 as last recorded. */
  readonly admitSource: string | undefined
  readonly settings: SourceSettings
  readonly contexts: (source: string) => MapContext
}

/** A visit as case management sees it, dead movements included; transfers keep the class of what came before. */
export function stayOf(state: VisitState, frame: StayFrame): Stay {
  const { encounter, facility, admitSource, settings, contexts } = frame
  const type = frame.admissionType?.toUpperCase()
  const admissionType = type === undefined ? undefined : admissionTypes[type]
  const { live, dead, deadBy } = state.movements
  const movements = [...live, ...dead].map(movement => {
    const cancel = deadBy.get(movement)
    const cancelledAt = cancel && takenBackAt(cancel, movement).text
    return stayMovement(movement, { ...frame, cancelledAt, state })
  })
  const implied = impliedMovement(state, encounter, settings)
  const sender = live[0] ?? dead[0]
  const source = sender?.first.source ?? state.impliedDischarge?.word.source
  const zone =
    (live.findLast(({ last }) => last.zone) ?? dead.findLast(({ last }) => last.zone))?.last.zone ??
    (source === undefined ? undefined : contexts(source).settings.timeZone)
  return {
    encounter,
    ...(zone !== undefined && { timeZone: zone }),
    class: stayClass(state.class, settings),
    status: stayStatus[state.status],
    movements: implied ? [...movements, implied] : movements,
    ...(facility !== undefined && { facility }),
    planned: type !== undefined && PLANNED.has(type),
    ...(admissionType !== undefined && { admissionType }),
    ...(admitSource !== undefined && TRANSFERS.has(admitSource) && { isTransferIn: true }),
    ...courseOf(state, frame),
  }
}

/** What is announced, and what went on during the stay. */
function courseOf(state: VisitState, { encounter, contexts }: StayFrame): Partial<Stay> {
  const isVoid = state.status === 'cancelled' || state.status === 'entered-in-error'
  const at = (said: VisitState['expectedStart']): string | undefined =>
    said && expectedAt({ expected: said.text, source: said.source }, contexts)
  const start = isVoid ? undefined : at(state.expectedStart)
  const end = isVoid || state.status === 'finished' ? undefined : at(state.expectedEnd)
  const leaves = leavesOf(state, movement => idOf(movement, encounter), contexts)
  const attending = attendanceOf(state, contexts)
  return {
    ...(start !== undefined && { expectedStart: start }),
    ...(end !== undefined && { expectedEnd: end }),
    ...(leaves.length > 0 && { leaves }),
    ...(attending.length > 0 && { attending }),
  }
}

/** HL7 table 0007: elective, newborn. */
const PLANNED: ReadonlySet<string> = new Set(['C', 'N'])

/** HL7 table 0007. */
const admissionTypes: Readonly<Record<string, AdmissionType>> = {
  A: 'emergency',
  C: 'elective',
  E: 'emergency',
  L: 'labour',
  N: 'newborn',
  R: 'routine',
  U: 'urgent',
}

/** HL7 table 0023: from a hospital, a skilled nursing facility, another facility. */
const TRANSFERS: ReadonlySet<string> = new Set(['4', '5', '6'])

const stayStatus: Readonly<Record<VisitStatus, Stay['status']>> = {
  planned: 'planned',
  onleave: 'onleave',
  'entered-in-error': 'entered-in-error',
  arrived: 'in-progress',
  'in-progress': 'in-progress',
  finished: 'finished',
  cancelled: 'cancelled',
  unknown: 'unknown',
}

const kinds: Readonly<Record<MovementEvent, StayMovement['kind']>> = {
  A01: 'admission',
  A02: 'transfer',
  A03: 'discharge',
  A04: 'registration',
  A05: 'pre-admission',
  A06: 'admission',
  A07: 'class-change',
  A09: 'departure',
  A10: 'arrival',
  A14: 'pre-admission',
  A15: 'pending-transfer',
  A16: 'pending-discharge',
  A21: 'leave',
  A22: 'return',
  A54: 'attending',
  A61: 'consulting',
}

interface MovementFrame extends StayFrame {
  readonly cancelledAt: string | undefined
  readonly state: VisitState
}

function stayMovement(movement: Movement, frame: MovementFrame): StayMovement {
  const { encounter, settings, contexts, cancelledAt, state } = frame
  const { event, first, last, members } = movement
  // A repeat that says nothing new must change nothing: the first to say what holds is the one that is named.
  const said =
    members.find(member => member.when.text === last.when.text && member.class === last.class) ?? last
  const code = event === 'A03' ? dispositionOf(movement, state, cancelledAt) : undefined
  const disposition = nubcCode(code, settings)
  const classCode = (text: string): string | undefined => mapCode('PatientClass', text, settings)?.code
  const expected = expectedAt(last, contexts)
  const place = stayPlace(placeOf(movement))
  return {
    id: idOf(movement, encounter),
    kind: kinds[event],
    at: timeOf(movement, frame, expected),
    recorded: said.recordedAt.text,
    ...(first.recordedAt.instant < said.recordedAt.instant && { knownSince: first.recordedAt.text }),
    ...(cancelledAt !== undefined && { cancelledAt }),
    classAfter: stayClass(classOf(event, last.class, classCode) ?? state.class, settings),
    ...(disposition !== undefined && { disposition }),
    ...(expected !== undefined && { expected }),
    ...(place && { place }),
    ...(isHistoric(movement) && { isHistoric: true }),
    message: said.message,
  }
}

const idOf = ({ event, first }: Movement, encounter: string): string =>
  movementId(first.movement, { source: first.source, encounter, event, at: first.when.instant })

/** A discharge that holds ends the stay when the stay ends; a plan is of the day that it names. */
function timeOf(
  { event, last }: Movement,
  { cancelledAt, state }: MovementFrame,
  expected: string | undefined,
): string {
  if (event === 'A03' && cancelledAt === undefined) return state.end?.text ?? last.when.text
  const isPlan = kinds[event] === 'pre-admission'
  return (isPlan ? expected : undefined) ?? last.when.text
}

/** The place that a movement is about. */
function placeOf({ event, last }: Movement): string | undefined {
  if (event === 'A15') return last.pending
  if (kinds[event] === 'pre-admission') return last.pending ?? last.place
  if (event === 'A09' || event === 'A10') return last.temporary ?? last.place
  return last.place
}

const dispositionOf = (
  { members }: Movement,
  state: VisitState,
  cancelledAt: string | undefined,
): string | undefined =>
  (cancelledAt === undefined ? state.disposition : undefined) ??
  members.findLast(member => member.disposition !== undefined)?.disposition

/** The discharge of an update that says PV1-45 has the id that an A03 of that minute would have. */
function impliedMovement(
  state: VisitState,
  encounter: string,
  settings: SourceSettings,
): StayMovement | undefined {
  const implied = state.impliedDischarge
  if (!implied) return undefined
  const { word, cancel } = implied
  const disposition = cancel ? undefined : nubcCode(state.disposition, settings)
  return {
    id: movementId(undefined, { source: word.source, encounter, event: 'A03', at: word.value.instant }),
    kind: 'discharge',
    at: word.value.text,
    recorded: word.recorded.text,
    ...(cancel && { cancelledAt: cancel.when.text }),
    classAfter: stayClass(state.class, settings),
    ...(disposition !== undefined && { disposition }),
    message: word.message,
  }
}

interface MovementName {
  readonly source: string
  readonly encounter: string
  readonly event: MovementEvent
  readonly at: string
}

/** Trigger key of domain.md 0.3: ZBE-1, else a hash of source, visit, event and effective minute. */
function movementId(zbe: string | undefined, { source, encounter, event, at }: MovementName): string {
  const name = zbe === undefined ? `${event}\n${at.slice(0, 16)}` : `ZBE-1\n${event}\n${zbe}`
  return hash('sha256', `${source}\n${encounter}\n${name}`, 'hex').slice(0, 32)
}

/** PV1-2 as case management tells stays apart; by the FHIR class that it maps to. */
function stayClass(code: string | undefined, settings: SourceSettings): StayClass {
  const mapped = code === undefined ? undefined : mapCode('PatientClass', code, settings)
  return (mapped && classes[mapped.code]) ?? 'other'
}

const classes: Readonly<Record<string, StayClass>> = {
  IMP: 'inpatient',
  EMER: 'emergency',
  OBSENC: 'observation',
  AMB: 'outpatient',
  PRENC: 'pre-admission',
}
