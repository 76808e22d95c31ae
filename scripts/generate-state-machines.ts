/** Writes docs/reference/state-machines.md from the machines themselves: `node scripts/generate-state-machines.ts`. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Machine } from '../src/care-plan/machines/machine.ts'
import { configurationMachines, machines } from '../src/care-plan/machines/machines.ts'

export const stateMachinesPage = join(import.meta.dirname, '../docs/reference/state-machines.md')

/** The page as it should be. */
export function stateMachinesText(): string {
  const all: readonly Machine[] = [...Object.values(machines), ...Object.values(configurationMachines)]
  return [
    '# State machines',
    '',
    'Made by `npm run generate:state-machines` from the tables that decide (`src/care-plan/machines/machines.ts`); a test compares both. An arrow is a command, the table names the',
    'event that it raises and who makes it: people by a command, facts (messages, what was derived) or a timer. What no arrow shows is refused: 409 `illegal-transition`',
    'with the legal commands at the case API, 422 at the FHIR API. Figures and answers have no machine: they come to be, are amended and can be withdrawn.',
    '',
    ...all.flatMap(sectionOf),
  ].join('\n')
}

function sectionOf({ noun, states, moves }: Machine): readonly string[] {
  return [
    `## ${noun[0]?.toUpperCase()}${noun.slice(1)}`,
    '',
    '```mermaid',
    'stateDiagram-v2',
    '  direction LR',
    ...states.filter(state => state.includes('-')).map(state => `  state "${state}" as ${nameOf(state)}`),
    ...arrows(moves).map(([path, commands]) => `  ${path}: ${[...new Set(commands)].join(', ')}`),
    '```',
    '',
    '| from | command | event | to | made by |',
    '|---|---|---|---|---|',
    ...moves.map(
      ({ command, event, from, to, by = 'people' }) =>
        `| ${from.join(', ') || '-'} | \`${command}\` | \`${event}\` | ${to} | ${by} |`,
    ),
    '',
  ]
}

/** Commands that lead the same way share an arrow. */
function arrows(moves: Machine['moves']): readonly (readonly [path: string, commands: readonly string[]])[] {
  const steps = moves.flatMap(({ command, from, to }) =>
    (from.length === 0 ? ['[*]'] : from).map(state => ({
      command,
      path: `${state === '[*]' ? state : nameOf(state)} --> ${nameOf(to)}`,
    })),
  )
  return [...Map.groupBy(steps, ({ path }) => path)].map(([path, list]) => [
    path,
    list.map(({ command }) => command),
  ])
}

const nameOf = (state: string): string => state.replaceAll('-', '_')

if (import.meta.main) writeFileSync(stateMachinesPage, stateMachinesText())
