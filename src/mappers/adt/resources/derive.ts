import type { Patient } from '@medplum/fhirtypes'
import type { Stay } from '../../../care-plan/stays/stay.ts'
import type { Derived } from './derived.ts'
import { encounterOf, type Visit } from './encounter.ts'
import { readFieldText } from '../registers/field-text.ts'
import { accounts, type Payers } from '../lists/accounts.ts'
import { allergies } from '../lists/allergies.ts'
import { conditions, diagnoses, diagnosesOf } from '../lists/conditions.ts'
import { coverages, plans } from '../lists/coverages.ts'
import { observations } from '../lists/observations.ts'
import { personObservations } from '../lists/person-observations.ts'
import { procedures } from '../lists/procedures.ts'
import {
  contactsOf,
  guarantorPersons,
  guarantors,
  parties,
  relatedPersons,
} from '../lists/related-persons.ts'
import { hospitalTeam } from '../lists/roles.ts'
import { facilityOf, namesFacility } from '../map-context.ts'
import { recordedIn } from '../events/message-uri.ts'
import { pidPatient } from '../maps/pid-patient.ts'
import { patientOf } from './patient.ts'
import { wordOf, type Said } from '../registers/registers.ts'
import { applyRows } from '../rows.ts'
import type { Scope } from '../registers/scope.ts'
import { stayOf } from '../visits/stays.ts'
import { firstToldDead } from './thought-dead.ts'
import { facilityId } from '../types/xon-organization.ts'
import { winnerSegment } from '../registers/winner-segment.ts'

/**
 * Patient, who is related, what pays, allergies, and the clinical lists that were told without a visit; of a patient whom
 * others are tied to the accounts are computed for all of them.
 */
export function derivePatient(
  scope: Scope,
  accountsFor: (scope: Scope, payers: Payers) => readonly Derived[] = accounts,
): readonly Derived[] {
  const kin = parties(scope)
  const payers = payersOf(scope)
  return [
    patientOf(scope, contactsOf(kin)),
    ...relatedPersons(scope, kin),
    ...coverages(scope, payers.plans),
    ...guarantorPersons(scope, payers.guarantors),
    ...accountsFor(scope, payers),
    ...allergies(scope),
    ...personObservations(scope),
    ...conditions(scope, diagnoses(scope)),
    ...clinicalLists(scope, false),
  ]
}

/** Who answers for what a patient owes, and what pays. */
export const payersOf = (scope: Scope): Payers => ({ guarantors: guarantors(scope), plans: plans(scope) })

/** Procedures, observations and the hospital's team of a visit, or of no visit. */
function clinicalLists(scope: Scope, isOver: boolean): readonly Derived[] {
  const team = hospitalTeam(scope, isOver)
  return [...procedures(scope), ...observations(scope), ...(team ? [team] : [])]
}

/** Patient.deceased[x], when true. */
export interface Deceased {
  readonly at?: string
  /** `at` is when it was recorded. */
  readonly isInexact?: boolean
}

/**
 * Whether and when the patient died, by the last words on PID-29 and PID-30. Where no message says when (the Patient has
 * deceasedBoolean then), it counts from when that was first recorded.
 */
export function deceasedIn(scope: Scope): Deceased | undefined {
  const said = new Map<string, Said>()
  for (const field of ['PID-29', 'PID-30']) {
    const word = scope.winning.get(field)
    if (word) said.set(field, word)
  }
  if (said.size === 0) return undefined
  const pid = winnerSegment('PID', said, scope.contexts)
  const { deceasedDateTime, deceasedBoolean } = applyRows(pidPatient, pid.segment, pid.by) as Partial<Patient>
  if (deceasedDateTime !== undefined) return { at: deceasedDateTime }
  if (!deceasedBoolean) return undefined
  const at = firstToldDead(scope.register) ?? recordedAt(scope.winning.get('PID-30'))
  return at === undefined ? {} : { at, isInexact: true }
}

const recordedAt = (said: Said | undefined): string | undefined => said && recordedIn(said.stamp)

/** The team of a visit that is over is active no more. */
const ENDED: ReadonlySet<string> = new Set(['finished', 'cancelled', 'entered-in-error'])

/** Encounter and what was told of it. */
export function deriveVisit(visit: Visit): readonly Derived[] {
  const listed = diagnoses(visit)
  const isOver = ENDED.has(visit.state.status)
  return [
    encounterOf(visit, diagnosesOf(listed)),
    ...conditions(visit, listed),
    ...clinicalLists(visit, isOver),
  ]
}

/** The visit as case management sees it. */
export function deriveStay({ visitId, state, winning, context, contexts }: Visit): Stay {
  const servicing = code(winning.get('PV1-39'))
  const name = servicing ?? (namesFacility(context.source) ? facilityOf(context.source) : undefined)
  return stayOf(state, {
    encounter: visitId,
    facility: name === undefined ? undefined : facilityId(name, context),
    admissionType: code(winning.get('PV1-4')),
    admitSource: code(winning.get('PV1-14')),
    settings: context.settings,
    contexts,
  })
}

function code(said: Parameters<typeof wordOf>[0]): string | undefined {
  const text = wordOf(said)
  return text === undefined ? undefined : (readFieldText(text)?.text(1) ?? undefined)
}
