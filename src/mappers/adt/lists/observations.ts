import type { Observation } from '@medplum/fhirtypes'
import { derived, type Derived } from '../resources/derived.ts'
import { obxObservation } from '../maps/obx-observation.ts'
import { applyRows } from '../rows.ts'
import { encounterIn, type Scope } from '../registers/scope.ts'
import { itemsOf, notesOf } from './item.ts'

const UNKNOWN: Observation['code'] = {
  extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }],
}

/** Observations of the visit; one that is no longer listed, or that OBX-31 deletes, was entered in error. */
export function observations(scope: Scope): readonly Derived[] {
  return itemsOf(scope, 'OBX', 'Observation').map(({ item, segment, followers, context, id }) => {
    const said = applyRows(obxObservation, segment, context) as Partial<Observation>
    const isGone = !item.isCurrent || segment.text(31)?.toUpperCase() === 'D'
    return derived<Observation>({
      resourceType: 'Observation',
      id,
      subject: scope.subject,
      encounter: encounterIn(scope),
      ...said,
      status: isGone ? 'entered-in-error' : (said.status ?? 'unknown'),
      code: said.code ?? UNKNOWN,
      note: notesOf(followers, context),
    })
  })
}
