import type { Resource } from '../../../fhir/resource.ts'
import { isDerived, isWorkedOn, type CaseLenses } from '../case-record.ts'
import { isCase } from '../lenses/episode-lens.ts'
import { objectOf, textOf } from '../lenses/json-edit.ts'
import { statedCase } from '../nouns/case-link.ts'

/** What says who did something, or is whose something is. */
const LEFT: ReadonlySet<string> = new Set(['Provenance', 'AuditEvent', 'Patient'])

/**
 * How far people are with something of theirs, as a text that differs once they went on: the version, or, of what rules go
 * on changing too, what people made of it. Undefined for what rules made and nobody touched.
 */
export function peopleMark(resource: Resource, version: number, lenses: CaseLenses): string | undefined {
  const { names } = lenses
  if (LEFT.has(resource.resourceType)) return undefined
  if (resource.resourceType === 'Task' && statedCase(resource, names) !== undefined) {
    if (!isWorkedOn(resource, lenses)) return undefined
    return [lenses.task.read(resource).standing.own, textOf(objectOf(resource['owner'])['reference'])].join(
      ' ',
    )
  }
  if (isCase(resource, names)) {
    const { own } = lenses.episode.read(resource).standing
    const manager = textOf(objectOf(resource['careManager'])['reference'])
    return own === 'identified' && manager === undefined ? undefined : [own, manager].join(' ')
  }
  const isRules = isDerived(resource, names) || resource.resourceType === 'CareTeam'
  return isRules && statedCase(resource, names) !== undefined ? undefined : `v${version}`
}
