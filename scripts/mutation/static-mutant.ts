import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { LoadedTests } from './loaded-tests.ts'
import { firstFailure, isBeyondLimit, resultOf, type StrykerNamespace } from './one-test.ts'
import { distance, inOrder } from './test-order.ts'

/**
 * Judges mutants of what is evaluated while a module is loaded (schemas, tables): what depends on the file is loaded anew
 * with the mutant active. Judges are care-plan's own tests and the documents: those that run something of the file, or all
 * of them when it holds tables only.
 */
export function staticJudge(tests: LoadedTests, spent: ReadonlyMap<string, number>, ns: StrykerNamespace) {
  /** Test files that killed mutants of a file, the latest first: most likely to kill the next one. */
  const killers = new Map<string, readonly string[]>()

  function judgesOf(file: string): readonly string[] {
    const text = readFileSync(file, 'utf8')
    const ids = [...text.matchAll(/stryMutAct_\w+\("(\d+)"\)/g)].flatMap(([, id]) => id ?? [])
    const { perTest = {} } = ns.mutantCoverage ?? {}
    const reached = tests.dependentsOf(file)
    const near = [...tests.all().values()].filter(
      one => reached.has(one.file) && distance(one.file, file) < 3,
    )
    const covering = near.filter(({ id, file: from }) => {
      const hits = perTest[id]
      return distance(from, file) === 1 || (hits !== undefined && ids.some(one => one in hits))
    })
    const isRun = covering.some(one => distance(one.file, file) !== 1)
    const ordered = inOrder(isRun ? covering : near, file, spent).map(one => one.file)
    return [...new Set([...(killers.get(file) ?? []), ...ordered])]
  }

  async function judged(mutant: string, source: string) {
    const fresh = tests.without(source)
    let count = 0
    for (const file of judgesOf(source)) {
      ns.activeMutant = mutant
      const some = await tests.testsIn(file, fresh)
      count += some.length
      const first = await firstFailure(some, mutant, ns)
      if (!first) continue
      killers.set(source, [file, ...(killers.get(source) ?? []).filter(one => one !== file)])
      return resultOf(first, count)
    }
    return resultOf(undefined, count)
  }

  return async (mutant: string, sandboxFile: string) => {
    try {
      return await judged(mutant, resolve(sandboxFile))
    } catch (error) {
      return isBeyondLimit(ns) ? resultOf({}, 0) : { status: 'error', errorMessage: String(error) }
    } finally {
      ns.activeMutant = undefined
    }
  }
}
