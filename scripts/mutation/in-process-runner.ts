import { relative } from 'node:path'
import { loadedTests, type LoadedTests } from './loaded-tests.ts'
import { failureOf, firstFailure, resultOf, type StrykerNamespace } from './one-test.ts'
import { staticJudge } from './static-mutant.ts'
import { inOrder } from './test-order.ts'

interface MutantRunOptions {
  readonly testFilter?: readonly string[]
  readonly hitLimit?: number
  readonly activeMutant: { readonly id: string }
  readonly sandboxFileName: string
  readonly mutantActivation: 'runtime' | 'static'
}

const NAMESPACE = '__stryker__'

/**
 * Stryker's test runner for pure code: every test in one process, loaded once, so that a mutant costs what its tests cost
 * and not the start of a worker. https://stryker-mutator.io/docs/stryker-js/api/test-runner/
 */
function inProcessRunner() {
  const ns: StrykerNamespace = ((globalThis as Record<string, unknown>)[NAMESPACE] ??= {})
  const spent = new Map<string, number>()
  const failures = new Map<string, string>()
  let tests: LoadedTests
  let judgeStatic: ReturnType<typeof staticJudge>

  /** Runs everything once without a mutant: who covers what, and how long it takes. */
  async function runAll(): Promise<void> {
    for (const test of tests.all().values()) {
      ns.currentTestId = test.id
      const began = performance.now()
      const failure = await failureOf(test)
      ns.currentTestId = undefined
      spent.set(test.id, Math.ceil(performance.now() - began))
      if (failure !== undefined) failures.set(test.id, failure)
    }
  }

  async function judgeRuntime({ activeMutant: { id }, testFilter = [], sandboxFileName }: MutantRunOptions) {
    const some = () =>
      inOrder(
        testFilter.flatMap(name => tests.all().get(name) ?? []),
        sandboxFileName,
        spent,
      )
    const first = await firstFailure(some(), id, ns)
    if (!first?.test || (await failureOf(first.test)) === undefined) return resultOf(first, testFilter.length)
    // A test that fails without the mutant too shows that another mutant left something behind.
    await tests.reload()
    const again = await firstFailure(some(), id, ns)
    await tests.reload()
    return resultOf(again, testFilter.length)
  }

  /** What fails while a mutant is active at run time fails too when it is so from the beginning: quicker to find out. */
  async function judgeAnyway(options: MutantRunOptions) {
    const { activeMutant, sandboxFileName } = options
    const { perTest = {} } = ns.mutantCoverage ?? {}
    const testFilter = Object.keys(perTest).filter(test => activeMutant.id in (perTest[test] ?? {}))
    const atRunTime = await judgeRuntime({ ...options, testFilter })
    return atRunTime.status === 'survived' ? judgeStatic(activeMutant.id, sandboxFileName) : atRunTime
  }

  return {
    capabilities: () => ({ reloadEnvironment: true }),

    async init() {
      tests = await loadedTests()
      await tests.reload()
      await runAll()
      judgeStatic = staticJudge(tests, spent, ns)
    },

    dryRun: () => ({
      status: 'complete',
      tests: [...tests.all().values()].map(({ id, name, file }) => ({
        id,
        name,
        fileName: relative(process.cwd(), file),
        timeSpentMs: spent.get(id) ?? 0,
        ...(failures.has(id) ? { status: 1, failureMessage: failures.get(id) } : { status: 0 }),
      })),
      mutantCoverage: ns.mutantCoverage,
    }),

    mutantRun(options: MutantRunOptions) {
      const { mutantActivation, hitLimit } = options
      ns.hitCount = 0
      ns.hitLimit = hitLimit
      return mutantActivation === 'static' ? judgeAnyway(options) : judgeRuntime(options)
    },
  }
}

/** What Stryker looks for in a plugin; named in stryker.config.json. */
export const strykerPlugins = [{ kind: 'TestRunner', name: 'in-process', factory: inProcessRunner }]
