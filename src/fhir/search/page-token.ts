import type { Keyset } from './plan.ts'

/** The place in a search as clients carry it in a `next` link: opaque to them, and no patient's data in clear. */
export function writePageToken({ keys, shard, id }: Keyset): string {
  return Buffer.from(JSON.stringify([shard, id, ...keys])).toString('base64url')
}

/** The place a token stands for, or undefined when it isn't one of ours for `sortKeys` sort keys. */
export function readPageToken(token: string, sortKeys: number): Keyset | undefined {
  const parts = partsOf(token)
  if (!Array.isArray(parts) || parts.length !== sortKeys + 2) return undefined
  const [shard, id, ...keys] = parts as readonly unknown[]
  if (typeof shard !== 'number' || !Number.isInteger(shard) || shard < 0 || shard > 32_767) return undefined
  if (typeof id !== 'string' || !/^[A-Za-z0-9\-.]{1,64}$/.test(id)) return undefined
  return keys.every(key => typeof key === 'string') ? { keys, shard, id } : undefined
}

function partsOf(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString())
  } catch {
    return undefined
  }
}
