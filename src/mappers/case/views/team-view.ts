import type { ProviderRole, TeamRole } from '../../../care-plan/case/care-team.ts'
import { startMsOf } from '../../../lib/fhir-time.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { listOf } from '../../../lib/list-of.ts'
import { isObject, objectOf, textOf, type JsonObject } from '../lenses/json-edit.ts'
import { linkedEpisode } from '../lenses/plan-lens.ts'
import { extensionOf } from '../lenses/slots.ts'
import { providerRolesIn, rolesIn } from '../effects/team-roles.ts'
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
  readonly onBehalfOf?: string
  /** The rule that makes a member of it, in words; a pin was put there by hand. */
  readonly reason: string
  readonly source: MemberSource
  /** What the membership rests on. */
  readonly because: readonly Ground[]
}

type MemberSource = 'case' | 'assignment' | 'encounter' | 'task' | 'pin'

export interface Ground {
  readonly what: 'case' | 'task' | 'assignment' | 'visit'
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
  const onBehalfOf = textOf(objectOf(row['onBehalfOf'])['reference'])
  const { names } = scene.lenses
  const derived = extensionOf(row, names.derived)
  const role = derived && (rolesIn(row, names)[0] ?? 'task-owner')
  const isOver = end !== undefined && !(startMsOf(end, scene.timeZone) > scene.nowMs)
  return [
    {
      member,
      role: roleOf(row),
      active: !isOver && team['status'] !== 'inactive' && team['status'] !== 'entered-in-error',
      ...(start !== undefined && { start }),
      ...(end !== undefined && { end }),
      ...(onBehalfOf !== undefined && { onBehalfOf }),
      reason: derived ? (textOf(derived['valueString']) ?? '') : 'put into the team by hand',
      source: role === undefined ? 'pin' : sources[role],
      because: groundsOf({ member, role, start }, scene),
    },
  ]
}

const sources: Readonly<Record<TeamRole, MemberSource>> = {
  patient: 'case',
  custodian: 'case',
  'case-manager': 'assignment',
  attending: 'encounter',
  admitting: 'encounter',
  consulting: 'encounter',
  referring: 'encounter',
  'task-owner': 'task',
}

function roleOf(row: JsonObject): string {
  const concept = listOf(row['role']).find(isObject)
  const coding = listOf(concept?.['coding']).find(isObject)
  return textOf(coding?.['display']) ?? textOf(coding?.['code']) ?? textOf(concept?.['text']) ?? ''
}

interface Membership {
  readonly member: string
  /** Absent of a pin: whatever the member has to do with the case is shown. */
  readonly role: TeamRole | undefined
  readonly start: string | undefined
}

/** What makes the member one, or would if nobody had put it there by hand. */
function groundsOf(membership: Membership, scene: CaseScene): readonly Ground[] {
  switch (membership.role) {
    case 'patient':
    case 'custodian': {
      const { id, state } = scene.file.case
      return [{ what: 'case', reference: `EpisodeOfCare/${id}`, state }]
    }
    case 'case-manager':
      return assignmentsOf(membership, scene)
    case 'task-owner':
      return tasksOf(membership, scene)
    case undefined:
      return [
        ...assignmentsOf(membership, scene),
        ...tasksOf(membership, scene),
        ...visitsOf(membership, scene),
      ]
    default:
      return visitsOf(membership, scene)
  }
}

const assignmentsOf = ({ member, role, start }: Membership, { file }: CaseScene): readonly Ground[] =>
  file.assignments
    .filter(one => one.manager === member && one.start !== undefined)
    .filter(one => role === undefined || one.start === start)
    .map(({ id, state, start: since = '' }) => ({
      ...{ what: 'assignment' as const, reference: `Task/${id}`, state, since },
    }))

const taken: ReadonlySet<string> = new Set(['accepted', 'in-progress', 'on-hold', 'completed', 'failed'])

/** Tasks that the member took. */
const tasksOf = ({ member }: Membership, { file }: CaseScene): readonly Ground[] =>
  file.obligations
    .filter(({ owner, status }) => owner === member && taken.has(status))
    .map(({ id, rule, status, startedAt }) => ({
      ...{ what: 'task' as const, reference: `Task/${id}`, rule, state: status },
      ...(startedAt !== undefined && { since: startedAt }),
    }))

/** Stays of the case in which the member treats the patient, in that role. */
const visitsOf = ({ member, role }: Membership, { file, compartment }: CaseScene): readonly Ground[] =>
  compartment
    .filter(
      resource =>
        resource.resourceType === 'Encounter' &&
        listOf(resource['episodeOfCare']).some(
          row => textOf(objectOf(row)['reference']) === `EpisodeOfCare/${file.case.id}`,
        ) &&
        listOf(resource['participant'])
          .filter(isObject)
          .filter(row => textOf(objectOf(row['individual'])['reference']) === member)
          .some(row => role === undefined || providerRolesIn(row).includes(role as ProviderRole)),
    )
    .map(resource => ({
      what: 'visit' as const,
      reference: `Encounter/${resource.id ?? ''}`,
      state: textOf(resource['status']) ?? '',
    }))
