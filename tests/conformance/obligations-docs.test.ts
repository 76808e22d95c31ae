import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { obligationsPage, obligationsText } from '../../scripts/generate-obligations.ts'

test('docs/reference/obligations.md lists every rule as it is', () => {
  expect(readFileSync(obligationsPage, 'utf8')).toBe(obligationsText())
})
