import type { Stay } from '../../care-plan/stay.ts'
import type { Json } from '../../fhir/resource.ts'
import { deceasedIn, deriveStay, type Deceased } from './derive.ts'
import { visitOf, type Visit } from './encounter.ts'
import type { Fact } from './fact.ts'
import { contextOf, type MapContext } from './map-context.ts'
import { visitFact } from './movements.ts'
import { deletedPerson } from './person-record.ts'
import { registerOf } from './registers.ts'
import { scopeOf, type Scope } from './scope.ts'
import type { SourceSettings } from './source.ts'
import { thoughtDead } from './thought-dead.ts'

/** All that messages said about a patient. */
export interface SaidOfPatient {
  readonly person: Pick<Scope, 'patientId' | 'shard' | 'contexts'>
  readonly facts: readonly Fact[]
  /** Registers by scope: '' and Encounter ids. */
  readonly said: ReadonlyMap<string, Json>
}

export const scopeIn = ({ person, said }: SaidOfPatient, id: string): Scope =>
  scopeOf({ ...person, ...(id !== '' && { visitId: id }), register: registerOf(said.get(id)) })

export const visitIn = (state: SaidOfPatient, id: string): Visit =>
  visitOf(id, scopeIn(state, id), state.facts.filter(({ scope }) => scope === id).map(visitFact))

/** Visits in the order of their ids, which depends on no message. */
export const visitIds = ({ facts, said }: SaidOfPatient): readonly string[] =>
  [...new Set([...facts.map(({ scope }) => scope), ...said.keys()])].filter(id => id !== '').toSorted()

/** What case management needs to know of a patient from messages. */
export interface PatientStays {
  /** Every visit, in the order of their ids. */
  readonly stays: readonly Stay[]
  /** Patient.deceased[x], when true. */
  readonly deceased?: Deceased
  /** When a death was last told that doesn't stand any more. */
  readonly thoughtDead?: { readonly at: string }
  /** When its source deleted the person (A29): open cases are for people to look at. */
  readonly deletedPerson?: { readonly at: string }
}

export interface StaysInput {
  readonly patient: string
  readonly shard: number
  readonly settings: SourceSettings
  readonly facts: readonly Fact[]
  readonly said: ReadonlyMap<string, Json>
}

/**
 * A patient's visits as all messages so far have them, without a new one: for commands, FHIR writes, timers and
 * recomputation. What can't be mapped was flagged when its message came.
 */
export function patientStays({ patient, shard, settings, facts, said }: StaysInput): PatientStays {
  const known = new Map<string, MapContext>()
  const contexts = (source: string): MapContext => {
    const context = known.get(source) ?? contextOf(source, settings, () => undefined)
    known.set(source, context)
    return context
  }
  const state: SaidOfPatient = { person: { patientId: patient, shard, contexts }, facts, said }
  const { register, ...scope } = scopeIn(state, '')
  const deceased = deceasedIn({ ...scope, register })
  const doubted = thoughtDead(register, deceased)
  const deleted = deletedPerson(scope.winning)
  return {
    stays: visitIds(state).map(id => deriveStay(visitIn(state, id))),
    ...(deceased && { deceased }),
    ...(doubted && { thoughtDead: doubted }),
    ...(deleted && { deletedPerson: deleted }),
  }
}
