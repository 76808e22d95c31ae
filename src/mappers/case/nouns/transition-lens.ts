import type { CarePlan } from '@medplum/fhirtypes'
import type { Transition } from '../../../care-plan/nouns/contact.ts'
import { listOf } from '../../../lib/list-of.ts'
import type { CaseNames } from '../names.ts'
import { asResource, extensionAt, textAt } from '../lenses/slots.ts'
import { hasCoding } from './concept-slots.ts'
import { firstIdIn } from './element-slots.ts'
import { manyImagesSlot } from './many-images.ts'
import { nounLens, type Birth, type NounLensMaker } from './noun-lens.ts'

/**
 * A transition (CarePlan of category transition). What facts make of it is laid over its status by plan-effects.ts;
 * here are the state that shows, and what people tell of its duties.
 */
export const transitionLens: NounLensMaker<'transition'> = names =>
  nounLens<'transition'>({
    noun: 'transition',
    types: ['CarePlan'],
    is: resource =>
      listOf(resource['category']).some(row => hasCoding(row, names.planCategory, 'transition')),
    blank: birth => blankTransition(birth, names),
    slots: {
      state: manyImagesSlot<Transition['state']>({
        url: names.state,
        images: {
          anticipated: ['draft'],
          'in-facility': ['active', 'draft'],
          'discharged-facility': ['active', 'on-hold'],
          'discharged-community': ['active', 'on-hold'],
          stabilised: ['completed'],
          readmitted: ['revoked'],
          died: ['revoked'],
          voided: ['entered-in-error', 'revoked'],
        },
        meanings: {
          draft: 'anticipated',
          active: 'discharged-community',
          'on-hold': 'discharged-community',
          completed: 'stabilised',
          revoked: 'voided',
          'entered-in-error': 'voided',
        },
        otherwise: 'discharged-community',
      }),
      start: textAt('period', 'start'),
      end: textAt('period', 'end'),
      encounter: firstIdIn('supportingInfo', 'Encounter'),
      dischargeInfoAt: extensionAt(names.extension('discharge-info-at'), 'valueDateTime'),
      medRecAt: extensionAt(names.extension('med-rec-at'), 'valueDateTime'),
      medRecBy: extensionAt(names.extension('med-rec-by'), 'valueString'),
    },
  })

function blankTransition({ id, patient }: Birth, names: CaseNames) {
  const plan: CarePlan = {
    resourceType: 'CarePlan',
    id,
    status: 'active',
    intent: 'plan',
    category: [{ coding: [{ system: names.planCategory, code: 'transition' }] }],
    subject: { reference: `Patient/${patient}` },
  }
  return asResource(plan)
}
