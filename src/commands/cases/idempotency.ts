import { hash } from 'node:crypto'
import { canonicalJson } from '../../lib/json.ts'
import { fail, ok, type Result } from '../../lib/result.ts'
import type { KeptAnswer, Store } from '../ports/store.ts'

/** A request that its sender may send again: same key and same request = same answer. */
export interface Repeatable {
  /** Name of the kept answer: the key belongs to who sent it. */
  readonly key: string
  readonly requestHash: string
}

export interface RequestParts {
  readonly actor: string
  readonly method: string
  readonly path: string
  readonly body: unknown
}

export const repeatableOf = (key: string, { actor, method, path, body }: RequestParts): Repeatable => ({
  key: hash('sha256', `${actor}\n${key}`, 'hex'),
  requestHash: hash('sha256', `${method}\n${path}\n${canonicalJson(body ?? null)}`, 'hex'),
})

/** The answer that the same request got before. Failure: `idempotency-key-reused`. */
export async function answeredBefore(
  { store, tenant }: { readonly store: Store; readonly tenant: number },
  repeatable: Repeatable | undefined,
): Promise<Result<KeptAnswer | undefined>> {
  if (!repeatable) return ok(undefined)
  const kept = await store.keptAnswer(tenant, repeatable.key)
  if (kept && kept.requestHash !== repeatable.requestHash) {
    return fail({
      kind: 'unprocessable',
      code: 'idempotency-key-reused',
      message: 'This Idempotency-Key was used for another request: take a new key for each request.',
    })
  }
  return ok(kept)
}
