import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { projectRoot } from '../../scripts/services/service.ts'
import { invariants } from '../../src/care-plan/invariants/invariants.ts'

const page = readFileSync(join(projectRoot, 'docs/reference/invariants.md'), 'utf8')

test('docs/reference/invariants.md lists the rules that are checked, each once, and no other', () => {
  const documented = [...page.matchAll(/^\| `(I\d+)` \|/gm)].map(([, number]) => number)
  const checked = [...new Set(invariants.map(({ number }) => number))]
  expect(documented.toSorted()).toEqual(checked.toSorted())
})
