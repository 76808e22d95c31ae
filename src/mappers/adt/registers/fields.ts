import type { NamedEvent } from '../events/adt-event.ts'
import { fieldText } from './field-text.ts'
import { addAccount } from './account-words.ts'
import { addGroups, isOfDeath } from './groups.ts'
import { PD1_FIELDS, PD1_TOLD } from '../maps/pd1-patient.ts'
import { addPerson } from './person-record.ts'
import { pidPatient } from '../maps/pid-patient.ts'
import { pv1Encounter } from '../maps/pv1-encounter.ts'
import { pv2Encounter } from '../maps/pv2-encounter.ts'
import { hasOldIdentifiers } from '../events/patient-name.ts'
import { noNames } from './registers.ts'
import { withheldOf } from '../events/withheld.ts'

/** The fields of PID that are taken: PID-2 and PID-4 only of versions that number patients there, PID-19 where asked for. */
const PID_FIELDS = pidFields(false, false)
const PID_FIELDS_OLD = pidFields(true, false)
const PID_FIELDS_SSN = pidFields(false, true)
const PID_FIELDS_OLD_SSN = pidFields(true, true)
const PV2_FIELDS = [...pv2Encounter.plan.keys()]
/** Read by the ledger: class, place, discharge, times. The rest are rows of the map. */
const LEDGER_FIELDS = [2, 3, 11, 36, 37, 42, 44, 45]
const PV1_FIELDS = [...new Set([...pv1Encounter.plan.keys(), ...LEDGER_FIELDS])]

function pidFields(isOld: boolean, withSsn: boolean): readonly number[] {
  return [...pidPatient.plan.keys()].filter(
    field => ((field !== 2 && field !== 4) || isOld) && (field !== 19 || withSsn),
  )
}

function pidFieldsOf({ message, context }: NamedEvent): readonly number[] {
  const isOld = hasOldIdentifiers(message)
  if (context.settings.ssn === 'keep') return isOld ? PID_FIELDS_OLD_SSN : PID_FIELDS_SSN
  return isOld ? PID_FIELDS_OLD : PID_FIELDS
}

/** What a message says about the patient: PID and PD1, the patient's lists, and the visit's when there is no visit for them. */
export function patientFields(event: NamedEvent): Record<string, string> {
  const { visit } = event
  const fields = noNames<string>()
  addSegment(fields, event, { name: 'PID', numbers: pidFieldsOf(event) })
  addSegment(fields, event, PD1)
  addTold(fields)
  addDeath(fields, event)
  const keys = addGroups(fields, visit ? 'patient' : 'patient-only', event)
  addAccount(fields, event, keys)
  addPerson(fields, event)
  addTest(fields, event)
  return fields
}

/** What a message says about its visit. */
export function visitFields(event: NamedEvent): Record<string, string> {
  const fields = noNames<string>()
  if (!event.visit) return fields
  const withheld = withheldOf(event)
  addSegment(fields, event, { name: 'PV1', numbers: PV1_FIELDS, isWithheld: withheld.pv1 })
  addSegment(fields, event, { name: 'PV2', numbers: PV2_FIELDS, isWithheld: withheld.pv2 })
  if (!withheld.isHistoric) addGroups(fields, 'visit', event)
  addSegment(fields, event, ACCOUNT)
  addTest(fields, event)
  return fields
}

/** The visit's account, which is its number too where PV1-19 is empty. */
const ACCOUNT: Taken = { name: 'PID', numbers: [18] }
const PD1: Taken = { name: 'PD1', numbers: PD1_FIELDS }

/** Fields of a segment. */
interface Taken {
  readonly name: keyof typeof FIELD_NAMES
  readonly numbers: readonly number[]
  readonly isWithheld?: (field: number) => boolean
}

function addSegment(
  fields: Record<string, string>,
  { message, context }: NamedEvent,
  { name, numbers, isWithheld }: Taken,
): void {
  const segment = message.first(name)
  if (!segment || context.settings.segments[name] === 'ignore') return
  const names = FIELD_NAMES[name]
  for (const field of numbers) {
    if (segment.rawField(field) === '' || isWithheld?.(field)) continue
    const text = fieldText(segment, field, message, context)
    if (text !== '') fields[names[field] ?? `${name}-${field}`] = text
  }
}

/** `PID-0`, `PID-1`, ... of a segment: they are asked for with every message. */
const namesOf = (segment: string): readonly string[] =>
  Array.from({ length: 60 }, (_, n) => `${segment}-${n}`)

const FIELD_NAMES = { PID: namesOf('PID'), PD1: namesOf('PD1'), PV1: namesOf('PV1'), PV2: namesOf('PV2') }

function addTold(fields: Record<string, string>): void {
  for (const { entry, fields: numbers } of Object.values(PD1_TOLD))
    if (numbers.some(number => (fields[`PD1-${number}`] ?? '""') !== '""')) fields[entry] = ''
}

/** PDA (death and autopsy) is only sent of the dead; what PID says of it itself comes first. */
function addDeath(fields: Record<string, string>, { message, context }: NamedEvent): void {
  const pda = message.first('PDA')
  if (!pda || !isOfDeath(pda) || context.settings.segments['PDA'] === 'ignore') return
  const pid = message.first('PID')
  if (!pid?.rawField(29) && !pid?.rawField(30)) fields['PID-30'] = 'Y'
}

/** A test message marks what it touches, also when production messages follow. */
function addTest(fields: Record<string, string>, { isTest, message }: NamedEvent): void {
  if (isTest) fields['MSH-11'] = message.first('MSH')?.text(11) ?? 'T'
}
