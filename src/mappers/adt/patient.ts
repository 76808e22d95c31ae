import type { Identifier, Patient, PatientContact } from '@medplum/fhirtypes'
import { derived, type Derived } from './derived.ts'
import { element } from './element.ts'
import { readFieldText } from './field-text.ts'
import type { MapContext } from './map-context.ts'
import { pidPatient } from './maps/pid-patient.ts'
import { everySource, wordOf, type Register } from './registers.ts'
import { applyRows } from './rows.ts'
import type { Scope } from './scope.ts'
import { tagsOf } from './tags.ts'
import { cxToIdentifier, identifierKey } from './types/cx-identifier.ts'
import { winnerSegment } from './winner-segment.ts'

/** The Patient of a register: per PID field the last word of all sources, of identifiers every source's own. */
export function patientOf(
  { patientId, register, winning, contexts }: Scope,
  contact: PatientContact[] | undefined,
): Derived {
  const pid = winnerSegment('PID', winning, contexts)
  const said = applyRows(pidPatient, pid.segment, pid.contextOf) as Partial<Patient>
  const [source = '|'] = Object.keys(register).toSorted()
  return derived<Patient>({
    resourceType: 'Patient',
    id: patientId,
    meta: element({ tag: tagsOf([], winning, contexts(source)) }),
    ...said,
    identifier: identifiersOf(said.identifier, register, contexts),
    contact,
  })
}

/** A source that knows fewer numbers of a patient must not take away those of another. */
function identifiersOf(
  said: Identifier[] | undefined,
  register: Register,
  contexts: (source: string) => MapContext,
): Identifier[] | undefined {
  if (Object.keys(register).length <= 1) return said
  const others = everySource(register, 'PID-3').flatMap(word =>
    (wordOf(word) ?? '').split('~').flatMap(text => {
      const cx = readFieldText(text)
      return (cx && cxToIdentifier(cx, contexts(word.source), 'PID-3')) ?? []
    }),
  )
  const all = new Map(
    [...(said ?? []), ...others].toReversed().map(identifier => [identifierKey(identifier), identifier]),
  )
  return all.size > 0 ? [...all.values()].toReversed() : undefined
}
