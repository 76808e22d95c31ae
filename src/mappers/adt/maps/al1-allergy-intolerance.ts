import { rowsFor, segmentMap } from '../rows.ts'
import { allergyRows, type Allergy } from './allergy-rows.ts'
import { concept, dateTime } from './row-values.ts'

const row = rowsFor<Allergy>()

/** AL1 -> AllergyIntolerance, in the guide's order. */
export const al1AllergyIntolerance = segmentMap(
  'AL1[AllergyIntolerance]',
  ['category', 'reaction'],
  [
    ...allergyRows('AL1'),
    row({ v2: 'AL1-3', to: 'code', via: 'CWE[CodeableConcept]', value: concept() }),
    row({ v2: 'AL1-6', to: 'onsetDateTime', via: '', value: dateTime }),
  ],
)
