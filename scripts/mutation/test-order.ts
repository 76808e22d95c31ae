import { basename } from 'node:path'
import type { CollectedTest } from './test-collector.ts'

/** 0 for the tests named after a file, 1 for the documents, which are quick, 2 for care-plan's own, 3 for all others. */
export function distance(testFile: string, file: string): number {
  if (basename(testFile, '.test.ts') === basename(file, '.ts')) return 0
  if (testFile.includes('/conformance/')) return 1
  return testFile.includes('/unit/care-plan/') ? 2 : 3
}

/** The tests nearest to a file first, among them the quickest. */
export const inOrder = (
  tests: readonly CollectedTest[],
  file: string,
  spent: ReadonlyMap<string, number>,
): readonly CollectedTest[] =>
  tests.toSorted(
    (a, b) =>
      distance(a.file, file) - distance(b.file, file) || (spent.get(a.id) ?? 0) - (spent.get(b.id) ?? 0),
  )
