import { teamMembers, type StayProvider, type TeamMember } from '../../../care-plan/case/care-team.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { teamPins, memberRow } from '../lenses/care-team-lens.ts'
import type { CaseLenses } from '../case-record.ts'
import { isEndedCase } from '../lenses/episode-lens.ts'
import { objectOf, textOf } from '../lenses/json-edit.ts'
import { sortedRows } from '../lenses/slots.ts'
import { shownState, type Overlay } from '../lenses/standing.ts'
import { taskStanding } from '../lenses/task-lens.ts'
import { canBeMember } from './team-roles.ts'

export interface TeamFacts {
  /** Id of the patient. */
  readonly patient: string
  /** Tasks of the case. */
  readonly tasks: readonly Resource[]
  /** EpisodeOfCare of the case. */
  readonly episode: Resource
  /** Who treats the patient in stays of the case; undefined when nobody looked. */
  readonly providers?: readonly StayProvider[]
  /** dateTime at which what changed happened. */
  readonly at: string
}

/** The team as assignments, stays, tasks and pins have it; a case that has ended has no active team. */
export function derivedTeam(team: Resource, facts: TeamFacts, lenses: CaseLenses): Resource {
  const { names, assignment } = lenses
  const before = lenses.team.read(team)
  const [assigned, others] = [true, false].map(is => facts.tasks.filter(task => assignment.is(task) === is))
  const custodian = textOf(objectOf(facts.episode['managingOrganization'])['reference'])
  const members = teamMembers({
    patient: `Patient/${facts.patient}`,
    assignments: (assigned ?? []).map(assignment.read),
    ...(custodian !== undefined && { custodian }),
    ...(facts.providers && { providers: facts.providers }),
    tasks: (others ?? []).filter(isWhole).flatMap(task => {
      // What nobody owns makes no member: most Tasks of most patients need not be read.
      const owner = textOf(objectOf(task['owner'])['reference'])
      if (owner === undefined) return []
      return [{ standing: taskStanding(shownState(lenses.task.read(task).standing)), owner }]
    }),
    members: before.members,
    pins: teamPins(team, names),
    at: facts.at,
  })
  const { own } = before.standing
  const overlay = own === 'active' ? overlayOf(facts, lenses) : undefined
  const standing = { own, ...(overlay && { overlay }) }
  return lenses.team.write(team, {
    standing,
    stated: shownState(standing),
    members: sortedRows(members.filter(({ member }) => canBeMember(member)).map(acting), memberRow(names)),
  })
}

/** R4 lets only a Practitioner act for somebody, and only for an Organization (ctm-1). */
function acting({ organization, ...row }: TeamMember): TeamMember {
  const isLegal =
    /(?:^|\/)Practitioner\//.test(row.member) && /(?:^|\/)Organization\//.test(organization ?? '')
  return isLegal && organization !== undefined ? { ...row, organization } : row
}

/** Parts of a task make no members (Shared Care Planning: subtasks do not count). */
const isWhole = (task: Resource): boolean => task['partOf'] === undefined

function overlayOf({ episode }: TeamFacts, lenses: CaseLenses): Overlay<string> | undefined {
  const code = shownState(lenses.episode.read(episode).standing)
  if (code === 'entered-in-error') return { state: code, reason: 'case entered in error' }
  return isEndedCase(code) ? { state: 'inactive', reason: 'case ended' } : undefined
}
