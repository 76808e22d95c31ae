import type { Identifier, Patient, PatientContact } from '@medplum/fhirtypes'
import { sameValue } from '../../../lib/same-value.ts'
import { derived, type Derived } from './derived.ts'
import { element, several } from './element.ts'
import { readFieldText } from '../registers/field-text.ts'
import type { MapContext } from '../map-context.ts'
import { deletedPerson, deletedTag } from '../registers/person-record.ts'
import { pidPatient } from '../maps/pid-patient.ts'
import { everySource, wordOf, type Register } from '../registers/registers.ts'
import { listed } from '../lists/item.ts'
import { primaryCare } from '../lists/roles.ts'
import { comments, restrictions } from '../lists/stay-details.ts'
import { pd1Patient } from '../maps/pd1-patient.ts'
import { applyRows } from '../rows.ts'
import { distinctLabels } from './security-labels.ts'
import type { Scope } from '../registers/scope.ts'
import { tagsOf } from './tags.ts'
import { cxToIdentifier, identifierKey } from '../types/cx-identifier.ts'
import { winnerSegment } from '../registers/winner-segment.ts'

/** The Patient of a register: per PID field the last word of all sources, of identifiers every source's own. */
export function patientOf(scope: Scope, contact: PatientContact[] | undefined): Derived {
  const { patientId, register, winning, contexts } = scope
  const pid = winnerSegment('PID', winning, contexts)
  const said = applyRows(pidPatient, pid.segment, pid.by) as Partial<Patient>
  const pd1 = winnerSegment('PD1', winning, contexts)
  const more = applyRows(pd1Patient, pd1.segment, pd1.by) as Partial<Patient>
  const [source = '|'] = Object.keys(register).toSorted()
  const deleted = deletedPerson(winning) && deletedTag(contexts(source))
  return derived<Patient>({
    resourceType: 'Patient',
    id: patientId,
    meta: element({
      security: listed(distinctLabels([...(more.meta?.security ?? []), ...restrictions(scope)])),
      tag: several(...(tagsOf([], winning, contexts(source)) ?? []), deleted),
    }),
    active: deleted ? false : undefined,
    ...said,
    managingOrganization: more.managingOrganization,
    generalPractitioner: listed(distinctPeople([...(more.generalPractitioner ?? []), ...primaryCare(scope)])),
    name: distinctUses(said.name),
    telecom: distinctUses(said.telecom),
    address: distinctUses(said.address),
    extension: listed([...(said.extension ?? []), ...(more.extension ?? []), ...comments(scope)]),
    identifier: identifiersOf(said.identifier, register, contexts),
    contact,
  })
}

/**
 * Each entry once: an alias (PID-9) that repeats the legal name (PID-5) adds nothing, nor a number in PID-40 that stands in
 * PID-13. One that says its use says more.
 */
function distinctUses<T extends { readonly use?: string }>(entries: T[] | undefined): T[] | undefined {
  if (!entries || entries.length < 2) return entries
  const found: T[] = []
  for (const entry of entries) {
    const { use, ...written } = entry
    const at = found.findIndex(
      ({ use: other, ...known }) =>
        (use === other || use === undefined || other === undefined) && sameValue(written, known),
    )
    if (at < 0) found.push(entry)
    else if (use !== undefined) found[at] = entry
  }
  return found
}

type GeneralPractitioner = NonNullable<Patient['generalPractitioner']>[number]

function distinctPeople(people: readonly GeneralPractitioner[]): readonly GeneralPractitioner[] {
  if (people.length < 2) return people
  const found = new Map(people.map(person => [person.reference ?? person.display, person]))
  return [...found.values()]
}

/** A source that knows fewer numbers of a patient must not take away those of another. */
function identifiersOf(
  said: Identifier[] | undefined,
  register: Register,
  contexts: (source: string) => MapContext,
): Identifier[] | undefined {
  if (Object.keys(register).length <= 1) return said && said.length > 1 ? distinct(said) : said
  const others = everySource(register, 'PID-3').flatMap(word =>
    (wordOf(word) ?? '').split('~').flatMap(text => {
      const cx = readFieldText(text)
      return (cx && cxToIdentifier(cx, contexts(word.source), 'PID-3')) ?? []
    }),
  )
  return listed(distinct([...(said ?? []), ...others]))
}

/** Each number once: some senders have that of PID-3 in PID-2 as well. */
function distinct(identifiers: readonly Identifier[]): Identifier[] {
  const all = new Map(identifiers.toReversed().map(identifier => [identifierKey(identifier), identifier]))
  return [...all.values()].toReversed()
}
