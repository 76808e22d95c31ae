import { teamMembers } from '../../care-plan/care-team.ts'
import type { Resource } from '../../fhir/resource.ts'
import { memberRow, pinnedMembers } from './care-team-lens.ts'
import type { CaseLenses } from './case-record.ts'
import type { CaseCode } from './case-status.ts'
import { isEndedCase } from './episode-lens.ts'
import { objectOf, textOf } from './json-edit.ts'
import { sortedRows } from './slots.ts'
import { shownState, type Overlay } from './standing.ts'
import { taskStanding } from './task-lens.ts'

export interface TeamFacts {
  /** Id of the patient. */
  readonly patient: string
  /** Tasks of the case. */
  readonly tasks: readonly Resource[]
  /** State of the case. */
  readonly caseCode: CaseCode
  /** dateTime at which what changed happened. */
  readonly at: string
}

/** The team as its tasks and pins have it; a case that has ended has no active team. */
export function derivedTeam(team: Resource, facts: TeamFacts, lenses: CaseLenses): Resource {
  const before = lenses.team.read(team)
  const members = teamMembers({
    patient: `Patient/${facts.patient}`,
    tasks: facts.tasks.filter(isWhole).map(task => {
      const owner = textOf(objectOf(task['owner'])['reference'])
      const standing = taskStanding(shownState(lenses.task.read(task).standing))
      return { standing, ...(owner !== undefined && { owner }) }
    }),
    members: before.members,
    pinned: pinnedMembers(team, lenses.names),
    at: facts.at,
  })
  const { own } = before.standing
  const overlay = own === 'active' ? overlayOf(facts.caseCode) : undefined
  const standing = { own, ...(overlay && { overlay }) }
  return lenses.team.write(team, {
    standing,
    stated: shownState(standing),
    members: sortedRows(members, memberRow(lenses.names)),
  })
}

/** Parts of a task make no members (Shared Care Planning: subtasks do not count). */
const isWhole = (task: Resource): boolean => task['partOf'] === undefined

function overlayOf(caseCode: CaseCode): Overlay<string> | undefined {
  if (caseCode === 'entered-in-error') return { state: 'entered-in-error', reason: 'case entered in error' }
  return isEndedCase(caseCode) ? { state: 'inactive', reason: 'case ended' } : undefined
}
