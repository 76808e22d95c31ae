import type { Flag } from '@medplum/fhirtypes'
import { flagConsequences, type RedFlag } from '../../../care-plan/nouns/contact.ts'
import { listOf } from '../../../lib/list-of.ts'
import { objectOf } from '../lenses/json-edit.ts'
import type { Slot } from '../lenses/lens.ts'
import type { CaseNames } from '../names.ts'
import { asResource, extensionAt, textAt } from '../lenses/slots.ts'
import { hasCoding, ownCodeOf, withOwnCode } from './concept-slots.ts'
import { idAt, orEmpty } from './element-slots.ts'
import { nounLens, type Birth, type NounLensMaker } from './noun-lens.ts'
import { partyAt } from './party-slots.ts'
import { stateSlot } from './state-image.ts'
import { withElement } from '../lenses/json-edit.ts'

const CATEGORY = 'red-flag'

/** A red flag (Flag of our own category). A readmission's Flag and those of others are none. */
export const flagLens: NounLensMaker<'flag'> = names =>
  nounLens<'flag'>({
    noun: 'flag',
    types: ['Flag'],
    is: resource =>
      listOf(resource['category']).some(row => hasCoding(row, names.codeSystem('flag-category'), CATEGORY)),
    blank: birth => blankFlag(birth, names),
    slots: {
      state: stateSlot<RedFlag['state']>({
        url: names.state,
        images: { open: 'active', resolved: 'inactive', 'entered-in-error': 'entered-in-error' },
        meanings: { active: 'open', inactive: 'resolved', 'entered-in-error': 'entered-in-error' },
        otherwise: 'open',
      }),
      code: codeSlot(names.codeSystem('red-flag')),
      text: textAt('code', 'text'),
      at: orEmpty(textAt('period', 'start')),
      end: textAt('period', 'end'),
      by: partyAt({
        element: 'author',
        types: ['Device', 'Organization', 'Patient', 'Practitioner', 'PractitionerRole'],
        extension: names.extension('flagged-by'),
      }),
      contact: idAt('encounter', 'Encounter'),
      ledTo: consequenceSlot(extensionAt(names.extension('led-to'), 'valueCode')),
      note: extensionAt(names.extension('note'), 'valueString'),
    },
  })

/** Our own code beside those that are there. */
const codeSlot = (system: string): Slot<string> => ({
  get: resource => ownCodeOf(withElement(objectOf(resource['code']), 'text', undefined), system),
  set: (resource, code) =>
    withElement(resource, 'code', withOwnCode(objectOf(resource['code']), system, code)),
})

const consequenceSlot = (slot: Slot<string | undefined>): Slot<RedFlag['ledTo']> => ({
  get: resource => {
    const code = slot.get(resource)
    return flagConsequences.find(consequence => consequence === code)
  },
  set: slot.set,
})

function blankFlag({ id, patient }: Birth, names: CaseNames) {
  const flag: Flag = {
    resourceType: 'Flag',
    id,
    status: 'active',
    category: [{ coding: [{ system: names.codeSystem('flag-category'), code: CATEGORY }] }],
    code: {},
    subject: { reference: `Patient/${patient}` },
  }
  return asResource(flag)
}
