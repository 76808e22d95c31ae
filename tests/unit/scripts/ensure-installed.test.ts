import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { projectRoot } from '../../../scripts/services/service.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'casewire-install-'))
  mkdirSync(join(folder, 'scripts'))
  copyFileSync(
    join(projectRoot, 'scripts', 'ensure-installed.mjs'),
    join(folder, 'scripts', 'ensure-installed.mjs'),
  )
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ engines: { node: '24.x' } }))
  lock({ fastify: '5.0.0' })
  // An npm that installs what the lock says, as far as this script looks.
  writeFileSync(
    join(folder, 'npm.cjs'),
    `const fs = require('node:fs')
fs.mkdirSync('node_modules/.bin', { recursive: true })
fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json')
fs.rmSync('node_modules/.bin/node', { force: true })
fs.symlinkSync(${JSON.stringify(process.execPath)}, 'node_modules/.bin/node')
fs.appendFileSync('npm.log', process.argv.slice(2).join(' ') + '\\n')
console.log('npm says something')
`,
  )
})

afterEach(() => rmSync(folder, { recursive: true }))

test('installs when nothing is installed, saying so on standard error only', () => {
  const { status, stdout, stderr } = ensure()
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
  expect(stderr).toContain(
    'casewire: the dependencies are not installed yet: installing from package-lock.json',
  )
  expect(npmCalls()).toEqual(['ci --prefer-offline --no-audit --no-fund --loglevel=error'])
})

test('does nothing and says nothing when what is installed is what the lockfile names', () => {
  ensure()
  lock({ fastify: '5.0.0' }, { later: true })
  expect(ensure()).toEqual({ status: 0, stdout: '', stderr: '' })
  expect(npmCalls()).toHaveLength(1)
})

test('installs again when the lockfile names another version', () => {
  ensure()
  lock({ fastify: '5.0.1' }, { later: true })
  expect(ensure().stderr).toContain('package-lock.json has changed')
  expect(npmCalls()).toHaveLength(2)
})

test('does not wait for the optional packages of other platforms', () => {
  ensure()
  lock(
    { fastify: '5.0.0' },
    { later: true, more: { 'node_modules/other': { version: '1.0.0', optional: true } } },
  )
  expect(ensure()).toEqual({ status: 0, stdout: '', stderr: '' })
})

test('leaves development packages out where npm does', () => {
  expect(ensure({ NODE_ENV: 'production' }).status).toBe(0)
  expect(npmCalls()[0]).toContain('--omit=dev')
})

test('ends with 1 and says why when the install fails', () => {
  writeFileSync(join(folder, 'npm.cjs'), 'process.exit(7)')
  const { status, stderr } = ensure()
  expect(status).toBe(1)
  expect(stderr).toContain('npm ci failed')
})

test('says how to mend it when the Node of the lockfile was not unpacked', () => {
  ensure()
  rmSync(join(folder, 'node_modules', '.bin', 'node'))
  const { status, stderr } = ensure()
  expect(status).toBe(1)
  expect(stderr).toMatch(/Node 24 is missing .* install script/)
})

function lock(
  versions: Readonly<Record<string, string>>,
  { later = false, more = {} }: { readonly later?: boolean; readonly more?: object } = {},
): void {
  const packages = Object.fromEntries(
    Object.entries(versions).map(([name, version]) => [`node_modules/${name}`, { version }]),
  )
  const file = join(folder, 'package-lock.json')
  writeFileSync(file, JSON.stringify({ packages: { '': {}, ...packages, ...more } }))
  const at = Date.now() / 1000 + (later ? 60 : -60)
  utimesSync(file, at, at)
}

function ensure(env: Readonly<Record<string, string>> = {}): {
  status: number | null
  stdout: string
  stderr: string
} {
  const file = join(folder, 'scripts', 'ensure-installed.mjs')
  const { PATH = '' } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, [file], {
    encoding: 'utf8',
    env: { PATH, npm_execpath: join(folder, 'npm.cjs'), ...env },
  })
  return { status, stdout, stderr }
}

const npmCalls = (): readonly string[] => readFileSync(join(folder, 'npm.log'), 'utf8').trim().split('\n')
