import type { Json } from '../../fhir/resource.ts'
import type { MappedEvent } from './adt-event.ts'
import type { Fact } from './fact.ts'
import { registerOf, tell, type Fields, type Register } from './registers.ts'
import { withTellings } from './tellings.ts'
import { isOfRecord, withWordOfDeath } from './thought-dead.ts'
import { withFirstWords } from './watched-words.ts'

/** What one message adds to what messages said of its patient. */
export interface TakenIn {
  /** The fact that it tells, when that was not known. */
  readonly facts: readonly Fact[]
  /** Registers that it speaks to as they are then, by scope; the patient's ('') is always among them. */
  readonly said: ReadonlyMap<string, Register>
}

/** What all messages so far said of a patient: registers by scope ('' and Encounter ids), and facts. */
export interface Told {
  readonly said: ReadonlyMap<string, Json>
  readonly facts: readonly Fact[]
}

/** Takes a message into facts and registers, the root of all else: any order of messages ends in the same ones. */
export function takeIn(event: MappedEvent, { said, facts }: Told): TakenIn {
  const { visit, source, stamp, fact, visitFields, trigger, recorded } = event
  const told = (scope: string, words: Fields): readonly [string, Register] => [
    scope,
    tell(registerOf(said.get(scope)), source, stamp, withFirstWords(words, trigger)),
  ]
  return {
    facts: fact && !facts.some(({ id }) => id === fact.id) ? [fact] : [],
    said: new Map([
      ['', tellOfPatient(registerOf(said.get('')), event)] as const,
      ...(visit ? [told(visit.id, withTellings(visitFields, recorded.instant))] : []),
    ]),
  }
}

/** PID is as old as the record that it repeats (PID-33); a message that says nothing newer of it changes nothing there. */
function tellOfPatient(
  register: Register,
  { source, stamp, pidStamp, patientFields, trigger }: MappedEvent,
): Register {
  const fields = withWordOfDeath(patientFields, stamp)
  const telling = (before: Register, at: string, words: Fields): Register =>
    tell(before, source, at, withFirstWords(words, trigger))
  if (pidStamp === stamp) return telling(register, stamp, fields)
  const all = Object.entries(fields)
  const told = telling(register, stamp, Object.fromEntries(all.filter(([field]) => !isOfRecord(field))))
  return telling(told, pidStamp, Object.fromEntries(all.filter(([field]) => isOfRecord(field))))
}
