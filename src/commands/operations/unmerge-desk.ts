import { ok, type Result } from '../../lib/result.ts'
import type { Resource } from '../../fhir/resource.ts'
import type { FhirDeps } from '../fhir/fhir-deps.ts'
import { mergeAnswer } from './merge-outcome.ts'
import { mergePatients, type MergeRequest } from './merge-patients.ts'

/** An operator's wish to take a merge back. */
export interface UnmergeWish {
  /** Id of the Patient that was merged away. */
  readonly loser: string
  readonly survivor?: string
  readonly actor: string
  readonly preview: boolean
}

/** Takes merges back for the command line; gives what `Patient/$unmerge` answers. Failures: those of `mergePatients`. */
export type Unmerge = (wish: UnmergeWish) => Promise<Result<Resource>>

export const unmergeDesk =
  (deps: FhirDeps): Unmerge =>
  async ({ loser, survivor, actor, preview }) => {
    const request: MergeRequest = {
      ...{ does: 'unmerge', preview },
      source: { name: 'source-patient', id: loser, identifiers: [] },
      ...(survivor !== undefined && {
        target: { name: 'target-patient', id: survivor, identifiers: [] },
      }),
    }
    const caller = { actor, requestId: `cli-${deps.ids.mintAnywhere()}` }
    const done = await mergePatients(deps, caller, request)
    return done.ok ? ok(await mergeAnswer(deps, done.value, { request })) : done
  }
