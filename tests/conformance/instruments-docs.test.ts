import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { projectRoot } from '../../scripts/services/service.ts'
import { instrumentRows } from '../support/instrument-rows.ts'

test('docs/reference/instruments.md lists every instrument with its tables as the code has them', () => {
  const page = readFileSync(join(projectRoot, 'docs/reference/instruments.md'), 'utf8')
  const rows = page.split('\n').filter(line => line.startsWith('| `'))
  expect(rows).toEqual(instrumentRows)
})
