import { hash } from 'node:crypto'

/**
 * Tokens that were checked a moment ago, by their hash: a signature costs more than a read. The one that was not used for
 * longest goes when there are too many.
 */
export interface VerifiedTokens<T> {
  readonly get: (token: string, nowMs: number) => T | undefined
  readonly set: (token: string, value: T, untilMs: number) => void
}

export function verifiedTokens<T>(max: number): VerifiedTokens<T> {
  const kept = new Map<string, { readonly value: T; readonly untilMs: number }>()
  return {
    get: (token, nowMs) => {
      const key = hashOf(token)
      const found = kept.get(key)
      if (!found) return undefined
      kept.delete(key)
      if (found.untilMs <= nowMs) return undefined
      kept.set(key, found)
      return found.value
    },
    set: (token, value, untilMs) => {
      kept.set(hashOf(token), { value, untilMs })
      const [oldest] = kept.keys()
      if (kept.size > max && oldest !== undefined) kept.delete(oldest)
    },
  }
}

const hashOf = (token: string): string => hash('sha256', token, 'base64')
