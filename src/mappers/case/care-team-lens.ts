import type { CareTeam } from '@medplum/fhirtypes'
import type { TeamMember, TeamRole } from '../../care-plan/care-team.ts'
import type { Resource } from '../../fhir/resource.ts'
import { isObject, listOf, objectOf, textOf, withElement, type JsonObject } from './json-edit.ts'
import { lensOf, type Lens } from './lens.ts'
import { workflowEpisode, type CaseNames } from './names.ts'
import {
  asResource,
  derivedRows,
  extensionAt,
  extensionOf,
  reasonOf,
  withReason,
  type RowShape,
} from './slots.ts'
import { nativeStatus, standingSlot, type Standing } from './standing.ts'

/** What the case law owns of a CareTeam: its status and the derived members; every other participant is a pin. */
export interface CareTeamState {
  readonly standing: Standing<string>
  /** The exact state as the state extension says it: a team has no other than its native status. */
  readonly stated: string | undefined
  /** Sorted by role and member. */
  readonly members: readonly TeamMember[]
}

export const careTeamLens = (names: CaseNames): Lens<CareTeamState> =>
  lensOf<CareTeamState>({
    standing: standingSlot(names.derived, nativeStatus),
    stated: extensionAt(names.state, 'valueCode'),
    members: derivedRows('participant', names.derived, memberRow(names)),
  })

/** Members that were added by hand and have not left. */
export function pinnedMembers(team: Resource, names: CaseNames): ReadonlySet<string> {
  const rows = listOf(team['participant']).filter(isObject)
  return new Set(
    rows
      .filter(row => !extensionOf(row, names.derived) && objectOf(row['period'])['end'] === undefined)
      .flatMap(row => textOf(objectOf(row['member'])['reference']) ?? []),
  )
}

/** How a member is written: exactly one role a row (US Core 8 CareTeam), the period, the reason. */
export const memberRow = (names: CaseNames): RowShape<TeamMember> => ({
  keyOf: ({ role, member }) => `${role} ${member}`,
  read: row => readMember(row, names),
  write: (row, member) => writeMember(row, member, names),
})

/** SNOMED CT 116154003 |Patient| (domain.md 4.4); who owns a task may be anybody, so that role is our own. */
const patientRole = { system: 'http://snomed.info/sct', code: '116154003', display: 'Patient' }

const isPatientRole = (row: JsonObject): boolean =>
  listOf(row['role'])
    .flatMap(role => listOf(objectOf(role)['coding']))
    .some(coding => objectOf(coding)['code'] === patientRole.code)

function readMember(row: JsonObject, names: CaseNames): TeamMember {
  const period = objectOf(row['period'])
  const [start, end] = [textOf(period['start']), textOf(period['end'])]
  return {
    member: textOf(objectOf(row['member'])['reference']) ?? '',
    role: isPatientRole(row) ? 'patient' : 'task-owner',
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
    reason: reasonOf(row, names.derived),
  }
}

function writeMember(row: JsonObject, member: TeamMember, names: CaseNames): JsonObject {
  const period = withElement(withElement(objectOf(row['period']), 'start', member.start), 'end', member.end)
  const role = row['role'] ?? [{ coding: [roleCoding(member.role, names)] }]
  const reference = { ...objectOf(row['member']), reference: member.member }
  const written = withElement({ ...row, role, member: reference }, 'period', period)
  return withReason(written, names.derived, member.reason)
}

const roleCoding = (role: TeamRole, names: CaseNames): object =>
  role === 'patient' ? patientRole : { system: names.teamRole, code: role, display: 'Task owner' }

export interface CareTeamBirth {
  readonly id: string
  readonly caseId: string
  readonly patient: string
}

/** A new team of a case, without members yet. */
export function newCareTeam({ id, caseId, patient }: CareTeamBirth): Resource {
  const team: CareTeam = {
    resourceType: 'CareTeam',
    id,
    extension: [{ url: workflowEpisode, valueReference: { reference: `EpisodeOfCare/${caseId}` } }],
    status: 'active',
    subject: { reference: `Patient/${patient}` },
  }
  return asResource(team)
}
