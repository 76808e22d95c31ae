import type { Appointment as FhirAppointment } from '@medplum/fhirtypes'
import { appointmentPurposes, missReasons, type Appointment } from '../../../care-plan/nouns/contact.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { listOf } from '../../../lib/list-of.ts'
import { objectOf, textOf, type JsonObject } from '../lenses/json-edit.ts'
import type { Slot } from '../lenses/lens.ts'
import type { CaseNames } from '../names.ts'
import { asResource, extensionAt, textAt } from '../lenses/slots.ts'
import { hasCoding, ownConceptIn } from './concept-slots.ts'
import { firstIdIn } from './element-slots.ts'
import { manyImagesSlot } from './many-images.ts'
import { nounLens, type Birth, type NounLensMaker } from './noun-lens.ts'
import { partyIn } from './party-slots.ts'
import { nativeConcept } from './state-image.ts'

const participationType = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType'

/** An appointment (Appointment); the provider performs (PPRF), the companion escorts (ESC). */
export const appointmentLens: NounLensMaker<'appointment'> = names =>
  nounLens<'appointment'>({
    noun: 'appointment',
    types: ['Appointment'],
    is: () => true,
    blank: blankAppointment,
    slots: {
      purpose: purposeSlot(names),
      text: textAt('description'),
      start: textAt('start'),
      end: textAt('end'),
      provider: partyIn({
        ...place('provider', names),
        isOwn: row => isOf(row, 'PPRF') && !isOf(row, 'ESC'),
        isImplied: isProfessional,
        role: roleOf('PPRF', 'primary performer'),
      }),
      location: partyIn({
        ...place('location', names),
        types: ['Location'],
        isOwn: row => actorOf(row).startsWith('Location/') && !isOf(row, 'PPRF') && !isOf(row, 'ESC'),
        role: roleOf('LOC', 'location'),
      }),
      companion: partyIn({
        ...place('companion', names),
        isOwn: row => isOf(row, 'ESC'),
        role: roleOf('ESC', 'escort'),
      }),
      activity: firstIdIn('basedOn', 'ServiceRequest'),
      missReason: missReasonSlot(names.codeSystem('miss-reason')),
      reason: extensionAt(names.extension('reason'), 'valueString'),
      state: stateOf(names),
    },
  })

/** R4 app-3: only proposed, cancelled and wait-listed ones may lack their times. */
const hasTimes = (resource: Resource): boolean =>
  resource['start'] !== undefined && resource['end'] !== undefined

const stateOf = ({ state }: CaseNames): Slot<Appointment['state']> =>
  manyImagesSlot<Appointment['state']>({
    url: state,
    images: {
      proposed: ['proposed'],
      pending: ['pending', 'proposed'],
      booked: ['booked'],
      arrived: ['arrived'],
      fulfilled: ['fulfilled'],
      noshow: ['noshow'],
      cancelled: ['cancelled'],
      waitlist: ['waitlist'],
      'entered-in-error': ['entered-in-error', 'cancelled'],
    },
    meanings: {
      proposed: 'proposed',
      pending: 'pending',
      booked: 'booked',
      arrived: 'arrived',
      'checked-in': 'arrived',
      fulfilled: 'fulfilled',
      noshow: 'noshow',
      cancelled: 'cancelled',
      waitlist: 'waitlist',
      'entered-in-error': 'entered-in-error',
    },
    otherwise: 'proposed',
    imageOf: (resource, exact) => {
      if (exact === 'pending') return hasTimes(resource) ? 'pending' : 'proposed'
      if (exact === 'entered-in-error') return hasTimes(resource) ? 'entered-in-error' : 'cancelled'
      return exact
    },
  })

const appointmentReason = 'http://terminology.hl7.org/CodeSystem/v2-0276'

/** Our own code in serviceType; without it, what R4's appointmentType says. */
function purposeSlot(names: CaseNames): Slot<Appointment['purpose']> {
  const own = ownConceptIn('serviceType', names.codeSystem('appointment-purpose'))
  return {
    get: resource => {
      const code = own.get(resource)
      const stated = appointmentPurposes.find(purpose => purpose === code)
      if (stated) return stated
      return hasCoding(resource['appointmentType'], appointmentReason, 'FOLLOWUP')
        ? 'follow-up-visit'
        : 'other'
    },
    set: own.set,
  }
}

/** Why it was missed, in cancelationReason beside other codes. */
function missReasonSlot(system: string): Slot<Appointment['missReason']> {
  const native = nativeConcept('cancelationReason', system)
  return {
    get: resource => {
      const code = native.get(resource)
      return missReasons.find(reason => reason === code)
    },
    set: (resource, reason) => native.set(resource, reason ?? ''),
  }
}

const place = (role: string, names: CaseNames) => ({
  element: 'participant',
  actor: 'actor',
  types: ['Practitioner', 'PractitionerRole', 'RelatedPerson', 'Device', 'HealthcareService', 'Patient'],
  extension: names.extension(`appointment-${role}`),
  blank: { status: 'accepted' },
})

const roleOf = (code: string, display: string): JsonObject => ({
  type: [{ coding: [{ system: participationType, code, display }] }],
})

const isOf = (row: JsonObject, code: string): boolean =>
  listOf(row['type']).some(type => hasCoding(type, participationType, code))

const actorOf = (row: JsonObject): string => textOf(objectOf(row['actor'])['reference']) ?? ''

/** In the appointments of others, a professional or service that is there without a role. */
const isProfessional = (row: JsonObject): boolean =>
  row['type'] === undefined && /^(Practitioner|PractitionerRole|HealthcareService)\//.test(actorOf(row))

function blankAppointment({ id, patient }: Birth) {
  const appointment: FhirAppointment = {
    resourceType: 'Appointment',
    id,
    status: 'proposed',
    participant: [{ actor: { reference: `Patient/${patient}` }, status: 'accepted' }],
  }
  return asResource(appointment)
}
