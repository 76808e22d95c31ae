import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { obligationsPage, obligationsText } from '../../scripts/generate-obligations.ts'

test('docs/reference/obligations.md lists every rule as it is', () => {
  expect(readFileSync(obligationsPage, 'utf8')).toBe(obligationsText())
})

test('no duty names a paper as its source that its reader has not', () => {
  expect(obligationsText().match(/[\w-]+\.md \d[^|]*/g) ?? []).toEqual([])
})
