import type { Observation } from '@medplum/fhirtypes'
import type { CaseNames } from '../names.ts'
import { asResource, extensionAt } from '../lenses/slots.ts'
import { firstIdIn, performerSlot, timeOf } from './element-slots.ts'
import { barrierValue } from './finding-value.ts'
import { categoryOf, findingSystem, goalBarrierCodes, isBarrier } from './finding-codes.ts'
import { snomed } from './measure-codes.ts'
import { nounLens, type NounLens } from './noun-lens.ts'
import { stateSlot } from './state-image.ts'

/** A barrier stands in an Observation like PCO's pco-goal-barrier: focus = the goal that it stands in the way of. */
export const barrierLens = (names: CaseNames): NounLens<'barrier'> =>
  nounLens({
    noun: 'barrier',
    types: ['Observation'],
    is: resource => isBarrier(resource, names),
    blank: ({ id, patient }) => {
      const observation: Observation = {
        resourceType: 'Observation',
        id,
        status: 'final',
        category: [categoryOf('survey')],
        code: {
          coding: [
            { system: snomed, code: goalBarrierCodes[0] },
            { system: findingSystem(names), code: 'barrier' },
          ],
        },
        subject: { reference: `Patient/${patient}` },
      }
      return asResource(observation)
    },
    slots: {
      state: stateSlot({
        url: names.state,
        images: {
          proposed: 'preliminary',
          open: 'final',
          removed: 'final',
          accepted: 'final',
          'entered-in-error': 'entered-in-error',
        },
        meanings: {
          registered: 'proposed',
          preliminary: 'proposed',
          cancelled: 'removed',
          'entered-in-error': 'entered-in-error',
        },
        otherwise: 'open',
      }),
      ...barrierValue(),
      goal: firstIdIn('focus', 'Goal'),
      at: timeOf('effective'),
      by: performerSlot(names.extension('by')),
      reason: extensionAt(names.extension('reason'), 'valueString'),
    },
  })
