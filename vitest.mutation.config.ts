import { defineConfig } from 'vitest/config'

/** The tests that judge mutants of the pure rooms (stryker.config.json): those that need no server and no clock. */
export default defineConfig({
  test: {
    include: ['tests/{unit,property}/{care-plan,mappers}/**/*.test.ts'],
    testTimeout: 60_000,
  },
})
