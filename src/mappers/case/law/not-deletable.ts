import type { Failure } from '../../../lib/result.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { atFault } from './at-fault.ts'
import type { CaseLenses } from '../case-record.ts'
import { caseOfCode } from '../lenses/case-status.ts'
import { legalStatuses } from './episode-moves.ts'
import { textOf } from '../lenses/json-edit.ts'
import { shownState } from '../lenses/standing.ts'
import { legalMoves, legalTeamMoves } from './status-tables.ts'

export interface KeptContext {
  readonly lenses: CaseLenses
  /** The case goes on: its team does too. */
  readonly isRunning: boolean
}

/** What belongs to a case is withdrawn by its status and stays on record. */
export function notDeletable(resource: Resource, context: KeptContext): Failure {
  const { resourceType } = resource
  return atFault(
    {
      kind: 'business-rule',
      code: 'case-owned-not-deletable',
      message: `What belongs to a case can't be deleted; ${insteadOf(resource, context)}.`,
      expression: resourceType,
      legal: legalOf(resource, context),
    },
    resource,
  )
}

function insteadOf(resource: Resource, { lenses, isRunning }: KeptContext): string {
  const { resourceType: type } = resource
  if (isRunning && isTeamOfCase(resource, lenses))
    return 'its team is inactive once the case has ended, and who leaves it leaves it by their Task, or as a participant'
  const withdrawn = { Task: 'cancelled or entered-in-error', CarePlan: 'revoked or entered-in-error' }
  return `withdraw it by its status, e.g. ${withdrawn[type as keyof typeof withdrawn] ?? 'entered-in-error'}`
}

const isTeamOfCase = (resource: Resource, { team }: CaseLenses): boolean =>
  resource.resourceType === 'CareTeam' && team.read(resource).members.length > 0

function legalOf(resource: Resource, { lenses, isRunning }: KeptContext): readonly string[] {
  const { resourceType: type } = resource
  const status = textOf(resource['status']) ?? ''
  if (type === 'CareTeam') return legalTeamMoves(status, isRunning && isTeamOfCase(resource, lenses))
  if (type === 'Task' || type === 'CarePlan') return legalMoves(type, status)
  if (type !== 'EpisodeOfCare') return ['entered-in-error']
  const from = caseOfCode(shownState(lenses.episode.read(resource).standing)).state
  return legalStatuses({ ...lenses.root.read(resource), from })
}
