import { expect, test } from 'vitest'
import { mintIds } from '../../../../src/commands/work/mint-ids.ts'
import { shardInId, SHARDS } from '../../../../src/lib/ids.ts'

const ids = mintIds({ nowMs: () => 1_800_000_000_000 })

test('an id carries the shard that it was asked for, and no other has it', () => {
  const minted = Array.from({ length: 2_000 }, () => ids.mint(700))
  expect(new Set(minted).size).toBe(minted.length)
  expect(new Set(minted.map(shardInId))).toEqual(new Set([700]))
})

test('an id of nobody lies in any shard', () => {
  const shards = Array.from({ length: 20_000 }, () => shardInId(ids.mintAnywhere()) ?? -1)
  expect(Math.min(...shards)).toBeGreaterThanOrEqual(0)
  // A shard that nobody gets in 20,000 tries: less than once in 250,000 runs.
  expect(new Set(shards).size).toBe(SHARDS)
})
