import type { Resource } from '../../../fhir/resource.ts'
import { listOf } from '../../../lib/list-of.ts'
import { isObject, objectOf, textOf, withElement } from '../lenses/json-edit.ts'
import { workflowEpisode, type CaseNames } from '../names.ts'
import { linkedEpisode } from '../lenses/plan-lens.ts'

/** domain.md 4.4: where R4 allows the extension workflow-episodeOfCare. */
const EXTENDED: ReadonlySet<string> = new Set([
  'CarePlan',
  'CareTeam',
  'Condition',
  'Observation',
  'Procedure',
  'ServiceRequest',
  'QuestionnaireResponse',
  'Communication',
  'CommunicationRequest',
  'ClinicalImpression',
])

/** Id of the case that a resource itself says it belongs to; undefined when it says nothing of the kind. */
export function statedCase(resource: Resource, names: CaseNames): string | undefined {
  if (resource.resourceType === 'EpisodeOfCare') return resource.id
  return linkedEpisode(resource) ?? nativeLink(resource, names) ?? tagLink(resource, names)
}

function nativeLink(resource: Resource, names: CaseNames): string | undefined {
  switch (resource.resourceType) {
    case 'Task': {
      const group = objectOf(resource['groupIdentifier'])
      return group['system'] === names.caseNumber ? textOf(group['value']) : undefined
    }
    case 'Goal':
      return listOf(resource['identifier'])
        .map(objectOf)
        .filter(identifier => identifier['system'] === names.caseNumber)
        .map(identifier => textOf(identifier['value']))[0]
    case 'Encounter':
      return listOf(resource['episodeOfCare'])
        .map(row => textOf(objectOf(row)['reference']))
        .find(reference => reference?.startsWith('EpisodeOfCare/'))
        ?.slice('EpisodeOfCare/'.length)
    default:
      return undefined
  }
}

function tagLink(resource: Resource, names: CaseNames): string | undefined {
  for (const tag of listOf(objectOf(resource.meta)['tag']))
    if (isObject(tag) && tag['system'] === names.caseNumber) return textOf(tag['code'])
  return undefined
}

/** The resource linked to its case: natively or by extension where R4 has a place, and by a tag for search everywhere. */
export function withCaseLink(resource: Resource, caseId: string, names: CaseNames): Resource {
  const tagged = tagLink(resource, names) === caseId ? resource : withTag(resource, caseId, names)
  if (EXTENDED.has(resource.resourceType) && linkedEpisode(tagged) !== caseId) {
    const others = listOf(tagged['extension']).filter(row => objectOf(row)['url'] !== workflowEpisode)
    const link = { url: workflowEpisode, valueReference: { reference: `EpisodeOfCare/${caseId}` } }
    return withElement(tagged, 'extension', [...others, link])
  }
  if (resource.resourceType === 'Task' && isFree(tagged['groupIdentifier'], names))
    return withElement(tagged, 'groupIdentifier', { system: names.caseNumber, value: caseId })
  if (resource.resourceType === 'Encounter' && nativeLink(tagged, names) !== caseId)
    return withElement(tagged, 'episodeOfCare', [
      { reference: `EpisodeOfCare/${caseId}` },
      ...listOf(tagged['episodeOfCare']),
    ])
  return tagged
}

/** A group of somebody else's stays; the tag tells the case then. */
const isFree = (group: unknown, { caseNumber }: CaseNames): boolean =>
  group === undefined || objectOf(group)['system'] === caseNumber

function withTag(resource: Resource, caseId: string, names: CaseNames): Resource {
  const others = listOf(objectOf(resource.meta)['tag']).filter(
    tag => objectOf(tag)['system'] !== names.caseNumber,
  )
  const tags = [...others, { system: names.caseNumber, code: caseId }]
  return withElement(resource, 'meta', withElement(objectOf(resource.meta), 'tag', tags))
}
