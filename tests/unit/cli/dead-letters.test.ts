import { expect, test } from 'vitest'
import type { CliIo } from '../../../src/cli/cli-io.ts'
import { deadLetters } from '../../../src/cli/dead-letters.ts'

test('a correction whose file is not there is a wrong usage that names it, and no store is opened', async () => {
  const err: string[] = []
  const opened: string[] = []
  const io = {
    err: (text: string) => err.push(text),
    operations: async () => opened.push('store'),
  } as unknown as CliIo
  expect(await deadLetters.run(['replay', 'an-id', '--with', '/nowhere/fixed.hl7'], io)).toBe(2)
  expect(err.join('')).toContain('There is no file /nowhere/fixed.hl7.')
  expect(opened).toEqual([])
})
