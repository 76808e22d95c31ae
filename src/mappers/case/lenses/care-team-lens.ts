import type { CareTeam } from '@medplum/fhirtypes'
import { teamRowKey, type TeamMember, type TeamPins } from '../../../care-plan/case/care-team.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { listOf } from '../../../lib/list-of.ts'
import { isObject, objectOf, textOf, withElement, type JsonObject } from './json-edit.ts'
import { lensOf, type Lens } from './lens.ts'
import { workflowEpisode, type CaseNames } from '../names.ts'
import {
  asResource,
  derivedRows,
  extensionAt,
  extensionOf,
  reasonOf,
  withReason,
  type RowShape,
} from './slots.ts'
import { withCaseLink } from '../nouns/case-link.ts'
import { nativeStatus, standingSlot, type Standing } from './standing.ts'
import { roleConcept, rolesIn } from '../effects/team-roles.ts'

/** What the case law owns of a CareTeam: its status and the derived members; every other participant is a pin. */
export interface CareTeamState {
  readonly standing: Standing<string>
  /** The exact state as the state extension says it: a team has no other than its native status. */
  readonly stated: string | undefined
  /** Sorted by role, member and start. */
  readonly members: readonly TeamMember[]
}

export const careTeamLens = (names: CaseNames): Lens<CareTeamState> =>
  lensOf<CareTeamState>({
    standing: standingSlot(names.derived, nativeStatus),
    stated: extensionAt(names.state, 'valueCode'),
    members: derivedRows('participant', names.derived, memberRow(names)),
  })

/** Who was added by hand and has not left. */
export function teamPins(team: Resource, names: CaseNames): TeamPins {
  const rows = listOf(team['participant'])
    .filter(isObject)
    .filter(row => !extensionOf(row, names.derived) && objectOf(row['period'])['end'] === undefined)
    .flatMap(row => {
      const member = memberOf(row)
      return member === undefined ? [] : [{ row, member }]
    })
  return {
    members: new Set(rows.map(({ member }) => member)),
    roles: new Set(rows.flatMap(({ row, member }) => rolesIn(row, names).map(role => `${role} ${member}`))),
  }
}

const memberOf = (row: JsonObject): string | undefined => textOf(objectOf(row['member'])['reference'])

/** How a member is written: the role, the period, whom they act for, the reason. */
export const memberRow = (names: CaseNames): RowShape<TeamMember> => ({
  keyOf: teamRowKey,
  read: row => readMember(row, names),
  write: (row, member) => writeMember(row, member, names),
})

function readMember(row: JsonObject, names: CaseNames): TeamMember {
  const period = objectOf(row['period'])
  const [start, end] = [textOf(period['start']), textOf(period['end'])]
  const organization = textOf(objectOf(row['onBehalfOf'])['reference'])
  return {
    member: memberOf(row) ?? '',
    role: rolesIn(row, names)[0] ?? 'task-owner',
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
    ...(organization !== undefined && { organization }),
    reason: reasonOf(row, names.derived),
  }
}

function writeMember(row: JsonObject, member: TeamMember, names: CaseNames): JsonObject {
  const period = withElement(withElement(objectOf(row['period']), 'start', member.start), 'end', member.end)
  const written = {
    ...row,
    role: row['role'] ?? roleConcept(member.role, names),
    member: { ...objectOf(row['member']), reference: member.member },
  }
  const { organization } = member
  const acting = organization === undefined ? undefined : { reference: organization }
  const dated = withElement(withElement(written, 'onBehalfOf', acting), 'period', period)
  return withReason(dated, names.derived, member.reason)
}

export interface CareTeamBirth {
  readonly id: string
  readonly caseId: string
  readonly patient: string
}

/** A new team of a case, without members yet. */
export function newCareTeam({ id, caseId, patient }: CareTeamBirth, names: CaseNames): Resource {
  const team: CareTeam = {
    resourceType: 'CareTeam',
    id,
    extension: [{ url: workflowEpisode, valueReference: { reference: `EpisodeOfCare/${caseId}` } }],
    status: 'active',
    subject: { reference: `Patient/${patient}` },
  }
  return withCaseLink(asResource(team), caseId, names)
}
