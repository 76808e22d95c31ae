import type { Observation } from '@medplum/fhirtypes'
import type { CaseNames } from '../names.ts'
import { asResource, extensionAt } from '../lenses/slots.ts'
import { firstReferenceIn, performerSlot, textExtensions, timeOf } from './element-slots.ts'
import { strengthValue } from './finding-value.ts'
import { categoryOf, findingSystem, isStrength } from './finding-codes.ts'
import { nounLens, type NounLens } from './noun-lens.ts'
import { stateSlot } from './state-image.ts'

/** A strength stands in an Observation like eLTSS's: value = what it is, focus = who or what embodies it. */
export const strengthLens = (names: CaseNames): NounLens<'strength'> =>
  nounLens({
    noun: 'strength',
    types: ['Observation'],
    is: resource => isStrength(resource, names),
    blank: ({ id, patient }) => {
      const observation: Observation = {
        resourceType: 'Observation',
        id,
        status: 'final',
        category: [categoryOf('social-history')],
        code: { coding: [{ system: findingSystem(names), code: 'strength' }] },
        subject: { reference: `Patient/${patient}` },
      }
      return asResource(observation)
    },
    slots: {
      state: stateSlot({
        url: names.state,
        images: {
          proposed: 'preliminary',
          active: 'final',
          inactive: 'final',
          'entered-in-error': 'entered-in-error',
        },
        meanings: {
          registered: 'proposed',
          preliminary: 'proposed',
          cancelled: 'inactive',
          'entered-in-error': 'entered-in-error',
        },
        otherwise: 'active',
      }),
      ...strengthValue(names),
      embodiedBy: firstReferenceIn('focus'),
      at: timeOf('effective'),
      by: performerSlot(names.extension('by')),
      linkedTo: textExtensions(names.extension('linked-to'), 'valueId'),
      reason: extensionAt(names.extension('reason'), 'valueString'),
    },
  })
