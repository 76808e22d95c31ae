/** Writes docs/reference/commands.md from the commands themselves: `node scripts/generate-commands.ts`. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TSchema } from 'typebox'
import { machines } from '../src/care-plan/machines/machines.ts'
import { commands } from '../src/care-plan/commands/commands.ts'

export const commandsPage = join(import.meta.dirname, '../docs/reference/commands.md')

/** The page as it should be. */
export function commandsText(): string {
  return [
    '# Commands',
    '',
    'Made by `npm run generate:commands` from the commands themselves; a test compares both. `POST /cases/{id}/commands/{Name}` takes the fields below as JSON and,',
    'for every command, `at` (when it happened, with an offset; now when left out) and `reason` (kept in the event and in Provenance). A field with ? may be left out.',
    'What each field may hold stands in `/openapi.json`. `from` are the states that a command is possible in, `-` for what it brings into being.',
    '',
    '| command | does | fields | from |',
    '|---|---|---|---|',
    ...[...commands.values()].map(({ name, summary, payload }) => {
      const required = new Set(payload.required)
      const fields = Object.entries(payload.properties as Readonly<Record<string, TSchema>>).map(
        ([field, schema]) => `\`${field}\`${required.has(field) ? '' : '?'}${choices(schema)}`,
      )
      return `| \`${name}\` | ${cell(summary)} | ${fields.join(', ')} | ${statesOf(name)} |`
    }),
    '',
  ].join('\n')
}

const CHOICES_MAX = 6

function choices(schema: TSchema): string {
  const values = 'enum' in schema && Array.isArray(schema.enum) ? schema.enum.map(String) : []
  return values.length === 0 || values.length > CHOICES_MAX ? '' : ` (${values.join(', ')})`
}

/** By noun: `goal: active, on-hold`. */
function statesOf(name: string): string {
  const lines = Object.values(machines).flatMap(({ noun, moves }) => {
    const own = moves.filter(({ command }) => command === name)
    if (own.length === 0) return []
    const from = [...new Set(own.flatMap(({ from: states }) => (states.length === 0 ? ['-'] : states)))]
    return [`${noun}: ${from.join(', ')}`]
  })
  return lines.join('; ') || 'any'
}

const cell = (text: string): string => text.replaceAll('|', '\\|')

if (import.meta.main) writeFileSync(commandsPage, commandsText())
