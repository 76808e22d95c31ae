import type { JWTVerifyGetKey } from 'jose'
import { faultOf, type EmitEvent } from '../../commands/ports/events.ts'
import { fetchBounded, fetchJson, IssuerAway } from './fetch-json.ts'

/** What an issuer says about itself (https://openid.net/specs/openid-connect-discovery-1_0.html, RFC 8414). */
export interface IssuerMetadata {
  readonly issuer: string
  readonly jwks_uri: string
  readonly [name: string]: unknown
}

/** An issuer of tokens: asked when first needed, asked again after a while, left in peace for a moment when it is away. */
export interface Issuer {
  readonly name: string
  /** Its description. Throws IssuerAway. */
  readonly metadata: () => Promise<IssuerMetadata>
  /** The description as far as it is known, without asking. */
  readonly known: () => IssuerMetadata | undefined
  /** Finds the key of a token. Throws IssuerAway, and what jose throws. */
  readonly key: JWTVerifyGetKey
}

export interface IssuerOptions {
  readonly name: string
  /** Where the keys are, when its description is not to be asked for that. */
  readonly jwksUri?: string
  readonly emit: EmitEvent
  /** How long after the keys were fetched an unknown one does not have them fetched again. */
  readonly keysCooldownMs?: number
}

/** A description changes when a server is set up anew. */
const METADATA_MS = 60 * 60_000
const AGAIN_AFTER_MS = 2_000
/** A key that was withdrawn is taken for as long. */
const KEYS_MS = 10 * 60_000
const KEYS_COOLDOWN_MS = 30_000

export function openIssuer({
  name,
  jwksUri,
  emit,
  keysCooldownMs = KEYS_COOLDOWN_MS,
}: IssuerOptions): Issuer {
  const failed = (error: unknown): void =>
    emit('issuer-away', { issuer: name, reason: reasonOf(error), fault: faultOf(error) })
  const metadata = remembered(() => describe(name), METADATA_MS, failed)
  const fetchKeys = patiently(failed)
  const keys = new Map<string, JWTVerifyGetKey>()
  const keysAt = async (url: string): Promise<JWTVerifyGetKey> => {
    const { createRemoteJWKSet, customFetch } = await import('jose')
    const remote =
      keys.get(url) ??
      createRemoteJWKSet(new URL(url), {
        cooldownDuration: keysCooldownMs,
        cacheMaxAge: KEYS_MS,
        [customFetch]: fetchKeys,
      })
    keys.set(url, remote)
    return remote
  }
  return {
    name,
    metadata: metadata.get,
    known: metadata.known,
    key: async (header, token) => {
      const find = await keysAt(jwksUri ?? (await metadata.get()).jwks_uri)
      return find(header, token)
    },
  }
}

const reasonOf = (error: unknown): string => (error instanceof IssuerAway ? error.reason : 'unknown')

/** After a failure nobody is asked for a moment: who waits for an answer learns at once that there is none. */
function patiently(failed: (error: unknown) => void) {
  let askAgainMs = 0
  return async (url: string, { signal }: { readonly signal: AbortSignal }): Promise<Response> => {
    if (performance.now() < askAgainMs) throw new IssuerAway('it was away a moment ago')
    try {
      return await fetchBounded(url, signal)
    } catch (error) {
      failed(error)
      askAgainMs = performance.now() + AGAIN_AFTER_MS
      throw error
    }
  }
}

/** One question at a time; an answer holds for `keepMs`, a failure for a moment. */
function remembered<T>(ask: () => Promise<T>, keepMs: number, failed: (error: unknown) => void) {
  let value: T | undefined
  let pending: Promise<T> | undefined
  let askAgainMs = 0
  const start = async (): Promise<T> => {
    try {
      value = await ask()
      askAgainMs = performance.now() + keepMs
      return value
    } catch (error) {
      failed(error)
      askAgainMs = performance.now() + AGAIN_AFTER_MS
      if (value !== undefined) return value
      throw error
    }
  }
  return {
    known: () => value,
    get: (): Promise<T> => {
      if (!pending || performance.now() >= askAgainMs) {
        askAgainMs = Number.POSITIVE_INFINITY
        pending = start()
      }
      return pending
    },
  }
}

/** Where an issuer may describe itself, in the order of asking; the last one is RFC 8414's form for an issuer with a path. */
function places(issuer: string): readonly string[] {
  const base = issuer.replace(/\/+$/, '')
  const { origin, pathname } = new URL(base)
  const path = pathname === '/' ? '' : pathname
  return [
    `${base}/.well-known/openid-configuration`,
    `${base}/.well-known/smart-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ]
}

async function describe(issuer: string): Promise<IssuerMetadata> {
  for (const place of places(issuer)) {
    try {
      return checked(await fetchJson(place), issuer)
    } catch (error) {
      if (!(error instanceof IssuerAway && error.isMissing)) throw error
    }
  }
  throw new IssuerAway('it does not describe itself')
}

/** Its description must be its own (OpenID Connect Discovery, 4.3), and its keys as safe as it is. */
function checked(document: unknown, issuer: string): IssuerMetadata {
  const { issuer: named, jwks_uri: keys } = (document ?? {}) as Partial<IssuerMetadata>
  if (named !== issuer) throw new IssuerAway('it names another issuer')
  const url = typeof keys === 'string' ? URL.parse(keys) : null
  if (!url || (url.protocol !== 'https:' && url.protocol !== new URL(issuer).protocol)) {
    throw new IssuerAway('it names no jwks_uri')
  }
  return document as IssuerMetadata
}
