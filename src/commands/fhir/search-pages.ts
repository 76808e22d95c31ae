import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import { sealText, unsealText, type PageSeal } from './sealed-text.ts'

/** A search with a place in it: all that a link to a page has to carry, so that nothing of it stands there in clear. */
export interface SearchPage {
  readonly pairs: readonly (readonly [name: string, value: string])[]
  readonly lenient: boolean
  /** When the search began: `ap` of a date means the same on every page. */
  readonly nowMs: number
  /** Where the page before ended (fhir/search/page-token.ts); undefined = the first page. */
  readonly place?: string
}

/** The search as a token; it holds for an hour. */
export const sealPage = (page: SearchPage, seal: PageSeal): string => sealText(JSON.stringify(page), seal)

/** Failures: `search-page` (not a token for this caller and address), `search-page-expired` (410). */
export function openPage(token: string, seal: PageSeal): Result<SearchPage> {
  const opened = unsealText(token, seal)
  if (opened.kind !== 'text') return fail(opened.kind === 'expired' ? expired : foreign)
  return ok(JSON.parse(opened.text) as SearchPage)
}

const foreign: Failure = {
  kind: 'invalid',
  code: 'search-page',
  message:
    'The parameter _page is no page of this search for this caller: follow the links of a search result as they are.',
  issues: [
    {
      severity: 'error',
      code: 'value',
      diagnostics:
        'search parameter _page: no page of this search for this caller; follow the links of a search result as they are',
    },
  ],
}

const expired: Failure = {
  kind: 'gone',
  code: 'search-page-expired',
  message: 'The links of a search result hold for one hour, and this one is older: send the search again.',
  issues: [
    {
      severity: 'error',
      code: 'not-found',
      diagnostics:
        'The links of a search result hold for one hour, and this one is older: send the search again, without _page.',
    },
  ],
}
