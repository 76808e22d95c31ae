import {
  caseMatrix,
  matrixCommands,
  outOfPlace,
  type CaseCommandKind,
  type CaseState,
} from '../../../care-plan/case/case.ts'
import type { CaseRoot } from '../../../care-plan/nouns/case-root.ts'
import { caseImages } from '../lenses/case-status.ts'

/** What of a case decides which command a bare native status can mean. */
export type CaseStanding = Pick<CaseRoot, 'isWaitlisted' | 'openedAt' | 'mergedInto'> & {
  readonly from: CaseState
}

/** Commands that only an explicit state can mean: a bare `finished` is no transfer nor death, `active` no closing. */
const explicitOnly: ReadonlySet<CaseCommandKind> = new Set(['TransferOut', 'RecordDeath', 'ProposeClosure'])

/** A bare `active` resumes a case that was opened before it waited for capacity; to open it anew needs the explicit state. */
const isExplicit = (kind: CaseCommandKind, { from, openedAt }: CaseStanding): boolean =>
  explicitOnly.has(kind) || (kind === 'OpenCase' && from === 'on-hold' && openedAt !== undefined)

/** Commands that a write can mean, by the state extension or by the native status alone. */
export const meantCommands = (standing: CaseStanding, isStated: boolean): readonly CaseCommandKind[] =>
  matrixCommands(standing.from).filter(
    kind =>
      outOfPlace({ ...standing, state: standing.from }, kind) === undefined &&
      (isStated || !isExplicit(kind, standing)),
  )

/** Native statuses that lead somewhere by themselves: exactly one command is meant by each. */
export function legalStatuses(standing: CaseStanding): readonly string[] {
  const { from, isWaitlisted } = standing
  const now = caseImages[isWaitlisted && from === 'on-hold' ? 'waitlist' : from]
  const reached = meantCommands(standing, false).flatMap(kind => {
    const to = caseMatrix[from][kind]
    if (to === undefined || to === from) return []
    return [caseImages[kind === 'HoldCase' && from === 'screened' ? 'waitlist' : to]]
  })
  const isAlone = (status: string): boolean => reached.filter(one => one === status).length === 1
  return reached.filter(status => status !== now && isAlone(status))
}

/** States that the state extension leads to. */
export const legalStates = (standing: CaseStanding): readonly CaseState[] => [
  ...new Set(
    meantCommands(standing, true)
      .flatMap(kind => caseMatrix[standing.from][kind] ?? [])
      .filter(to => to !== standing.from),
  ),
]
