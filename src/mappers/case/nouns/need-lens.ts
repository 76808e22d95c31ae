import type { Condition } from '@medplum/fhirtypes'
import { listOf } from '../../../lib/list-of.ts'
import { isObject, objectOf, textOf, withElement } from '../lenses/json-edit.ts'
import type { Slot } from '../lenses/lens.ts'
import type { CaseNames } from '../names.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { asResource, extensionAt, extensionOf, textAt } from '../lenses/slots.ts'
import { codingsOf, conceptSlots, ownConceptIn } from './concept-slots.ts'
import { evidenceOf, evidenceReference, integerExtension, referenceExtension } from './element-slots.ts'
import { needStateSlot } from './need-state.ts'
import { partyAt } from './party-slots.ts'
import { nounLens, type NounLens } from './noun-lens.ts'

const concernSystem = 'http://hl7.org/fhir/us/core/CodeSystem/condition-category'
const concerns: ReadonlySet<string> = new Set(['problem-list-item', 'health-concern'])

/** SDOHCC: a health concern that is none, for it helps. */
const PROTECTIVE = 'protective-factor'

/** A need stands in a Condition: one of the problem list, or a health concern. */
export const needLens = (names: CaseNames): NounLens<'need'> =>
  nounLens({
    noun: 'need',
    types: ['Condition'],
    is: resource => isNeed(resource, names),
    blank: ({ id, patient }) => {
      const condition: Condition = {
        resourceType: 'Condition',
        id,
        category: [{ coding: [{ system: concernSystem, code: 'health-concern' }] }],
        subject: { reference: `Patient/${patient}` },
      }
      return asResource(condition)
    },
    slots: {
      state: needStateSlot(names),
      domain: ownConceptIn('category', names.codeSystem('domain')),
      ...conceptSlots('code'),
      priority: integerExtension(names.extension('priority')),
      identifiedBy: partyAt({
        element: 'asserter',
        types: ['Practitioner', 'PractitionerRole', 'Patient', 'RelatedPerson'],
        extension: names.extension('by'),
      }),
      at: textAt('recordedDate'),
      confirmedBy: referenceExtension(names.extension('confirmed-by')),
      reason: extensionAt(names.extension('reason'), 'valueString'),
      reasonBy: referenceExtension(names.extension('reason-by')),
      evidence: evidenceSlot,
    },
  })

function isNeed(resource: Resource, names: CaseNames): boolean {
  const codes = listOf(resource['category']).flatMap(concept =>
    codingsOf(concept).map(coding => textOf(coding['code']) ?? ''),
  )
  if (codes.includes(PROTECTIVE)) return false
  return extensionOf(resource, names.state) !== undefined || codes.some(code => concerns.has(code))
}

const isEvidence = (row: unknown): boolean => evidenceOf(textOf(objectOf(row)['reference'])) !== undefined

/** Scores and answers in evidence.detail; what else speaks for the condition stays. */
const evidenceSlot: Slot<readonly string[]> = {
  get: resource =>
    listOf(resource['evidence'])
      .flatMap(row => listOf(objectOf(row)['detail']))
      .flatMap(row => evidenceOf(textOf(objectOf(row)['reference'])) ?? []),
  set: (resource, values) => {
    const others = listOf(resource['evidence'])
      .filter(isObject)
      .map(row =>
        withElement(
          row,
          'detail',
          listOf(row['detail']).filter(detail => !isEvidence(detail)),
        ),
      )
      .filter(row => Object.keys(row).length > 0)
    const own = values.map(value => ({ reference: evidenceReference(value) }))
    return withElement(resource, 'evidence', [...others, ...(own.length > 0 ? [{ detail: own }] : [])])
  },
}
