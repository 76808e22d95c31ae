import type { Json } from '../../../fhir/resource.ts'
import type { MappedEvent } from '../events/adt-event.ts'
import type { Fact } from '../events/fact.ts'
import { patientFields, visitFields } from './fields.ts'
import { fieldsCopy, registerOf, tell, type Register } from './registers.ts'
import { addTellings } from './tellings.ts'
import { addWordOfDeath, isOfRecord } from '../resources/thought-dead.ts'
import { addFirstWords, addValueDays } from './watched-words.ts'

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
  const { visit, fact } = event
  const registers = new Map([['', tellOfPatient(registerOf(said.get('')), event)]])
  if (visit) registers.set(visit.id, tellOfVisit(registerOf(said.get(visit.id)), event))
  return { facts: fact && !facts.some(({ id }) => id === fact.id) ? [fact] : NO_FACTS, said: registers }
}

const NO_FACTS: readonly Fact[] = []

function tellOfVisit(register: Register, event: MappedEvent): Register {
  const { source, stamp, recorded, trigger } = event
  const words = visitFields(event)
  addTellings(words, recorded.instant)
  addFirstWords(words, trigger)
  return tell(register, source, stamp, words)
}

/** PID is as old as the record that it repeats (PID-33); a message that says nothing newer of it changes nothing there. */
function tellOfPatient(register: Register, event: MappedEvent): Register {
  const { source, stamp, pidStamp, trigger } = event
  const words = patientFields(event)
  addWordOfDeath(words, stamp)
  if (pidStamp === stamp) return telling(register, words)
  const told = telling(
    register,
    fieldsCopy(words, field => !isOfRecord(field)),
  )
  return telling(told, fieldsCopy(words, isOfRecord), pidStamp)

  function telling(before: Register, fields: Record<string, string>, at = stamp): Register {
    addFirstWords(fields, trigger)
    addValueDays(fields, at)
    return tell(before, source, at, fields)
  }
}
