import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { commandsPage, commandsText } from '../../scripts/generate-commands.ts'

test('docs/reference/commands.md lists every command as it is', () => {
  expect(readFileSync(commandsPage, 'utf8')).toBe(commandsText())
})
