import type { Procedure } from '@medplum/fhirtypes'
import type { Segment } from '../../../hl7v2/segment.ts'
import { derived, type Derived } from '../resources/derived.ts'
import { momentOf, type MapContext } from '../map-context.ts'
import { pr1Procedure } from '../maps/pr1-procedure.ts'
import { roleLayouts } from '../maps/role-maps.ts'
import { applyRows } from '../rows.ts'
import { encounterIn, type Scope } from '../registers/scope.ts'
import { itemsOf, listed, notesOf, saidOn, type Item } from './item.ts'
import { hasEnded, personOf } from './roles.ts'

type Performer = NonNullable<Procedure['performer']>[number]

/** Procedures of the visit; one that is no longer listed, or that PR1-20 deletes, was entered in error. */
export function procedures(scope: Scope): readonly Derived[] {
  return itemsOf(scope, 'PR1', 'Procedure').map(one => {
    const { segment, followers, context, id } = one
    const said = applyRows(pr1Procedure, segment, context) as Partial<Procedure>
    return derived<Procedure>({
      resourceType: 'Procedure',
      id,
      status: statusOf(one),
      subject: scope.subject,
      encounter: encounterIn(scope),
      ...said,
      performer: performersOf(said.performer, followers, context),
      note: notesOf(followers, context),
    })
  })
}

/** PR1 has no status: what was done by the day it was told is completed. */
function statusOf({ item, segment, context }: Item): Procedure['status'] {
  if (!item.isCurrent || segment.text(20)?.toUpperCase() === 'D') return 'entered-in-error'
  const when = momentOf(segment.text(5) ?? undefined, context, 'PR1-5')
  if (!when) return 'unknown'
  return when.instant.slice(0, DATE_LENGTH) > saidOn(item) ? 'preparation' : 'completed'
}

/** `YYYY-MM-DD` */
const DATE_LENGTH = 10

/** Performers of PR1-8, 11 and 12, which need a name, and those of the ROL and PRT that follow. */
function performersOf(
  said: Performer[] | undefined,
  followers: readonly Segment[],
  context: MapContext,
): Performer[] | undefined {
  const own = (said ?? []).filter(({ actor }) => Boolean(actor))
  const more = followers.flatMap((segment): Performer[] => {
    const map = segment.name === 'ROL' ? roleLayouts.ROL.role : roleLayouts.PRT.role
    if ((segment.name !== 'ROL' && segment.name !== 'PRT') || hasEnded(segment)) return []
    const actor = personOf(segment, context)
    const { code } = applyRows(map, segment, context) as { code?: Performer['function'][] }
    const [role] = code ?? []
    return actor ? [{ ...(role && { function: role }), actor }] : []
  })
  return listed([...own, ...more])
}
