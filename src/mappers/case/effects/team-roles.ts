import type { ProviderRole, TeamRole } from '../../../care-plan/case/care-team.ts'
import { listOf } from '../../../lib/list-of.ts'
import { rememberedBy } from '../../../lib/remembered-lists.ts'
import { isObject, objectOf, textOf, type JsonObject } from '../lenses/json-edit.ts'
import type { CaseNames } from '../names.ts'

interface RoleCoding extends JsonObject {
  readonly system: string
  readonly code: string
  readonly display: string
}

/** http://terminology.hl7.org/CodeSystem/v3-ParticipationType */
const PARTICIPATION = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType'
const SNOMED = 'http://snomed.info/sct'

/** As Encounter.participant.type has them (PV1-7, 8, 9, 17). */
const participationCodes: Readonly<Record<ProviderRole, string>> = {
  attending: 'ATND',
  admitting: 'ADM',
  consulting: 'CON',
  referring: 'REF',
}

/** Codes of domain.md 4.4; who owns a task may be anybody, so that role is our own. */
const codings = rememberedBy(
  ({ teamRole }: CaseNames): Readonly<Record<TeamRole, readonly RoleCoding[]>> => ({
    patient: [{ system: SNOMED, code: '116154003', display: 'Patient' }],
    'case-manager': [
      { system: SNOMED, code: '768832004', display: 'Case manager' },
      {
        system: 'http://nucc.org/provider-taxonomy',
        code: '171M00000X',
        display: 'Case Manager/Care Coordinator',
      },
    ],
    custodian: [{ system: PARTICIPATION, code: 'CST', display: 'custodian' }],
    attending: [{ system: PARTICIPATION, code: participationCodes.attending, display: 'attender' }],
    admitting: [{ system: PARTICIPATION, code: participationCodes.admitting, display: 'admitter' }],
    consulting: [{ system: PARTICIPATION, code: participationCodes.consulting, display: 'consultant' }],
    referring: [{ system: PARTICIPATION, code: participationCodes.referring, display: 'referrer' }],
    'task-owner': [{ system: teamRole, code: 'task-owner', display: 'Task owner' }],
  }),
)

/** Exactly one role a row (US Core 8 CareTeam). */
export const roleConcept = (role: TeamRole, names: CaseNames): readonly JsonObject[] => [
  { coding: codings(names)[role] },
]

/** The roles of ours that a participant's codes say, of whichever row. */
export function rolesIn(row: JsonObject, names: CaseNames): readonly TeamRole[] {
  const given = listOf(row['role'])
    .flatMap(concept => listOf(objectOf(concept)['coding']))
    .filter(isObject)
  return Object.entries(codings(names)).flatMap(([role, known]) =>
    known.some(({ system, code }) => given.some(one => one['system'] === system && one['code'] === code))
      ? [role as TeamRole]
      : [],
  )
}

/** The roles that Encounter.participant.type says. */
export function providerRolesIn(participant: JsonObject): readonly ProviderRole[] {
  const codes = new Set(
    listOf(participant['type'])
      .flatMap(concept => listOf(objectOf(concept)['coding']))
      .map(coding => textOf(objectOf(coding)['code'])),
  )
  return Object.entries(participationCodes).flatMap(([role, code]) =>
    codes.has(code) ? [role as ProviderRole] : [],
  )
}

/** Types that CareTeam.participant.member may refer to (http://hl7.org/fhir/R4/careteam.html). */
const MEMBER = /(?:^|\/)(?:Practitioner|PractitionerRole|RelatedPerson|Patient|Organization|CareTeam)\/[^/]+$/

export const canBeMember = (reference: string): boolean => MEMBER.test(reference)
