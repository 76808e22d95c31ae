import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { stateMachinesPage, stateMachinesText } from '../../scripts/generate-state-machines.ts'

test('docs/reference/state-machines.md draws every machine as it is', () => {
  const page = readFileSync(stateMachinesPage, 'utf8')
  expect(page).toBe(stateMachinesText())
  expect(page.match(/^## /gm)?.length).toBeGreaterThanOrEqual(16)
})
