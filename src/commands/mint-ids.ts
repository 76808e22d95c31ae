import { randomBytes, randomInt } from 'node:crypto'
import type { Clock } from '../lib/clock.ts'
import { formatV8, SHARDS, type Ids } from '../lib/ids.ts'

const BYTES = 16

/** Ids whose randomness is asked of the system together: asking costs more than all the rest. */
const POOLED = 128

/** Fresh UUIDv8s: 48 bits of time first, so that new rows stand side by side, then the shard, then randomness. */
export function mintIds(clock: Clock): Ids {
  let [pool, used] = [Buffer.alloc(0), 0]
  const mint = (shard: number): string => {
    if (used === pool.length) [pool, used] = [randomBytes(BYTES * POOLED), 0]
    const bytes = pool.subarray(used, used + BYTES)
    used += BYTES
    bytes.writeUIntBE(clock.nowMs(), 0, 6)
    return formatV8(bytes, shard)
  }
  return { mint, mintAnywhere: () => mint(randomInt(SHARDS)) }
}
