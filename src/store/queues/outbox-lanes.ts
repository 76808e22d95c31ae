/** How many lanes an outbox target has; owners lease them, and a key is always in the same one. */
export const OUTBOX_LANES = 64

export const outboxLane = (key: string): number => fnv1a(key, 0x811c9dc5) % OUTBOX_LANES

/** What the outbox locks before it numbers rows of a key. Never 0, which stands for all keys. */
export function outboxKeyHash(tenant: number, target: string, key: string): bigint {
  const text = `${tenant}\n${target}\n${key}`
  return BigInt.asIntN(64, (BigInt(fnv1a(text, 0x811c9dc5)) << 32n) | BigInt(fnv1a(text, 0x9747b28c))) || 1n
}

/** FNV-1a, 32 bits, over UTF-16 units. */
function fnv1a(text: string, seed: number): number {
  let hash = seed
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash >>> 0
}
