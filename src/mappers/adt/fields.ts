import type { Message } from '../../hl7v2/message.ts'
import type { Segment } from '../../hl7v2/segment.ts'
import type { NamedEvent } from './adt-event.ts'
import { fieldText } from './field-text.ts'
import { accountWords } from './account-words.ts'
import { groupWords } from './groups.ts'
import type { MapContext } from './map-context.ts'
import { PD1_FIELDS } from './maps/pd1-patient.ts'
import { personFields } from './person-record.ts'
import { pidPatient } from './maps/pid-patient.ts'
import { pv1Encounter } from './maps/pv1-encounter.ts'
import { pv2Encounter } from './maps/pv2-encounter.ts'
import { hasOldIdentifiers } from './patient-name.ts'
import type { Fields } from './registers.ts'
import { withheldOf } from './withheld.ts'

const PID_FIELDS = [...pidPatient.plan.keys()]
const PV2_FIELDS = [...pv2Encounter.plan.keys()]
/** Read by the ledger: class, place, discharge, times. The rest are rows of the map. */
const LEDGER_FIELDS = [2, 3, 11, 36, 37, 42, 44, 45]
const PV1_FIELDS = [...new Set([...pv1Encounter.plan.keys(), ...LEDGER_FIELDS])]

/** What a message says about the patient: PID and PD1, the patient's lists, and the visit's when there is no visit for them. */
export function patientFields(event: NamedEvent): Fields {
  const { message, context, visit } = event
  const isOld = hasOldIdentifiers(message)
  const numbers = PID_FIELDS.filter(field => isTaken(field, isOld, context))
  const lists = groupWords(visit ? 'patient' : 'patient-only', message, context)
  return {
    ...segmentFields(message.first('PID'), numbers, message, context),
    ...segmentFields(message.first('PD1'), PD1_FIELDS, message, context),
    ...deathField(event),
    ...lists.fields,
    ...accountWords(message, context, lists.keys),
    ...personFields(event),
    ...testField(event),
  }
}

const isTaken = (field: number, isOld: boolean, { settings }: MapContext): boolean =>
  ((field !== 2 && field !== 4) || isOld) && (field !== 19 || settings.ssn === 'keep')

/** What a message says about its visit. */
export function visitFields(event: NamedEvent): Fields {
  const { message, context, visit } = event
  if (!visit) return {}
  const withheld = withheldOf(event)
  const pv1 = PV1_FIELDS.filter(field => !withheld.pv1(field))
  const pv2 = PV2_FIELDS.filter(field => !withheld.pv2(field))
  return {
    ...segmentFields(message.first('PV1'), pv1, message, context),
    ...segmentFields(message.first('PV2'), pv2, message, context),
    ...(withheld.isHistoric ? {} : groupWords('visit', message, context).fields),
    ...segmentFields(message.first('PID'), ACCOUNT_FIELDS, message, context),
    ...testField(event),
  }
}

/** The visit's account, which is its number too where PV1-19 is empty. */
const ACCOUNT_FIELDS = [18]

function segmentFields(
  segment: Segment | undefined,
  numbers: readonly number[],
  message: Message,
  context: MapContext,
): Fields {
  const fields: Record<string, string> = {}
  if (!segment || context.settings.segments[segment.name] === 'ignore') return fields
  const names = namesOf(segment.name)
  for (const field of numbers) {
    if (segment.rawField(field) === '') continue
    const text = fieldText(segment, field, message, context)
    if (text !== '') fields[names[field] ?? `${segment.name}-${field}`] = text
  }
  return fields
}

/** `PID-0`, `PID-1`, ... of a segment: they are asked for with every message. */
const namesOf = (segment: string): readonly string[] => FIELD_NAMES[segment] ?? []

const FIELD_NAMES: Readonly<Record<string, readonly string[] | undefined>> = Object.fromEntries(
  ['PID', 'PD1', 'PV1', 'PV2'].map(name => [name, Array.from({ length: 60 }, (_, n) => `${name}-${n}`)]),
)

/** PDA (death and autopsy) is only sent of the dead; what PID says of it itself comes first. */
function deathField({ message, context }: NamedEvent): Fields {
  const pid = message.first('PID')
  const isSaid = !message.first('PDA') || context.settings.segments['PDA'] === 'ignore'
  return isSaid || pid?.rawField(29) || pid?.rawField(30) ? {} : { 'PID-30': 'Y' }
}

/** A test message marks what it touches, also when production messages follow. */
const testField = ({ isTest, message }: NamedEvent): Fields =>
  isTest ? { 'MSH-11': message.first('MSH')?.text(11) ?? 'T' } : {}
