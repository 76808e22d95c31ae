import type { ClinicalImpression } from '@medplum/fhirtypes'
import type { DomainConclusion } from '../../../care-plan/nouns/assessment.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { listOf } from '../../../lib/list-of.ts'
import { isObject, objectOf, textOf, withElement, type JsonObject } from '../lenses/json-edit.ts'
import type { Slot } from '../lenses/lens.ts'
import type { CaseNames } from '../names.ts'
import { asResource, extensionOf, textAt, withExtension } from '../lenses/slots.ts'
import { codeIn, codingsOf, hasCoding, withOwnCode } from './concept-slots.ts'
import { idAt, idIn, ownRows, textExtensions, without } from './element-slots.ts'
import { findingSystem, type FindingCode } from './finding-codes.ts'
import { nounLens, type NounLens } from './noun-lens.ts'
import { partyAt } from './party-slots.ts'
import { stateSlot } from './state-image.ts'

/** An assessment stands in a ClinicalImpression: a finding for each domain's conclusion, its instruments as investigation. */
export const assessmentLens = (names: CaseNames): NounLens<'assessment'> =>
  nounLens({
    noun: 'assessment',
    types: ['ClinicalImpression'],
    is: resource => isAssessment(resource, names),
    blank: ({ id, patient }) => {
      const impression: ClinicalImpression = {
        resourceType: 'ClinicalImpression',
        id,
        status: 'in-progress',
        code: { coding: [{ system: findingSystem(names), code: 'assessment' }] },
        subject: { reference: `Patient/${patient}` },
      }
      return asResource(impression)
    },
    slots: {
      state: stateSlot({
        url: names.state,
        images: {
          planned: 'in-progress',
          'in-progress': 'in-progress',
          concluded: 'completed',
          amended: 'completed',
          refused: 'completed',
          'not-completed': 'completed',
          'entered-in-error': 'entered-in-error',
        },
        meanings: {
          'in-progress': 'in-progress',
          completed: 'concluded',
          'entered-in-error': 'entered-in-error',
        },
        otherwise: 'in-progress',
      }),
      assessor: partyAt({
        element: 'assessor',
        types: ['Practitioner', 'PractitionerRole'],
        extension: names.extension('by'),
      }),
      start: periodSlot('start'),
      end: periodSlot('end'),
      requiredDomains: textExtensions(names.extension('required-domain'), 'valueCode'),
      conclusions: conclusionRows(names),
      answers: investigated('QuestionnaireResponse', 'instruments', names),
      scores: investigated('Observation', 'scores', names),
      previous: idAt('previous', 'ClinicalImpression'),
      summary: textAt('summary'),
      reason: textAt('statusReason', 'text'),
    },
  })

/** A necessity review is a ClinicalImpression too (domain.md 4.4). */
const isAssessment = (resource: Resource, names: CaseNames): boolean =>
  hasCoding(resource['code'], findingSystem(names), 'assessment') ||
  extensionOf(resource, names.state) !== undefined ||
  !codingsOf(resource['code']).some(({ code }) => code === 'necessity-review')

/** effectivePeriod; a bare effectiveDateTime counts as its start. */
function periodSlot(end: 'start' | 'end'): Slot<string | undefined> {
  const whole = (resource: Resource): JsonObject => {
    const start = textOf(resource['effectiveDateTime'])
    return start === undefined ? objectOf(resource['effectivePeriod']) : { start }
  }
  return {
    get: resource => textOf(whole(resource)[end]),
    set: (resource, value) =>
      withElement(
        without(resource, ['effectiveDateTime', '_effectiveDateTime']),
        'effectivePeriod',
        withElement(whole(resource), end, value),
      ),
  }
}

function conclusionRows(names: CaseNames): Slot<readonly DomainConclusion[]> {
  const system = names.codeSystem('domain')
  const [by, at] = [names.extension('by'), names.extension('at')]
  return ownRows<DomainConclusion>('finding', {
    isOwn: row => codeIn(row['itemCodeableConcept'], system) !== undefined,
    keyOf: ({ domain }) => domain,
    read: row => {
      const author = textOf(objectOf(extensionOf(row, by)?.['valueReference'])['reference'])
      const time = textOf(extensionOf(row, at)?.['valueDateTime'])
      return {
        domain: codeIn(row['itemCodeableConcept'], system) ?? '',
        text: textOf(objectOf(row['itemCodeableConcept'])['text']) ?? '',
        ...(author !== undefined && { by: author }),
        ...(time !== undefined && { at: time }),
      }
    },
    write: (row, conclusion) => {
      const concept = withOwnCode(objectOf(row['itemCodeableConcept']), system, conclusion.domain)
      const worded = withElement(concept, 'text', conclusion.text === '' ? undefined : conclusion.text)
      const author = conclusion.by && { url: by, valueReference: { reference: conclusion.by } }
      const time = conclusion.at === undefined ? undefined : { url: at, valueDateTime: conclusion.at }
      const signed = withExtension(withExtension(row, by, author || undefined), at, time)
      return { ...signed, itemCodeableConcept: worded }
    },
  })
}

/** Ids of what the assessment rests on: every item of a type in investigation; new ones in a row of ours. */
function investigated(type: string, code: FindingCode, names: CaseNames): Slot<readonly string[]> {
  const idOf = (item: unknown): string | undefined => idIn(textOf(objectOf(item)['reference']), type)
  const isOwn = (row: JsonObject): boolean => hasCoding(row['code'], findingSystem(names), code)
  return {
    get: resource =>
      listOf(resource['investigation'])
        .flatMap(row => listOf(objectOf(row)['item']))
        .flatMap(item => idOf(item) ?? []),
    set: (resource, ids) => {
      const others = listOf(resource['investigation'])
        .filter(isObject)
        .map(row =>
          withElement(
            row,
            'item',
            listOf(row['item']).filter(item => idOf(item) === undefined),
          ),
        )
        .filter(row => !isOwn(row) || 'item' in row)
      const row = {
        code: { coding: [{ system: findingSystem(names), code }] },
        item: ids.map(id => ({ reference: `${type}/${id}` })),
      }
      return withElement(resource, 'investigation', [...others, ...(ids.length > 0 ? [row] : [])])
    },
  }
}
