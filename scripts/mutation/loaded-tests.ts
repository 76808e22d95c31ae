import { globSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect } from 'vitest'
import { moduleGraph, type Loaded } from './module-graph.ts'
import { testCollector, type CollectedTest } from './test-collector.ts'

/** Tests of care-plan: its own, those that ask it through mappers and commands, and those that compare it with the docs. */
const TESTS = [
  'tests/unit/{care-plan,mappers/case,commands/cases,commands/journal}/**/*.test.ts',
  'tests/conformance/{commands,models,state-machines}.test.ts',
  'tests/conformance/{obligations,invariants,instruments}-docs.test.ts',
]

/** Tests of other things that would take most of the time. */
const TOO_SLOW = [
  'tests/unit/mappers/case/effects/plan-content.test.ts',
  'tests/unit/commands/cases/told-by.test.ts',
]

/** Every test that judges mutants, loaded into this process. */
export interface LoadedTests {
  readonly all: () => ReadonlyMap<string, CollectedTest>
  /** Loads all of them anew. */
  readonly reload: () => Promise<void>
  /** Everything that does not depend on a file as it is, for the rest to be loaded beside it. */
  readonly without: (file: string) => Loaded
  /** The tests of one file, with what of it is not loaded yet. */
  readonly testsIn: (file: string, into: Loaded) => Promise<readonly CollectedTest[]>
  readonly dependentsOf: (file: string) => ReadonlySet<string>
}

export async function loadedTests(): Promise<LoadedTests> {
  const collector = testCollector()
  const graph = await moduleGraph(new Map([['vitest', { ...collector.api, expect }]]))
  let loaded: Loaded = new Map()
  let tests = new Map<string, CollectedTest>()
  const testsIn = (file: string, into: Loaded) => collector.collect(file, () => graph.load(file, into))
  return {
    all: () => tests,
    testsIn,
    dependentsOf: file => graph.dependentsOf(file),
    without(file) {
      const reached = graph.dependentsOf(file)
      return new Map([...loaded].filter(([path]) => !reached.has(path)))
    },
    async reload() {
      loaded = new Map()
      tests = new Map()
      for (const file of globSync(TESTS, { exclude: TOO_SLOW }).toSorted())
        for (const test of await testsIn(resolve(file), loaded)) tests.set(test.id, test)
    },
  }
}
