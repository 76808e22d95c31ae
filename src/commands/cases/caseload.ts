import { parseJson } from '../../lib/json.ts'
import type { CaseState } from '../../care-plan/case/case.ts'
import { isManaged } from '../../care-plan/case/managed-time.ts'
import { caseload, rounded, type Weighed } from '../../care-plan/load/caseload.ts'
import type { CaseRoot } from '../../care-plan/nouns/case-root.ts'
import type { Resource } from '../../fhir/resource.ts'
import { readPageToken } from '../../fhir/search/page-token.ts'
import { searchParameterOf, type SearchParameter } from '../../fhir/search/parameters.ts'
import type { SearchPlan } from '../../fhir/search/plan.ts'
import { nounLenses } from '../../mappers/case/nouns/noun-lenses.ts'
import type { CaseDeps } from './case-deps.ts'

type Deps = Pick<CaseDeps, 'store' | 'tenant' | 'base' | 'canonicalBase' | 'registry'>

/** What one manager carries (domain.md 4.8). */
export interface ManagerLoad {
  readonly manager: string
  /** Cases from open to closing. */
  readonly cases: number
  /** Those whose model nobody has chosen: they weigh nothing yet. */
  readonly withoutModel: number
  /** 1 = full. */
  readonly load: number
  readonly isOver: boolean
  readonly models: readonly { readonly model: string; readonly cases: number }[]
}

/** The load of a manager over the cases that are open now. */
export async function managerLoad(deps: Deps, manager: string): Promise<ManagerLoad> {
  const cases = await managedBy(deps, manager)
  const weighed = weigh(deps, cases)
  const models = Map.groupBy(cases, ({ models: used }) => used.at(-1)?.model ?? '')
  models.delete('')
  const load = caseload(weighed)
  return {
    manager,
    cases: cases.length,
    withoutModel: cases.length - weighed.length,
    load: rounded(load),
    isOver: load > 1,
    models: [...models]
      .map(([model, list]) => ({ model, cases: list.length }))
      .toSorted((a, b) => (a.model < b.model ? -1 : 1)),
  }
}

/** The manager's cases but this one, as they weigh. */
export const otherCases = async (deps: Deps, manager: string, except: string): Promise<readonly Weighed[]> =>
  weigh(
    deps,
    (await managedBy(deps, manager)).filter(({ id }) => id !== except),
  )

const weigh = ({ registry }: Deps, cases: readonly CaseRoot[]): readonly Weighed[] =>
  cases.flatMap(({ models, acuity }) => {
    const used = models.at(-1)
    const profile = used && registry.models(used.model, used.version)
    return profile ? [{ ratio: profile.ratio, acuity }] : []
  })

const MANAGED = ['open', 'active', 'on-hold', 'closing'] as const

async function managedBy(deps: Deps, manager: string): Promise<readonly CaseRoot[]> {
  const roots = (await casesOf(deps, manager, MANAGED)).filter(isManaged)
  await deps.registry.know(
    roots.flatMap(({ models }) => models.map(({ model, version }) => `${model}|${version ?? ''}`)),
  )
  return roots
}

/** The cases in these states whose accountable manager somebody is. */
export async function casesOf(
  deps: Pick<Deps, 'store' | 'tenant' | 'base' | 'canonicalBase'>,
  manager: string,
  states: readonly CaseState[],
): Promise<readonly CaseRoot[]> {
  const lens = nounLenses(deps.canonicalBase).of('case')
  const roots: CaseRoot[] = []
  let next: string | undefined
  do {
    // oxlint-disable-next-line no-await-in-loop -- a page is asked for by the one before
    const page = await deps.store.search(deps.tenant, planOf(deps.base, { manager, states, next }))
    roots.push(...page.matches.map(({ content }) => lens.read(parseJson(content) as Resource)))
    next = page.next
  } while (next !== undefined)
  return roots
}

const PAGE = 500

interface Sought {
  readonly manager: string
  readonly states: readonly CaseState[]
  readonly next: string | undefined
}

function planOf(base: string, { manager, states, next }: Sought): SearchPlan {
  const after = next === undefined ? undefined : readPageToken(next, 1)
  return {
    type: 'EpisodeOfCare',
    base,
    where: [
      {
        kind: 'filter',
        filter: {
          parameter: parameterOf('case-state'),
          values: states.map(code => ({ kind: 'token', code })),
        },
      },
      {
        kind: 'filter',
        filter: {
          parameter: parameterOf('case-manager'),
          values: [{ kind: 'reference', references: [manager] }],
        },
      },
    ],
    sort: [{ by: parameterOf('_lastUpdated'), descending: false }],
    count: PAGE,
    ...(after && { after }),
    includes: [],
    revIncludes: [],
    total: 'none',
    countOnly: false,
  }
}

function parameterOf(code: string): SearchParameter {
  const parameter = searchParameterOf('EpisodeOfCare', code)
  if (!parameter) throw new Error(`no search parameter ${code}`)
  return parameter
}
