import type { Contact } from '../../../care-plan/nouns/contact.ts'
import { contactOutcomes } from '../../../care-plan/nouns/contact.ts'
import { listOf } from '../../../lib/list-of.ts'
import { isObject, objectOf, textOf, withElement } from '../lenses/json-edit.ts'
import type { CaseNames } from '../names.ts'
import type { Slot } from '../lenses/lens.ts'
import { extensionAt, extensionOf, textAt } from '../lenses/slots.ts'
import { codeIn, codingsOf, hasCoding } from './concept-slots.ts'
import { communicationKind, encounterKind } from './contact-kinds.ts'
import { periodSlots } from './contact-period.ts'
import {
  extensionRows,
  firstIdIn,
  firstReferenceIn,
  integerExtension,
  orEmpty,
  referenceExtension,
  textExtensions,
} from './element-slots.ts'
import { partyAt, partyIn } from './party-slots.ts'
import { nativeConcept, stateSlot } from './state-image.ts'

export type ContactSlots = { readonly [K in Exclude<keyof Contact, 'id'>]-?: Slot<Contact[K]> }

const participationType = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType'

export const encounterSlots = (names: CaseNames): ContactSlots => ({
  state: stateSlot<Contact['state']>({
    url: names.state,
    images: {
      planned: 'planned',
      made: 'finished',
      attempted: 'cancelled',
      refused: 'cancelled',
      'entered-in-error': 'entered-in-error',
    },
    // One that was called off was neither made nor tried: it counts for nothing.
    meanings: { finished: 'made', cancelled: 'entered-in-error', 'entered-in-error': 'entered-in-error' },
    otherwise: 'planned',
  }),
  kind: encounterKind(names.codeSystem('contact-kind')),
  ...periodSlots(names.extension('minutes')),
  by: partyIn({
    element: 'participant',
    actor: 'individual',
    types: ['Practitioner', 'PractitionerRole', 'RelatedPerson'],
    extension: names.extension('contact-by'),
    isOwn: row => listOf(row['type']).some(type => hasCoding(type, participationType, 'PPRF')),
    role: {
      type: [{ coding: [{ system: participationType, code: 'PPRF', display: 'primary performer' }] }],
    },
  }),
  with: referenceExtension(names.extension('contact-with')),
  outcome: outcomeSlot(extensionAt(names.extension('contact-outcome'), 'valueCode')),
  topics: reasonCodes(names.codeSystem('check-in-topic')),
  redFlags: textExtensions(names.extension('red-flag'), 'valueCode'),
  answers: answerRows(names.extension('check-in-answer')),
  appointment: firstIdIn('appointment', 'Appointment'),
  note: extensionAt(names.extension('note'), 'valueString'),
  reason: extensionAt(names.extension('reason'), 'valueString'),
})

export const communicationSlots = (names: CaseNames): ContactSlots => ({
  state: stateSlot<Contact['state']>({
    url: names.state,
    images: {
      planned: 'preparation',
      made: 'completed',
      attempted: 'not-done',
      refused: 'not-done',
      'entered-in-error': 'entered-in-error',
    },
    meanings: {
      completed: 'made',
      'not-done': 'attempted',
      stopped: 'entered-in-error',
      'entered-in-error': 'entered-in-error',
    },
    otherwise: 'planned',
  }),
  kind: communicationKind(names.codeSystem('contact-kind')),
  at: orEmpty(textAt('sent')),
  minutes: integerExtension(names.extension('minutes')),
  by: partyAt({
    element: 'sender',
    types: [
      'Device',
      'Organization',
      'Patient',
      'Practitioner',
      'PractitionerRole',
      'RelatedPerson',
      'HealthcareService',
    ],
    extension: names.extension('contact-by'),
  }),
  with: firstReferenceIn('recipient'),
  outcome: outcomeSlot(conceptCode('statusReason', names.codeSystem('contact-outcome'))),
  topics: topicCodings(names.codeSystem('check-in-topic')),
  redFlags: textExtensions(names.extension('red-flag'), 'valueCode'),
  answers: answerRows(names.extension('check-in-answer')),
  appointment: firstIdIn('about', 'Appointment'),
  note: extensionAt(names.extension('note'), 'valueString'),
  reason: textAt('statusReason', 'text'),
})

/** An outcome that we know; another code reads as none. */
const outcomeSlot = (slot: Slot<string | undefined>): Slot<Contact['outcome']> => ({
  get: resource => {
    const code = slot.get(resource)
    return contactOutcomes.find(outcome => outcome === code)
  },
  set: slot.set,
})

/** Answers of the check-in, an extension each. */
function answerRows(url: string): Slot<Contact['answers']> {
  const rows = extensionRows({
    url,
    read: extension => ({
      question: textOf(extensionOf(extension, 'question')?.['valueCode']) ?? '',
      answer: textOf(extensionOf(extension, 'answer')?.['valueCode']) ?? '',
    }),
    write: ({ question, answer }) => ({
      extension: [
        { url: 'question', valueCode: question },
        { url: 'answer', valueCode: answer },
      ],
    }),
  })
  return {
    get: resource => {
      const answers = rows.get(resource)
      return answers.length === 0 ? undefined : answers
    },
    set: (resource, answers) => rows.set(resource, answers ?? []),
  }
}

/** Code of one system in a single CodeableConcept. */
function conceptCode(name: string, system: string): Slot<string | undefined> {
  const { get, set } = nativeConcept(name, system)
  return { get: resource => get(resource) || undefined, set: (resource, code) => set(resource, code ?? '') }
}

/** Topics in Encounter.reasonCode, a row each; other reasons stay. */
const reasonCodes = (system: string): Slot<readonly string[]> => ({
  get: resource => listOf(resource['reasonCode']).flatMap(row => codeIn(row, system) ?? []),
  set: (resource, topics) => {
    const list = listOf(resource['reasonCode'])
    const others = list.filter(row => codeIn(row, system) === undefined)
    const rows = topics.map(
      code => list.find(row => codeIn(row, system) === code) ?? { coding: [{ system, code }] },
    )
    return withElement(resource, 'reasonCode', [...others, ...rows])
  },
})

/** Topics as codings of the one Communication.topic. */
const topicCodings = (system: string): Slot<readonly string[]> => ({
  get: resource =>
    codingsOf(resource['topic']).flatMap(coding =>
      coding['system'] === system && typeof coding['code'] === 'string' ? [coding['code']] : [],
    ),
  set: (resource, topics) => {
    const others = listOf(objectOf(resource['topic'])['coding']).filter(
      coding => !isObject(coding) || coding['system'] !== system,
    )
    const codings = [...others, ...topics.map(code => ({ system, code }))]
    return withElement(resource, 'topic', withElement(objectOf(resource['topic']), 'coding', codings))
  },
})
