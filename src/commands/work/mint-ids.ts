import { randomBytes } from 'node:crypto'
import type { Clock } from '../../lib/clock.ts'
import { formatV8, SHARDS, type Ids } from '../../lib/ids.ts'

const BYTES = 16

/** Ids whose randomness is asked of the system together: asking costs more than all the rest. */
const POOLED = 128

/** Fresh UUIDv8s: 48 bits of time first, so that new rows stand side by side, then the shard, then randomness. */
export function mintIds(clock: Clock): Ids {
  let [pool, used] = [Buffer.alloc(0), 0]
  const fresh = (): Buffer => {
    if (used === pool.length) [pool, used] = [randomBytes(BYTES * POOLED), 0]
    const bytes = pool.subarray(used, used + BYTES)
    used += BYTES
    bytes.writeUIntBE(clock.nowMs(), 0, 6)
    return bytes
  }
  return {
    mint: shard => formatV8(fresh(), shard),
    mintAnywhere: () => {
      const bytes = fresh()
      // These bits stand where the version and the shard go: the id keeps none of them otherwise.
      return formatV8(bytes, (bytes.readUInt16BE(6) >> 2) % SHARDS)
    },
  }
}
