import { legalCommands } from '../../care-plan/case.ts'
import type { Failure } from '../../lib/result.ts'
import type { Resource } from '../../fhir/resource.ts'
import type { CaseLenses } from './case-record.ts'
import { caseOfCode } from './case-status.ts'
import { textOf } from './json-edit.ts'
import { shownState } from './standing.ts'
import { legalMoves } from './status-tables.ts'

/** What belongs to a case is withdrawn by its status and stays on record. */
export function notDeletable(resource: Resource, lenses: CaseLenses): Failure {
  const { resourceType } = resource
  return {
    kind: 'business-rule',
    code: 'case-owned-not-deletable',
    message: `What belongs to a case can't be deleted; withdraw it by its status, e.g. ${withdrawn(resourceType)}.`,
    expression: resourceType,
    legal: legalOf(resource, lenses),
  }
}

const withdrawn = (type: string): string =>
  ({ Task: 'cancelled or entered-in-error', CarePlan: 'revoked or entered-in-error' })[type] ??
  'entered-in-error'

function legalOf(resource: Resource, lenses: CaseLenses): readonly string[] {
  const { resourceType: type } = resource
  if (type === 'Task' || type === 'CarePlan' || type === 'CareTeam')
    return legalMoves(type, textOf(resource['status']) ?? '')
  if (type !== 'EpisodeOfCare') return ['entered-in-error']
  return legalCommands(caseOfCode(shownState(lenses.episode.read(resource).standing)).state)
}
