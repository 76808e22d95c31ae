import type { Resource } from '../../../fhir/resource.ts'
import { isObject, listOf, objectOf, textOf, type JsonObject } from '../json-edit.ts'
import { linkedEpisode } from '../plan-lens.ts'
import { extensionOf } from '../slots.ts'
import type { CaseScene } from './case-scene.ts'

export interface TeamView {
  readonly teams: readonly { readonly id: string; readonly status: string }[]
  readonly members: readonly MemberView[]
}

export interface MemberView {
  readonly member: string
  readonly role: string
  readonly active: boolean
  readonly start?: string
  readonly end?: string
  /** The rule that makes a member of it, in words; a pin was put there by hand. */
  readonly reason: string
  readonly source: 'derived' | 'pin'
  /** What the membership rests on: tasks and assignments. */
  readonly because: readonly Ground[]
}

export interface Ground {
  readonly what: 'task' | 'assignment' | 'visit'
  readonly reference: string
  readonly rule?: string
  readonly state: string
  readonly since?: string
}

/** `GET /cases/{id}/team`: who belongs to the team, from when to when, and why (domain.md 4.5). */
export function teamView(scene: CaseScene): TeamView {
  const teams = scene.compartment.filter(
    resource => resource.resourceType === 'CareTeam' && linkedEpisode(resource) === scene.file.case.id,
  )
  return {
    teams: teams.map(({ id = '', status }) => ({ id, status: textOf(status) ?? '' })),
    members: teams.flatMap(team =>
      listOf(team['participant'])
        .filter(isObject)
        .flatMap(row => memberOf(row, team, scene)),
    ),
  }
}

function memberOf(row: JsonObject, team: Resource, scene: CaseScene): readonly MemberView[] {
  const member = textOf(objectOf(row['member'])['reference'])
  if (member === undefined) return []
  const period = objectOf(row['period'])
  const [start, end] = [textOf(period['start']), textOf(period['end'])]
  const derived = extensionOf(row, scene.lenses.names.derived)
  return [
    {
      member,
      role: roleOf(row),
      active: end === undefined && team['status'] !== 'inactive' && team['status'] !== 'entered-in-error',
      ...(start !== undefined && { start }),
      ...(end !== undefined && { end }),
      reason: derived ? (textOf(derived['valueString']) ?? '') : 'put into the team by hand',
      source: derived ? 'derived' : 'pin',
      because: groundsOf(member, scene),
    },
  ]
}

function roleOf(row: JsonObject): string {
  const concept = listOf(row['role']).find(isObject)
  const coding = listOf(concept?.['coding']).find(isObject)
  return textOf(coding?.['display']) ?? textOf(coding?.['code']) ?? textOf(concept?.['text']) ?? ''
}

const members: ReadonlySet<string> = new Set(['accepted', 'in-progress', 'on-hold', 'completed', 'failed'])

/** Tasks that the member took, and assignments that the member accepted. */
function groundsOf(member: string, { file, compartment }: CaseScene): readonly Ground[] {
  const assigned = file.assignments
    .filter(({ manager, start }) => manager === member && start !== undefined)
    .map(({ id, state, start }) => ({
      ...{ what: 'assignment' as const, reference: `Task/${id}`, state },
      ...(start !== undefined && { since: start }),
    }))
  const assignments = new Set(file.assignments.map(({ id }) => id))
  const taken = file.obligations
    .filter(({ owner, status, id }) => owner === member && members.has(status) && !assignments.has(id))
    .map(({ id, rule, status }) => ({ what: 'task' as const, reference: `Task/${id}`, rule, state: status }))
  const treated = compartment
    .filter(
      resource =>
        resource.resourceType === 'Encounter' &&
        listOf(resource['participant']).some(
          row => textOf(objectOf(objectOf(row)['individual'])['reference']) === member,
        ) &&
        listOf(resource['episodeOfCare']).some(
          row => textOf(objectOf(row)['reference']) === `EpisodeOfCare/${file.case.id}`,
        ),
    )
    .map(resource => ({
      what: 'visit' as const,
      reference: `Encounter/${resource.id ?? ''}`,
      state: textOf(resource['status']) ?? '',
    }))
  return [...assigned, ...taken, ...treated]
}
