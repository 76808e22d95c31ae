import { instantOf, type Instant } from '../../lib/clock.ts'

/**
 * When the versions that one unit of work adds to a resource count as written, as milliseconds: `meta.lastUpdated` grows
 * strictly with the version, whatever the clock does, because a reader that polls by it must not miss one.
 */
export function versionTimes(
  atMs: number,
  expectUpdated: Instant | undefined,
  count: number,
): readonly number[] {
  const before = expectUpdated === undefined ? Number.NEGATIVE_INFINITY : Date.parse(expectUpdated)
  const first = Math.max(atMs, before + 1)
  if (count === 1) return [first]
  return Array.from({ length: count }, (_, index) => first + index)
}

/** The same as instants. */
export const versionInstants = (
  at: Instant,
  expectUpdated: Instant | undefined,
  count: number,
): readonly Instant[] => versionTimes(Date.parse(at), expectUpdated, count).map(instantOf)
