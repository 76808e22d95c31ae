import { defineConfig } from 'vitest/config'

/** Tiers: `unit` needs nothing (its contract suites use PostgreSQL when it is there); the others use real PostgreSQL, Kafka and HAPI. */
export default defineConfig({
  test: {
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'html', 'json-summary'],
      reportsDirectory: 'coverage',
      // Of the unit tier alone, over every file: what only real servers reach counts as uncovered.
      thresholds: { statements: 88, branches: 83, functions: 89, lines: 89 },
    },
    projects: [
      {
        test: {
          name: 'unit',
          globalSetup: ['tests/support/servers.ts'],
          setupFiles: ['tests/support/fixed-seed.ts'],
          include: ['tests/{unit,property,conformance,golden,contract}/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
          // Modules are loaded once a worker, not once a file: they took half of the run.
          isolate: false,
        },
      },
      {
        test: {
          name: 'integration',
          setupFiles: ['tests/support/fixed-seed.ts'],
          include: ['tests/integration/**/*.test.ts'],
          globalSetup: ['tests/support/servers.ts'],
          testTimeout: 180_000,
          hookTimeout: 300_000,
          maxWorkers: 1,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          globalSetup: ['tests/support/servers.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          maxWorkers: 1,
          fileParallelism: false,
        },
      },
    ],
  },
})
