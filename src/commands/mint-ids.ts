import { randomBytes, randomInt } from 'node:crypto'
import type { Clock } from '../lib/clock.ts'
import { formatV8, SHARDS, type Ids } from '../lib/ids.ts'

/** Fresh UUIDv8s: 48 bits of time first, so that new rows stand side by side, then the shard, then randomness. */
export function mintIds(clock: Clock): Ids {
  const mint = (shard: number): string => {
    const bytes = randomBytes(16)
    bytes.writeUIntBE(clock.nowMs(), 0, 6)
    return formatV8(bytes, shard)
  }
  return { mint, mintAnywhere: () => mint(randomInt(SHARDS)) }
}
