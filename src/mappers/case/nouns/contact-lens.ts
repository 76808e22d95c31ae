import type { Encounter, Communication } from '@medplum/fhirtypes'
import type { Contact } from '../../../care-plan/nouns/contact.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { listOf } from '../../../lib/list-of.ts'
import { objectOf, textOf } from '../lenses/json-edit.ts'
import type { CaseNames } from '../names.ts'
import type { Slot } from '../lenses/lens.ts'
import { asResource, extensionOf } from '../lenses/slots.ts'
import { communicationSlots, encounterSlots, type ContactSlots } from './contact-slots.ts'
import { communicationKind, encounterKind, isContactClass, mediumOf, saysKind } from './contact-kinds.ts'
import { nounLens, type Birth, type NounLensMaker } from './noun-lens.ts'

/**
 * A contact stands in an Encounter; an attempt or refusal that was not planned in a Communication that was not done
 * (domain.md 4.4). A planned contact stays the Encounter it was, whatever became of it.
 */
export const contactLens: NounLensMaker<'contact'> = names =>
  nounLens<'contact'>({
    noun: 'contact',
    types: ['Encounter', 'Communication'],
    is: resource =>
      resource.resourceType === 'Encounter' ? isContact(resource, names) : isAttempt(resource, names),
    blank: (birth, state) =>
      state.state === 'attempted' || state.state === 'refused'
        ? blankCommunication(birth, state, names)
        : blankEncounter(birth, state, names),
    slots: eitherType(encounterSlots(names), communicationSlots(names)),
  })

/** Visits that ADT tells of are stays, not contacts, even when their class is ambulatory. */
function isContact(resource: Resource, names: CaseNames): boolean {
  if (saysKind(resource['type'], names.codeSystem('contact-kind'))) return true
  if (!isContactClass(resource)) return false
  const source = textOf(objectOf(resource.meta)['source'])
  if (source?.startsWith(names.message) === true) return false
  return listOf(resource['episodeOfCare']).some(
    row =>
      textOf(objectOf(row)['reference'])?.startsWith('EpisodeOfCare/') === true &&
      extensionOf(objectOf(row), names.derived) === undefined,
  )
}

/** Ours, or any Communication with a way of sending that did not take place. */
const isAttempt = (resource: Resource, names: CaseNames): boolean =>
  saysKind(resource['category'], names.codeSystem('contact-kind')) ||
  (resource['status'] === 'not-done' &&
    resource['category'] === undefined &&
    mediumOf(resource) !== undefined)

/** Slots of whichever of the two types a resource is. */
const eitherType = (encounter: ContactSlots, communication: ContactSlots): ContactSlots =>
  Object.fromEntries(
    Object.entries(encounter).map(([name, slot]) => [
      name,
      dispatched(slot as Slot<unknown>, communication[name as keyof ContactSlots] as Slot<unknown>),
    ]),
  ) as unknown as ContactSlots

const dispatched = (encounter: Slot<unknown>, communication: Slot<unknown>): Slot<unknown> => {
  const of = ({ resourceType }: Resource): Slot<unknown> =>
    resourceType === 'Communication' ? communication : encounter
  return {
    get: resource => of(resource).get(resource),
    set: (resource, value) => of(resource).set(resource, value),
  }
}

function blankEncounter({ id, patient, caseId }: Birth, { kind }: Contact, names: CaseNames) {
  const encounter: Partial<Encounter> = {
    resourceType: 'Encounter',
    id,
    status: 'planned',
    subject: { reference: `Patient/${patient}` },
    episodeOfCare: [{ reference: `EpisodeOfCare/${caseId}` }],
  }
  return asResource(encounterKind(names.codeSystem('contact-kind')).set(asResource(encounter), kind))
}

function blankCommunication({ id, patient }: Birth, { kind }: Contact, names: CaseNames) {
  const communication: Communication = {
    resourceType: 'Communication',
    id,
    status: 'not-done',
    subject: { reference: `Patient/${patient}` },
  }
  return asResource(communicationKind(names.codeSystem('contact-kind')).set(asResource(communication), kind))
}
