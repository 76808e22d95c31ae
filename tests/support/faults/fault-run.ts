import { beforeAll } from 'vitest'
import type { FeedMessage } from '../adt-workload.ts'
import { faultFeed } from './fault-feed.ts'
import { undisturbed, WITHIN_MS } from './ground.ts'

export const isLong = process.env['CASEWIRE_LONG'] === '1'
/** Repeats a run. */
export const seed = Number(process.env['CASEWIRE_SEED'] ?? (isLong ? Date.now() % 2 ** 31 : 2026))

interface FaultRun {
  readonly messages: readonly FeedMessage[]
  /** What stands after the same messages when nothing fails. */
  readonly calm: () => ReadonlyMap<string, string>
}

interface Size {
  readonly patients: number
  readonly messages: number
}

/** The messages of a file of fault tests, and what they lead to undisturbed; says the seed. */
export function faultRun(what: string, prefix: string, size: Record<'long' | 'short', Size>): FaultRun {
  const messages = faultFeed({ ...(isLong ? size.long : size.short), seed, prefix })
  let calm: ReadonlyMap<string, string> = new Map()
  beforeAll(async () => {
    process.stderr.write(`faults of ${what}: CASEWIRE_SEED=${seed}\n`)
    calm = await undisturbed(messages)
  }, WITHIN_MS)
  return { messages, calm: () => calm }
}
