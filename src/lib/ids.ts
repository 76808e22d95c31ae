import { hash } from 'node:crypto'
import { ownText } from './own-text.ts'

/** How many shards the key space is cut into (architecture 4). A Patient and its compartment share one. */
export const SHARDS = 1024

const V8 = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** Makes ids for what is created here: injected, because time and randomness are not for pure rooms. */
export interface Ids {
  /** A fresh UUIDv8 that carries `shard`. */
  readonly mint: (shard: number) => string
  /** A fresh UUIDv8 whose shard is chosen at random, for what belongs to no patient. */
  readonly mintAnywhere: () => string
}

/**
 * The id of something a message names: the same (tenant, type, key) always gives the same UUIDv8, so a replay
 * can't double it. `key` is `assigner|value` or a path of stable parts.
 */
export function derivedId(shard: number, tenant: number, type: string, key: string): string {
  return formatHex(sha(`${tenant}\n${type}\n${key}`), shard)
}

/**
 * The same, remembered: of who and what message after message names, as it was and as it is.
 */
export function knownId(shard: number, tenant: number, type: string, key: string): string {
  const name = `${shard} ${tenant} ${type} ${key}`
  const known = ids.get(name)
  if (known !== undefined) return known
  const id = derivedId(shard, tenant, type, key)
  if (name.length > NAME_MAX) return id
  if (ids.size >= IDS_MAX) ids.clear()
  ids.set(ownText(name), id)
  return id
}

/** Beyond this the memo is dropped and built anew: hostile messages must not make it grow. */
const IDS_MAX = 50_000
/** Characters; longer names are nobody's, and are not remembered. */
const NAME_MAX = 500

const ids = new Map<string, string>()

/** The id and shard of what is known by `system|value` wherever it is named: people, places, organisations. */
export function namedId(
  tenant: number,
  type: string,
  key: string,
  shardKey = key,
): { readonly id: string; readonly shard: number } {
  const name = `${tenant} ${type} ${key}`
  const known = named.get(name)
  if (known !== undefined) return known
  const shard = shardOfKey(tenant, shardKey)
  const made = { id: derivedId(shard, tenant, type, key), shard }
  if (name.length > NAME_MAX) return made
  if (named.size >= IDS_MAX) named.clear()
  named.set(ownText(name), made)
  return made
}

const named = new Map<string, { readonly id: string; readonly shard: number }>()

/** The shard of a Patient known by `assigner|value`, and so of its whole compartment. */
export function shardOfKey(tenant: number, key: string): number {
  return Number.parseInt(sha(`${tenant}\nshard\n${key}`).slice(0, 4), 16) % SHARDS
}

/** The shard that an id minted here carries (ten bits after the version digit), or undefined for any other id. */
export function shardInId(id: string): number | undefined {
  return V8.test(id) ? Number.parseInt(id.slice(15, 18), 16) >> 2 : undefined
}

/** Sets version 8, the variant and the shard in 16 bytes and prints them as a UUID (RFC 9562, 5.8). */
export const formatV8 = (bytes: Buffer, shard: number): string => formatHex(bytes.toString('hex'), shard)

function formatHex(hex: string, shard: number): string {
  const spare = Number.parseInt(hex.charAt(15), 16) & 3
  const third = ((shard << 2) | spare).toString(16).padStart(3, '0')
  const variant = (0x8 | (Number.parseInt(hex.charAt(17), 16) & 3)).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${third}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** NOTE: as hex, since a Buffer a hash takes three times as long. */
const sha = (text: string): string => hash('sha256', text, 'hex')
