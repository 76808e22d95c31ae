import { unsupported } from '../../hl7v2/er7-payload.ts'
import { writeMessage, type FieldDraft, type SegmentDraft } from '../../hl7v2/write-message.ts'
import { at, listAt, textAt } from '../../lib/json-view.ts'
import { ok, type Result } from '../../lib/result.ts'
import { dtmAt } from './fhir-values.ts'
import { redoxClinical, redoxPatient, redoxPayers } from './redox-segments.ts'
import { redoxCx, redoxPl, redoxXcn, worded } from './redox-values.ts'

/**
 * A message in Redox's data model PatientAdmin as v2. Undefined for what is none of Redox's; other data models fail with
 * `payload-shape-unsupported`. Source: https://docs.redoxengine.com/api-reference/redox-data-model-api-reference/
 */
export function messageFromRedox(value: object): Result<readonly string[]> | undefined {
  const model = textAt(value, 'Meta', 'DataModel')
  const eventType = textAt(value, 'Meta', 'EventType')
  if (model === undefined || eventType === undefined) return undefined
  if (model !== 'PatientAdmin') return unsupported('a data model of Redox other than PatientAdmin')
  const [patient, visit] = [at(value, 'Patient'), at(value, 'Visit')]
  const patientClass = worded(classes, textAt(visit, 'PatientClass'))
  const trigger = triggerOf(eventType, patientClass, visit)
  return ok([
    writeMessage([
      ...headSegments(at(value, 'Meta'), trigger),
      ...redoxPatient(patient, textAt(visit, 'AccountNumber')),
      ...mergeSegment(trigger, patient, visit),
      ...(PERSON_EVENTS.has(trigger) ? [] : visitSegments(visit, patientClass, trigger)),
      ...redoxClinical(patient),
      ...redoxPayers(visit),
    ]),
  ])
}

/** Redox gives the words of the source; these are what its documentation shows. */
const classes: Readonly<Record<string, string>> = {
  inpatient: 'I',
  outpatient: 'O',
  ambulatory: 'O',
  emergency: 'E',
  observation: 'V',
  preadmit: 'P',
  'pre-admit': 'P',
  recurring: 'R',
  obstetrics: 'B',
  newborn: 'I',
}

const COMES = new Set(['E', 'O', 'R'])
const PERSON_EVENTS = new Set(['A28', 'A31', 'A40'])

const events: Readonly<Record<string, string>> = {
  Registration: 'A04',
  PreAdmit: 'A05',
  Transfer: 'A02',
  Discharge: 'A03',
  VisitUpdate: 'A08',
  NewPatient: 'A28',
  PatientUpdate: 'A31',
  PatientMerge: 'A40',
}

/** Redox has one Arrival and one Cancel for several events of v2; what else it has goes by its own name, to be ignored. */
function triggerOf(eventType: string, patientClass: string | undefined, visit: unknown): string {
  switch (eventType) {
    case 'Arrival':
      return COMES.has(patientClass ?? '') ? 'A04' : 'A01'
    case 'Cancel':
      return patientClass === 'P' ? 'A38' : 'A11'
    case 'VisitMerge':
      return textAt(visit, 'PreviousVisitNumber') === undefined ? 'A45' : 'A42'
    default:
      return events[eventType] ?? eventType
  }
}

function headSegments(meta: unknown, trigger: string): readonly SegmentDraft[] {
  const recorded = dtmAt(meta, 'EventDateTime')
  return [
    {
      name: 'MSH',
      fields: {
        3: textAt(meta, 'Source', 'Name') ?? textAt(meta, 'Source', 'ID'),
        4: textAt(meta, 'FacilityCode'),
        7: recorded,
        9: [['ADT', trigger]],
        10:
          textAt(meta, 'Message', 'ID') ??
          textAt(meta, 'Transmission', 'ID') ??
          textAt(meta, 'Logs', 0, 'ID'),
        11: textAt(meta, 'Test') === 'true' ? 'T' : 'P',
        12: '2.5.1',
      },
    },
    { name: 'EVN', fields: { 1: trigger, 2: recorded } },
  ]
}

/** MRG: whose numbers are given up, and for visits the number that moves or ends. */
function mergeSegment(trigger: string, patient: unknown, visit: unknown): readonly SegmentDraft[] {
  const previous = listAt(patient, 'PreviousIdentifiers').map(redoxCx)
  const number = textAt(visit, 'PreviousVisitNumber') ?? textAt(visit, 'VisitNumber')
  if (trigger === 'A40') return [{ name: 'MRG', fields: { 1: previous } }]
  return trigger === 'A42' || trigger === 'A45' ? [{ name: 'MRG', fields: { 1: previous, 5: number } }] : []
}

function visitSegments(
  visit: unknown,
  patientClass: string | undefined,
  trigger: string,
): readonly SegmentDraft[] {
  if (visit === undefined || visit === null) return []
  const isPlan = trigger === 'A05' || trigger === 'A38'
  const start = dtmAt(visit, 'VisitDateTime')
  const reason = textAt(visit, 'Reason')
  const pv1: Record<number, FieldDraft> = {
    1: '1',
    2: patientClass,
    3: [redoxPl(at(visit, 'Location'))],
    6: [redoxPl(at(visit, 'PreviousLocation'))],
    7: providers(visit, 'AttendingProvider'),
    8: providers(visit, 'ReferringProvider'),
    9: providers(visit, 'ConsultingProvider'),
    17: providers(visit, 'AdmittingProvider'),
    19: textAt(visit, 'VisitNumber'),
    36: textAt(visit, 'DischargeStatus', 'Code'),
    37: textAt(visit, 'DischargeLocation', 'Facility'),
    44: isPlan ? undefined : start,
    45: dtmAt(visit, 'DischargeDateTime'),
  }
  const pv2: Record<number, FieldDraft> = {
    3: reason === undefined ? undefined : [['', reason]],
    8: isPlan ? start : undefined,
  }
  const hasMore = reason !== undefined || isPlan
  return [{ name: 'PV1', fields: pv1 }, ...(hasMore ? [{ name: 'PV2', fields: pv2 }] : [])]
}

/** One, or since 2022 several under a name in the plural. */
const providers = (visit: unknown, role: string): FieldDraft =>
  [...listAt(visit, role), ...listAt(visit, `${role}s`)].map(redoxXcn)
