import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** Each seed is a file that breaks one rule of the house; the linter, run once over all of them, must name that rule. */
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

interface Seed {
  readonly title: string
  readonly file: string
  readonly text: string
  /** The rule that must speak, or none for a file that must pass. */
  readonly rule?: string
}

const imports = 'eslint(no-restricted-imports)'
const globals = 'eslint(no-restricted-globals)'
const properties = 'eslint(no-restricted-properties)'
const from = (...specifiers: readonly string[]): string =>
  specifiers
    .map(
      (specifier, index) =>
        `import { a as a${index} } from '${specifier}'\nexport const b${index} = a${index}\n`,
    )
    .join('')

const refused: readonly Seed[] = [
  { title: 'lib imports no room', file: 'lib/x.ts', text: from('../fhir/y.ts'), rule: imports },
  { title: 'lib does no I/O', file: 'lib/y.ts', text: from('node:fs'), rule: imports },
  {
    title: 'lib makes no ids',
    file: 'lib/z.ts',
    text: `import { randomUUID } from 'node:crypto'\nexport const b = randomUUID\n`,
    rule: imports,
  },
  {
    title: 'care-plan imports no grammar',
    file: 'care-plan/a.ts',
    text: from('../fhir/y.ts'),
    rule: imports,
  },
  { title: 'care-plan imports no package', file: 'care-plan/b.ts', text: from('ajv'), rule: imports },
  {
    title: 'care-plan imports no type of another room',
    file: 'care-plan/c.ts',
    text: `import type { A } from '../mappers/y.ts'\nexport type B = A\n`,
    rule: imports,
  },
  { title: 'hl7v2 knows no FHIR', file: 'hl7v2/deep/a.ts', text: from('../../fhir/y.ts'), rule: imports },
  { title: 'fhir opens no socket', file: 'fhir/search/deep/a.ts', text: from('node:net'), rule: imports },
  {
    title: 'fhir imports no mapper at any depth',
    file: 'fhir/search/b.ts',
    text: from('../../mappers/y.ts'),
    rule: imports,
  },
  {
    title: 'mappers import no command',
    file: 'mappers/adt/a.ts',
    text: from('../../commands/y.ts'),
    rule: imports,
  },
  {
    title: 'mappers set no timer',
    file: 'mappers/adt/b.ts',
    text: from('node:timers/promises'),
    rule: imports,
  },
  {
    title: 'a way round by ./.. is seen',
    file: 'care-plan/d.ts',
    text: from('./../fhir/y.ts'),
    rule: imports,
  },
  {
    title: 'a re-export is an import',
    file: 'care-plan/e.ts',
    text: `export { a } from '../fhir/y.ts'\n`,
    rule: imports,
  },
  { title: 'commands import no edge', file: 'commands/a.ts', text: from('../store/y.ts'), rule: imports },
  { title: 'commands import no driver', file: 'commands/b.ts', text: from('pg'), rule: imports },
  { title: 'the store imports no other edge', file: 'store/a.ts', text: from('../sync/y.ts'), rule: imports },
  { title: 'sync imports no other edge', file: 'sync/a.ts', text: from('../store/y.ts'), rule: imports },
  {
    title: 'routes import no other edge',
    file: 'routes/fhir/a.ts',
    text: from('../../consumers/y.ts'),
    rule: imports,
  },
  {
    title: 'consumers import no other edge',
    file: 'consumers/a.ts',
    text: from('../routes/y.ts'),
    rule: imports,
  },
  {
    title: 'no kafkajs outside consumers/kafka',
    file: 'consumers/b.ts',
    text: from('kafkajs'),
    rule: imports,
  },
  { title: 'a verb imports no other edge', file: 'cli/a.ts', text: from('../store/y.ts'), rule: imports },
  { title: 'a verb reads no configuration', file: 'cli/b.ts', text: from('../config/y.ts'), rule: imports },
  {
    title: 'no room imports the composition root',
    file: 'routes/b.ts',
    text: from('../app.ts'),
    rule: imports,
  },
  {
    title: 'a pure room reads no clock',
    file: 'fhir/c.ts',
    text: 'export const b = Date.now()\n',
    rule: globals,
  },
  {
    title: 'a pure room makes no date of now',
    file: 'mappers/c.ts',
    text: 'export const b = new Date()\n',
    rule: globals,
  },
  {
    title: 'a pure room waits for nothing',
    file: 'hl7v2/b.ts',
    text: 'export const b = () => setTimeout(() => 1, 1)\n',
    rule: globals,
  },
  {
    title: 'a pure room fetches nothing',
    file: 'lib/d.ts',
    text: `export const b = () => fetch('x')\n`,
    rule: globals,
  },
  {
    title: 'a pure room draws no lots',
    file: 'care-plan/f.ts',
    text: 'export const b = Math.random()\n',
    rule: properties,
  },
  {
    title: 'Temporal.Now is a clock',
    file: 'lib/e.ts',
    text: `import { Temporal } from 'temporal-polyfill'\nexport const b = Temporal.Now.instant()\n`,
    rule: properties,
  },
  {
    title: 'globalThis is no way round',
    file: 'lib/f.ts',
    text: `export const b = globalThis.performance\n`,
    rule: properties,
  },
  {
    title: 'only config reads the environment',
    file: 'store/b.ts',
    text: `export const b = process.env['X']\n`,
    rule: 'node(no-process-env)',
  },
  {
    title: 'nothing is exported as default',
    file: 'routes/c.ts',
    text: 'const b = 1\nexport default b\n',
    rule: 'import(no-default-export)',
  },
  {
    title: 'modules form no ring',
    file: 'lib/ring-a.ts',
    text: from('./ring-b.ts'),
    rule: 'import(no-cycle)',
  },
  {
    title: 'the console is not a log',
    file: 'sync/b.ts',
    text: `console.log('x')\nexport const b = 1\n`,
    rule: 'eslint(no-console)',
  },
  {
    title: 'no promise floats',
    file: 'sync/c.ts',
    text: `async function f(): Promise<void> {}\nexport const b = () => {\n  f()\n}\n`,
    rule: 'typescript(no-floating-promises)',
  },
  {
    title: 'a switch names every case',
    file: 'commands/c.ts',
    text: `export function f(b: 'x' | 'y'): void {\n  switch (b) {\n    case 'x':\n      break\n  }\n}\n`,
    rule: 'typescript(switch-exhaustiveness-check)',
  },
  {
    title: 'no error is swallowed',
    file: 'sync/d.ts',
    text: `export function f(b: () => void): void {\n  try {\n    b()\n  } catch {}\n}\n`,
    rule: 'eslint(no-empty)',
  },
  {
    title: 'no any',
    file: 'sync/e.ts',
    text: `export const b = 1 as any\n`,
    rule: 'typescript(no-explicit-any)',
  },
  {
    title: 'no type error is hidden',
    file: 'sync/f.ts',
    text: `// @ts-ignore\nexport const b: string = 1\n`,
    rule: 'typescript(ban-ts-comment)',
  },
  {
    title: 'nothing is left to do',
    file: 'sync/g.ts',
    text: `// TODO: later\nexport const b = 1\n`,
    rule: 'eslint(no-warning-comments)',
  },
  {
    title: 'four parameters at most',
    file: 'sync/h.ts',
    text: `export const f = (a: 1, b: 1, c: 1, d: 1, e: 1): number => a + b + c + d + e\n`,
    rule: 'eslint(max-params)',
  },
]

