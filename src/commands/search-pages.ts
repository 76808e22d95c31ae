import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { fail, ok, type Failure, type Result } from '../lib/result.ts'

/** A search with a place in it: all that a link to a page has to carry, so that nothing of it stands there in clear. */
export interface SearchPage {
  readonly pairs: readonly (readonly [name: string, value: string])[]
  readonly lenient: boolean
  /** When the search began: `ap` of a date means the same on every page. */
  readonly nowMs: number
  /** Where the page before ended (fhir/search/page-token.ts); undefined = the first page. */
  readonly place?: string
}

/** Whose page it is: a token of another tenant, caller or address opens nothing. */
export interface PageOwner {
  readonly tenant: number
  readonly actor: string
  /** What is searched, as the address says it: `Patient`, `Patient/1/Condition`, or nothing for the system. */
  readonly of: string
}

export interface PageSeal {
  /** 32 bytes that every process of an installation has, and no client. */
  readonly key: Buffer
  readonly owner: PageOwner
  readonly nowMs: number
}

/** How long the links of a search result hold. */
const HOLDS_MS = 3_600_000
const CIPHER = 'aes-256-gcm'
const [IV_BYTES, TAG_BYTES] = [12, 16]

/** The search as a token, encrypted and authenticated; it holds for an hour. */
export function sealPage(page: SearchPage, { key, owner, nowMs }: PageSeal): string {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES }).setAAD(bindingOf(owner))
  const text = deflateRawSync(JSON.stringify({ ...page, until: nowMs + HOLDS_MS }))
  const sealed = Buffer.concat([cipher.update(text), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')
}

/** Failures: `search-page` (not a token for this caller and address), `search-page-expired` (410). */
export function openPage(token: string, { key, owner, nowMs }: PageSeal): Result<SearchPage> {
  const text = opened(Buffer.from(token, 'base64url'), key, owner)
  if (text === undefined) return fail(foreign)
  const { until, ...page } = JSON.parse(text) as SearchPage & { readonly until: number }
  return nowMs < until ? ok(page) : fail(expired)
}

const bindingOf = ({ tenant, actor, of }: PageOwner): Buffer =>
  Buffer.from(JSON.stringify([tenant, actor, of]))

function opened(bytes: Buffer, key: Buffer, owner: PageOwner): string | undefined {
  if (bytes.length <= IV_BYTES + TAG_BYTES) return undefined
  const [iv, rest] = [bytes.subarray(0, IV_BYTES), bytes.subarray(IV_BYTES)]
  const cipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES })
    .setAAD(bindingOf(owner))
    .setAuthTag(rest.subarray(0, TAG_BYTES))
  try {
    const text = Buffer.concat([cipher.update(rest.subarray(TAG_BYTES)), cipher.final()])
    return inflateRawSync(text).toString()
  } catch {
    // Damaged, made up, or meant for somebody else: which of them is nobody's business.
    return undefined
  }
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
