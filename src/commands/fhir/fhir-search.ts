import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import { searchSetText, type SearchLinks } from '../../fhir/bundle/search-set.ts'
import type { ParsedSearch } from '../../fhir/search/parse-search.ts'
import { PAGE_PARAMETER } from '../../fhir/search/search-controls.ts'
import { addressOf, parseScope, type SearchScope } from '../../fhir/search/search-scope.ts'
import { asksToExplain, explainSearches } from './explain-search.ts'
import type { Caller, FhirDeps } from './fhir-deps.ts'
import { isLimited, searchTypesWithin, searchWithin } from './fhir-visibility.ts'
import { terminologyFor } from '../operations/terminology.ts'
import type { SearchResult } from '../ports/search-result.ts'
import { openPage, sealPage, type SearchPage } from './search-pages.ts'
import { holderOf, type PageSeal } from './sealed-text.ts'

export interface ScopedSearch {
  readonly scope: SearchScope
  readonly pairs: readonly (readonly [name: string, value: string])[]
  /** `Prefer: handling=lenient`. */
  readonly lenient: boolean
  /** The parameters came in a form: no link may show them. */
  readonly posted: boolean
}

/**
 * A search as the JSON text of its searchset Bundle (http://hl7.org/fhir/R4/search.html). Failures: those of `parseScope`,
 * `search-page`, `search-page-expired`, `search-too-long`, `search-forbidden`.
 */
export async function search(deps: FhirDeps, caller: Caller, query: ScopedSearch): Promise<Result<string>> {
  const { store, tenant, base, clock } = deps
  const [of, nowMs] = [addressOf(query.scope), clock.nowMs()]
  const seal: PageSeal = {
    ...{ key: await store.pageKey(), nowMs },
    owner: { tenant, holder: holderOf(caller), of },
  }
  const asked = askedOf(query, seal)
  if (!asked.ok) return asked
  const { page } = asked.value
  const terminology = await terminologyFor(deps, page.pairs)
  const parsed = parseScope(query.scope, { ...page, base, ...(terminology && { terminology }) })
  if (!parsed.ok) return parsed
  const { plans, applied, shape } = parsed.value
  if (asksToExplain(page.pairs)) {
    const told = plans.every(({ type }) => !isLimited(deps, type, 's'))
    return told ? ok(await explainSearches(deps, plans)) : fail(notExplained)
  }
  const [only] = plans
  const found = await (query.scope.isOfOneType && only
    ? searchWithin(deps, only)
    : searchTypesWithin(deps, plans))
  if (!found.ok) return found
  const result = found.value
  const links = linksOf(result, { ...asked.value, seal, applied, root: of === '' ? base : `${base}/${of}` })
  if (!links.ok) return links
  const total = result.total ?? totalSeen(result, { ...asked.value, applied })
  return ok(
    searchSetText({ ...result, base, shape, links: links.value, ...(total !== undefined && { total }) }),
  )
}

/** What fits on its first page is counted by being read; nobody needs to ask for that total, but may refuse it. */
function totalSeen(
  { matches, next }: SearchResult,
  { token, applied }: Pick<Linked, 'token' | 'applied'>,
): number | undefined {
  const isRefused = applied.some(([name, value]) => name === '_total' && value === 'none')
  return token === undefined && next === undefined && !isRefused ? matches.length : undefined
}

/** The database's guesses count what is hidden, too. */
const notExplained: Failure = {
  kind: 'forbidden',
  code: 'search-forbidden',
  message: '_explain is for who may search all of the type; leave it out, or ask for a scope without limits.',
}

interface Asked {
  readonly page: SearchPage
  /** The token that the request came with. */
  readonly token?: string
  readonly posted: boolean
}

/** What the request is for: a page that a link leads to, or the first of a search. */
function askedOf({ pairs, lenient, posted }: ScopedSearch, seal: PageSeal): Result<Asked> {
  const token = pairs.find(([name]) => name === PAGE_PARAMETER)?.[1]
  if (token === undefined) return ok({ page: { pairs, lenient, nowMs: seal.nowMs }, posted })
  if (
    pairs.some(([name]) => !besidePage.has(name)) ||
    pairs.filter(([name]) => name === PAGE_PARAMETER).length > 1
  )
    return fail(notAlone)
  const page = openPage(token, seal)
  return page.ok ? ok({ page: page.value, token, posted }) : page
}

/** `_count` is overlooked: clients add it to links (Medplum's does), and pages keep the size that they began with. */
const besidePage: ReadonlySet<string> = new Set([PAGE_PARAMETER, '_format', '_pretty', '_count'])

const notAlone: Failure = {
  kind: 'invalid',
  code: 'search-page',
  message:
    'The parameter _page stands for a whole search, so that no other may stand beside it: follow links as they are.',
}

/** Servers and proxies take addresses of 16 kB at most; this leaves room for the other headers. */
const TOKEN_MAX = 8_000

interface Linked extends Asked {
  readonly seal: PageSeal
  readonly applied: ParsedSearch['applied']
  readonly root: string
}

/** What the client sent in its address may stand in `self`; everything else is sealed. */
function linksOf({ next }: SearchResult, linked: Linked): Result<SearchLinks> {
  const { page, token, posted, seal, applied, root } = linked
  const { place: _place, ...first } = page
  const sealed = (one: SearchPage): string => sealPage(one, seal)
  const to = (text: string): string => `${root}?${PAGE_PARAMETER}=${text}`
  const following = next === undefined ? undefined : sealed({ ...page, place: next })
  if (following !== undefined && following.length > TOKEN_MAX) return fail(tooLong)
  const beginning = posted || token !== undefined ? sealed(first) : undefined
  const self = token ?? (beginning !== undefined && beginning.length <= TOKEN_MAX ? beginning : undefined)
  return ok([
    { relation: 'self', url: self !== undefined ? to(self) : posted ? root : addressed(root, applied) },
    ...(token === undefined || beginning === undefined ? [] : [{ relation: 'first', url: to(beginning) }]),
    ...(following === undefined ? [] : [{ relation: 'next', url: to(following) }]),
  ])
}

function addressed(root: string, pairs: ParsedSearch['applied']): string {
  const query = new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value])).toString()
  return query === '' ? root : `${root}?${query}`
}

const tooLong: Failure = {
  kind: 'invalid',
  code: 'search-too-long',
  message:
    'The search has more than one page and is too long for a link to the next: give fewer values at once, or a _count that takes all matches.',
}