const accepted: readonly Seed[] = [
  {
    title: 'lib may hash',
    file: 'lib/ok.ts',
    text: `import { createHash } from 'node:crypto'\nexport const b = createHash\n`,
  },
  {
    title: 'the clock may print an instant',
    file: 'lib/clock.ts',
    text: `export const b = (ms: number): string => new Date(ms).toISOString()\n`,
  },
  {
    title: 'mappers may import the four rooms below',
    file: 'mappers/deep/ok.ts',
    text: from(
      '../../lib/y.ts',
      '../../care-plan/y.ts',
      '../../hl7v2/y.ts',
      '../../fhir/deep/y.ts',
      '../y.ts',
      './y.ts',
    ),
  },
  {
    title: 'an edge may import the commands and its own files',
    file: 'store/deep/ok.ts',
    text: from('../../commands/ports/y.ts', '../y.ts', 'pg', 'node:fs'),
  },
  {
    title: 'the Kafka edge may import its client',
    file: 'consumers/kafka/ok.ts',
    text: from('kafkajs', '../y.ts', '../../commands/y.ts'),
  },
  {
    title: 'the command line entry may import the composition root',
    file: 'cli/casewire.ts',
    text: `import { a } from '../app.ts'\nexport const b = [a, process.env]\n`,
  },
]

