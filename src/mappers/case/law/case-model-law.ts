import { fail, ok, type Failure, type Result } from '../../../lib/result.ts'
import { sameValue } from '../../../lib/same-value.ts'
import { legalCommands, type CaseState } from '../../../care-plan/case/case.ts'
import type { ModelLookup } from '../../../care-plan/models/model-profile.ts'
import type { CaseRoot, ModelPeriod } from '../../../care-plan/nouns/case-root.ts'

export interface ModelsChange {
  /** As it stood; undefined at its birth. */
  readonly was: CaseRoot | undefined
  readonly is: CaseRoot
}

/** As SelectModel: a case may change its mind until it is active. */
const choosing: ReadonlySet<CaseState> = new Set(['screened', 'outreach', 'open'])
/** A case that came here by another door may be under way without a model. */
const underWay: ReadonlySet<CaseState> = new Set(['active', 'on-hold'])

/**
 * The models of a written case: those that it had, in order, and at most one more, published, which holds from now on
 * in the version that is the newest when none was named. On an active case that is a switch and says why. Failures:
 * `derived-element`, `model-unknown`, `illegal-transition`, `case-condition`.
 */
export function lawfulModels(change: ModelsChange, lookup: ModelLookup): Result<CaseRoot['models']> {
  const { was, is } = change
  const former = was?.models ?? []
  const [kept, added] = [is.models.slice(0, former.length), is.models.slice(former.length)]
  if (!sameValue(kept, former) || (was && added.length > 1)) return fail(historyLost)
  const known: ModelPeriod[] = []
  for (const period of added) {
    const profile = lookup(period.model, period.version)
    if (profile?.state !== 'published') return fail(modelUnknown)
    known.push({ ...period, version: profile.version })
  }
  const [next] = added
  const refused = was && next && refusedChoice(was, is, next)
  return refused ? fail(refused) : ok([...former, ...known])
}

/** Why the case can't come under another model where it stands, before the write or after it. */
function refusedChoice(was: CaseRoot, is: CaseRoot, { reason }: ModelPeriod): Failure | undefined {
  const isFirst = was.models.length === 0
  const mayChoose = [was.state, is.state].some(
    state => choosing.has(state) || (isFirst && underWay.has(state)),
  )
  if (mayChoose) return undefined
  if (was.state !== 'active' || isFirst)
    return {
      kind: 'illegal-transition',
      code: 'illegal-transition',
      message: `${isFirst ? 'SelectModel' : 'SwitchModel'} is not possible while the case is ${was.state}.`,
      expression: TYPE,
      legal: legalCommands(was),
    }
  return (reason ?? '').trim() === '' ? noReason : undefined
}

const TYPE = 'EpisodeOfCare.type'

const historyLost: Failure = {
  kind: 'business-rule',
  code: 'derived-element',
  message:
    'The models of a case are its history: keep every extension model-period, and append one model-period for the next.',
  expression: TYPE,
}

const modelUnknown: Failure = {
  kind: 'business-rule',
  code: 'model-unknown',
  message: 'There is no published model of this code and version: GET /models lists them.',
  expression: TYPE,
}

const noReason: Failure = {
  kind: 'business-rule',
  code: 'case-condition',
  message:
    'SwitchModel needs a reason: append an extension model-period with model and reason, and replace the plan in the same transaction; or use the command SwitchModel.',
  expression: TYPE,
}
