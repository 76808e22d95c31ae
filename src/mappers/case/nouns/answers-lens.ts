import type { QuestionnaireResponse } from '@medplum/fhirtypes'
import { instrumentNamed } from '../../../care-plan/instruments/registry.ts'
import { answersStates, type Answers } from '../../../care-plan/nouns/assessment.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { textOf, withElement } from '../lenses/json-edit.ts'
import type { Slot } from '../lenses/lens.ts'
import type { CaseNames } from '../names.ts'
import { asResource, extensionAt, textAt } from '../lenses/slots.ts'
import { readItems, writeItems } from './answer-items.ts'
import { nounLens, type NounLens } from './noun-lens.ts'
import { partyAt } from './party-slots.ts'
import { plainStates } from './plain-states.ts'

/** Answers to an instrument stand in a QuestionnaireResponse. */
export const answersLens = (names: CaseNames): NounLens<'answers'> =>
  nounLens({
    noun: 'answers',
    types: ['QuestionnaireResponse'],
    is: () => true,
    blank: ({ id, patient }) => {
      const response: QuestionnaireResponse = {
        resourceType: 'QuestionnaireResponse',
        id,
        status: 'completed',
        subject: { reference: `Patient/${patient}` },
      }
      return asResource(response)
    },
    slots: {
      state: plainStates(answersStates, {}),
      instrument: instrumentSlot(names),
      at: textAt('authored'),
      author: partyAt({
        element: 'author',
        types: ['Device', 'Practitioner', 'PractitionerRole', 'Patient', 'RelatedPerson', 'Organization'],
        extension: names.extension('by'),
      }),
      items: itemsSlot(names),
      reading: extensionAt(names.extension('reading'), 'valueString'),
    },
  })

/** `phq-9|1.0.0` stands as the canonical of our Questionnaire; any other canonical as it is. */
function instrumentSlot(names: CaseNames): Slot<string> {
  const own = names.questionnaire('')
  return {
    get: resource => {
      const canonical = textOf(resource['questionnaire']) ?? ''
      return canonical.startsWith(own) ? canonical.slice(own.length) : canonical
    },
    set: (resource, name) => {
      const canonical = /[/:]/.test(name) ? name : `${own}${name}`
      return withElement(resource, 'questionnaire', name === '' ? undefined : canonical)
    },
  }
}

function itemsSlot(names: CaseNames): Slot<Answers['items']> {
  const instrument = instrumentSlot(names)
  const answerSystem = names.codeSystem('answer')
  return {
    get: resource => readItems(resource['item']),
    set: (resource: Resource, items) =>
      withElement(
        resource,
        'item',
        writeItems(resource['item'], items, {
          instrument: instrumentNamed(instrument.get(resource)),
          answerSystem,
        }),
      ),
  }
}