let findings: ReadonlyMap<string, readonly string[]>
let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'casewire-rooms-'))
  for (const file of ['oxlint.config.ts', 'tsconfig.json', 'package.json'])
    copyFileSync(join(root, file), join(folder, file))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  for (const { file, text } of [...refused, ...accepted]) write(file, text)
  write('lib/ring-b.ts', from('./ring-a.ts'))
  findings = lint()
})

afterAll(() => rmSync(folder, { recursive: true }))

describe('the linter refuses', () => {
  test.each(refused)('$file: $title', ({ file, rule }) => {
    expect(findings.get(`src/${file}`)).toContain(rule)
  })
})

describe('the linter accepts', () => {
  test.each(accepted)('$file: $title', ({ file }) => {
    expect(findings.get(`src/${file}`) ?? []).toEqual([])
  })
})

/** Loads a table of units, a pure value, with the first unit that is asked for: a service without quantities need not hold it. */
const loadsLate = ['src/fhir/validation/profiles/fhirpath-engine.ts', 'src/fhir/search/canonical-quantity.ts']

test('no pure room imports while it runs, where the linter does not look, but for the units of measure and FHIRPath', () => {
  const files = globSync('src/{lib,care-plan,hl7v2,fhir,mappers}/**/*.ts', { cwd: root })
  expect(files.length).toBeGreaterThan(30)
  const importing = files.filter(file =>
    /\bimport\s*\(|\brequire\s*\(/.test(readFileSync(join(root, file), 'utf8')),
  )
  expect(importing.toSorted()).toEqual(loadsLate.toSorted())
})

test('every folder of src is a room that the linter knows', () => {
  const config = readFileSync(join(root, 'oxlint.config.ts'), 'utf8')
  const folders = globSync('src/*/', { cwd: root }).map(path => path.split('/')[1] ?? '')
  const known = folders.filter(name => new RegExp(`^  '?${name}'?: \\{\\s*rooms:`, 'm').test(config))
  expect(known).toEqual(folders)
})

function write(file: string, text: string): void {
  const path = join(folder, 'src', file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

function lint(): ReadonlyMap<string, readonly string[]> {
  const { stdout } = spawnSync(
    join(root, 'node_modules', '.bin', 'oxlint'),
    ['--type-aware', '-f', 'json', 'src'],
    {
      cwd: folder,
      encoding: 'utf8',
    },
  )
  const { diagnostics } = JSON.parse(stdout) as {
    readonly diagnostics: readonly { readonly code: string; readonly filename: string }[]
  }
  return Map.groupBy(diagnostics, ({ filename }) => filename)
    .entries()
    .reduce(
      (all, [file, found]) =>
        all.set(
          file,
          found.map(({ code }) => code),
        ),
      new Map<string, readonly string[]>(),
    )
}
