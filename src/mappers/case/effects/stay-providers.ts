import type { StayProvider } from '../../../care-plan/case/care-team.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { listOf } from '../../../lib/list-of.ts'
import { isObject, objectOf, textOf } from '../lenses/json-edit.ts'
import { providerRolesIn } from './team-roles.ts'

/** Nobody was treated in these, or not yet. */
const notTreated: ReadonlySet<unknown> = new Set(['planned', 'cancelled', 'entered-in-error'])

/** Who attended, admitted, consulted or referred in a stay, as long as their own period or else the stay says. */
export function stayProviders(encounter: Resource): readonly StayProvider[] {
  if (notTreated.has(encounter['status'])) return []
  const stay = objectOf(encounter['period'])
  return listOf(encounter['participant'])
    .filter(isObject)
    .flatMap(row => {
      const own = objectOf(row['period'])
      const start = textOf(own['start']) ?? textOf(stay['start'])
      const over = encounter['status'] === 'finished' ? start : undefined
      const end = textOf(own['end']) ?? textOf(stay['end']) ?? over
      const member = textOf(objectOf(row['individual'])['reference'])
      if (member === undefined) return []
      return providerRolesIn(row).map(role => ({
        ...{ member, role, stay: `Encounter/${encounter.id ?? ''}` },
        ...(start !== undefined && { start }),
        ...(end !== undefined && { end }),
      }))
    })
}
