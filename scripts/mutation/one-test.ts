import type { CollectedTest } from './test-collector.ts'

/** What the instrumented code and Stryker share: `globalThis.__stryker__`. */
export interface StrykerNamespace {
  activeMutant?: string | undefined
  currentTestId?: string | undefined
  hitCount?: number | undefined
  hitLimit?: number | undefined
  mutantCoverage?: { readonly perTest: Readonly<Record<string, Readonly<Record<string, number>>>> }
}

/** How tests ended with a mutant: which one failed; without one, none ever ended. */
export interface Outcome {
  readonly test?: CollectedTest
  readonly failure?: string
}

/** What a test fails with; undefined when it passes. */
export async function failureOf({ run }: CollectedTest): Promise<string | undefined> {
  try {
    await run()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Stryker counts how often a mutant is run, so that a loop without end is noticed. */
export const isBeyondLimit = ({ hitCount = 0, hitLimit }: StrykerNamespace): boolean =>
  hitLimit !== undefined && hitCount > hitLimit

/** The first of some tests that fails with a mutant; undefined when it survives them. */
export async function firstFailure(
  some: readonly CollectedTest[],
  mutant: string,
  ns: StrykerNamespace,
): Promise<Outcome | undefined> {
  for (const test of some) {
    ns.activeMutant = mutant
    const failure = await failureOf(test)
    ns.activeMutant = undefined
    if (isBeyondLimit(ns)) return {}
    if (failure !== undefined) return { test, failure }
  }
  return undefined
}

/** As Stryker's plugin interface has it (MutantRunResult). */
export function resultOf(first: Outcome | undefined, nrOfTests: number) {
  if (!first) return { status: 'survived', nrOfTests }
  const { test, failure = '' } = first
  return test
    ? { status: 'killed', killedBy: [test.id], failureMessage: failure, nrOfTests }
    : { status: 'timeout' }
}
