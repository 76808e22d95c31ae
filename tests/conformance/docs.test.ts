import { spawnSync } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { projectRoot } from '../../scripts/services/service.ts'
import { createApp, type App } from '../../src/app.ts'
import { readConfig } from '../../src/config/environment.ts'
import { variables, type Variable } from '../../src/config/variables.ts'
import { failureCodes } from '../support/failure-codes.ts'
import { verdictFlags } from '../support/verdict-flags.ts'

/** What docs/reference says is compared with what the code has, both ways: neither may name what the other lacks. */
const read = (file: string): string => readFileSync(join(projectRoot, file), 'utf8')

/** The rows of every table under a heading whose first column has this title; cells without their backquotes. */
function rows(file: string, firstColumn: string): readonly (readonly string[])[] {
  const lines = read(file).split('\n')
  const found = lines.flatMap((line, index) => {
    if (!line.startsWith(`| ${firstColumn} |`) && line !== `| ${firstColumn} |`) return []
    const rest = lines.slice(index + 2)
    const end = rest.findIndex(each => !each.startsWith('|'))
    return rest.slice(0, end === -1 ? rest.length : end)
  })
  return found.map(line =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map(cell => cell.trim().replaceAll('`', '')),
  )
}

const column = (file: string, firstColumn: string, index = 0): readonly string[] =>
  rows(file, firstColumn).map(cells => cells[index] ?? '')

const sorted = (texts: Iterable<string>): readonly string[] =>
  [...new Set(texts)].toSorted((one, other) => (one < other ? -1 : 1))

