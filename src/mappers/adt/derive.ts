import type { Patient } from '@medplum/fhirtypes'
import type { Stay } from '../../care-plan/stay.ts'
import type { Derived } from './derived.ts'
import { encounterOf, visitOf, type Visit } from './encounter.ts'
import { conditions, contactsOf, coverages, diagnosesOf, relatedPersons } from './items.ts'
import { facilityOf, namesFacility, type MapContext } from './map-context.ts'
import type { VisitFact } from './movements.ts'
import { pidPatient } from './maps/pid-patient.ts'
import { patientOf } from './patient.ts'
import { winners, wordOf, type Register } from './registers.ts'
import { applyRows } from './rows.ts'
import { readFieldText } from './field-text.ts'
import { stayOf } from './stays.ts'
import { facilityId } from './types/xon-organization.ts'
import { winnerSegment } from './winner-segment.ts'

/** Everything that was said about a patient, or of one visit, as it is kept. */
export interface Scope {
  readonly patientId: string
  readonly shard: number
  readonly register: Register
  readonly contexts: (source: string) => MapContext
}

/** Patient, RelatedPerson, Coverage, and Conditions told without a visit. */
export function derivePatient(scope: Scope): readonly Derived[] {
  const patient = patientOf({ ...scope, id: scope.patientId, contact: contactsOf(scope) })
  return [patient, ...relatedPersons(scope), ...coverages(scope), ...conditions(scope)]
}

/** Whether and when the patient died, by the last words on PID-29 and PID-30. */
export function deceasedIn({ register, contexts }: Scope): { readonly at?: string } | undefined {
  const winning = winners(register)
  const pid = winnerSegment('PID', new Map([...winning].filter(([field]) => field === 'PID-29' || field === 'PID-30')), contexts)
  const said = applyRows(pidPatient, pid.segment, pid.contextOf) as Partial<Patient>
  if (said.deceasedDateTime !== undefined) return { at: said.deceasedDateTime }
  return said.deceasedBoolean ? {} : undefined
}

export interface VisitScope extends Scope {
  readonly visitId: string
  readonly facts: readonly VisitFact[]
}

/** Encounter and its Conditions. */
export function deriveVisit(scope: VisitScope): readonly Derived[] {
  return [encounterOf(visitIn(scope), diagnosesOf(scope)), ...conditions(scope)]
}

const visitIn = ({ visitId, patientId, facts, register, contexts }: VisitScope): Visit =>
  visitOf({ id: visitId, patientId, facts, register, contexts })

/** The visit as case management sees it. */
export function deriveStay(scope: VisitScope): Stay {
  const { state, winning, context } = visitIn(scope)
  const said = winning.get('PV1-39')
  const servicing = readFieldText(wordOf(said) ?? '')?.text(1) ?? undefined
  const name = servicing ?? (namesFacility(context.source) ? facilityOf(context.source) : undefined)
  return stayOf(state, {
    encounter: scope.visitId,
    facility: name === undefined ? undefined : facilityId(name, context),
    admissionType: readFieldText(wordOf(winning.get('PV1-4')) ?? '')?.text(1) ?? undefined,
    settings: context.settings,
  })
}
