import type { Clock } from '../../lib/clock.ts'
import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import type { Store } from '../ports/store.ts'
import type { Caller } from './fhir-deps.ts'
import { holderOf, sealText, unsealText, type PageSeal } from './sealed-text.ts'

/** Places in a list that goes over several pages, as one caller carries them in links. */
export interface SealedPlaces {
  readonly seal: (place: string) => string
  /** Failures: the one for a token that is none of this list for this caller, `page-expired` (410). */
  readonly open: (token: string) => Result<string>
}

export interface PlacesDeps {
  readonly store: Pick<Store, 'pageKey'>
  readonly clock: Clock
  readonly tenant: number
}

interface Listed {
  readonly caller: Pick<Caller, 'actor' | 'access'>
  /** The list, as the address says it: `Patient/1/_history`. */
  readonly of: string
  /** What a token is refused with that no page of this list had. */
  readonly foreign: Failure
}

/** The pages of a list for one caller: what stands in their links tells nobody else anything, and holds for an hour. */
export async function sealedPlaces(
  { store, clock, tenant }: PlacesDeps,
  { caller, of, foreign }: Listed,
): Promise<SealedPlaces> {
  const seal: PageSeal = {
    ...{ key: await store.pageKey(), nowMs: clock.nowMs() },
    owner: { tenant, holder: holderOf(caller), of },
  }
  return {
    seal: place => sealText(place, seal),
    open: token => {
      const opened = unsealText(token, seal)
      return opened.kind === 'text' ? ok(opened.text) : fail(opened.kind === 'expired' ? expired : foreign)
    },
  }
}

const expired: Failure = (() => {
  const message =
    'The link to a page holds for one hour, and this one is older: ask for the first page again.'
  const issues = [{ severity: 'error', code: 'not-found', diagnostics: message }] as const
  return { kind: 'gone', code: 'page-expired', message, issues }
})()