describe('routes and metrics', () => {
  const folder = mkdtempSync(join(tmpdir(), 'casewire-docs-'))
  const routes: string[] = []
  let app: App

  /** Each command has a route of its own; docs/reference/commands.md lists them. */
  const named = (url: string): string => url.replace(/^(\/cases\/:id\/commands)\/.+$/, '$1/:name')

  const listenToRoutes = (message: unknown): void => {
    const { fastify } = message as { readonly fastify: FastifyInstance }
    fastify.addHook('onRoute', ({ method, url }) => {
      for (const each of [method].flat()) if (each !== 'HEAD') routes.push(`${each} ${named(url)}`)
    })
  }

  beforeAll(async () => {
    const config = readConfig({ DATA_DIR: folder, LOG_LEVEL: 'silent' })
    if (!config.ok) throw new Error('the default configuration must hold')
    subscribe('fastify.initialization', listenToRoutes)
    app = await createApp(config.value, { say: () => undefined })
    await app.server.ready()
  })

  afterAll(async () => {
    unsubscribe('fastify.initialization', listenToRoutes)
    await app.close()
    rmSync(folder, { recursive: true })
  })

  test('every route is documented and every documented route is there', () => {
    const documented = rows('docs/reference/routes.md', 'method').map(([method, path]) => `${method} ${path}`)
    expect(sorted(documented)).toEqual(sorted(routes))
  })

  test('every metric is documented with its type and labels, and no other', async () => {
    const { body } = await app.server.inject('/metrics')
    const typed = [...body.matchAll(/^# TYPE (casewire_\w+) (\w+)$/gm)].map(
      ([, name, type]) => `${name} ${type}`,
    )
    const documented = rows('docs/reference/metrics.md', 'metric').map(([name, type]) => `${name} ${type}`)
    expect(sorted(documented)).toEqual(sorted(typed))
  })
})

describe('configuration', () => {
  const table: Readonly<Record<string, Variable>> = variables
  const fallbackOf = (name: string): string => {
    const fallback = table[name]?.schema['default']
    return fallback === undefined ? '' : typeof fallback === 'string' ? fallback : JSON.stringify(fallback)
  }

  test('every variable is documented with its default, and no other', () => {
    const documented = rows('docs/reference/configuration.md', 'variable').filter(cells => cells.length === 3)
    expect(sorted(documented.map(([name = '']) => name))).toEqual(sorted(Object.keys(table)))
    const wrong = documented.filter(([name = '', fallback]) => fallbackOf(name) !== fallback)
    expect(wrong).toEqual([])
  })

  test('every variable that scripts and tests read is documented', () => {
    const texts = globSync(['scripts/**/*.ts', 'tests/**/*.ts', 'scripts/*.mjs'], { cwd: projectRoot }).map(
      read,
    )
    const used = texts.flatMap(text =>
      [...text.matchAll(/process\.env(?:\.|\[')([A-Z][A-Z0-9_]+)/g)].map(([, name = '']) => name),
    )
    const documented = new Set(
      column('docs/reference/configuration.md', 'variable').flatMap(cell => cell.split(', ')),
    )
    expect(sorted(used.filter(name => !documented.has(name)))).toEqual(['CI', 'NODE_ENV', 'PATH'])
  })
})

test('every verb of the command line is documented, and no other', () => {
  const entry = join(projectRoot, 'src', 'cli', 'casewire.ts')
  const { stdout } = spawnSync(process.execPath, [entry, '--help'], { encoding: 'utf8' })
  const verbs = [...stdout.matchAll(/^ {2}([a-z-]+) {2,}\S/gm)].map(([, verb = '']) => verb)
  expect(verbs.length).toBeGreaterThan(5)
  expect(sorted(column('docs/reference/cli.md', 'verb'))).toEqual(sorted(verbs))
})

test('every flag of a verdict and note on a message is documented, and no other', () => {
  const documented = column('docs/reference/errors.md', 'flag')
  expect(documented).toEqual([...new Set(documented)])
  expect(sorted(documented)).toEqual(sorted(verdictFlags()))
})

test('every failure code is documented, and no other', () => {
  const documented = column('docs/reference/errors.md', 'code')
  expect(documented.length).toBe(new Set(documented).size)
  expect(sorted(documented)).toEqual(sorted(failureCodes()))
})

test('every dependency is justified, and no other', () => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<
    string,
    Record<string, string>
  >
  const file = 'docs/explanation/dependencies.md'
  const documented = column(file, 'package').flatMap(cell => cell.split(', '))
  expect(sorted(documented)).toEqual(sorted(Object.keys({ ...dependencies, ...devDependencies })))
})

describe('the other pages', () => {
  const pages = globSync(['*.md', 'docs/**/*.md', 'tests/**/*.md'], { cwd: projectRoot })
  const words = new Set([
    ...column('docs/reference/configuration.md', 'variable').flatMap(cell => cell.split(', ')),
    ...column('docs/reference/metrics.md', 'metric'),
  ])

  test('name no variable or metric that the reference lacks', () => {
    const unknown = pages.flatMap(page =>
      [
        ...read(page).matchAll(
          /\b(?:casewire_[a-z_]+|(?:KAFKA|DATABASE|SYNC|ADT|TEST|SERVICES|CASEWIRE|HAPI)_[A-Z_]+)\b/g,
        ),
      ]
        .map(([word]) => word)
        .filter(word => !words.has(word))
        .map(word => `${page}: ${word}`),
    )
    expect(unknown).toEqual([])
  })

  test('name no npm script that package.json lacks', () => {
    const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Record<string, string> }
    const named = pages.flatMap(page =>
      [...read(page).matchAll(/npm run (?:--silent )?([a-z][a-z:-]*)/g)].map(([, name = '']) => ({
        page,
        name,
      })),
    )
    expect(named.length).toBeGreaterThan(10)
    expect(named.filter(({ name }) => !Object.hasOwn(scripts, name))).toEqual([])
  })

  test('link to files that exist', () => {
    const broken = pages.flatMap(page =>
      [...read(page).matchAll(/\]\(([^)#:]+\.(?:md|ts|json|yml))(?:#[^)]*)?\)/g)]
        .map(([, target = '']) => target)
        .filter(target => globSync(join(page, '..', target), { cwd: projectRoot }).length === 0)
        .map(target => `${page}: ${target}`),
    )
    expect(broken).toEqual([])
  })
})
