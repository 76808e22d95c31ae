import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { projectRoot } from '../../../scripts/services/service.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'casewire-services-'))
  symlinkSync(process.execPath, join(folder, 'node'))
})

afterEach(() => rmSync(folder, { recursive: true }))

/** A run on a machine that has nothing on its PATH but what the test put into the folder. */
function services(
  script: 'up' | 'down',
  ...args: readonly string[]
): { status: number | null; stdout: string; stderr: string } {
  const file = join(projectRoot, 'scripts', 'services', `${script}.ts`)
  const env = { PATH: folder, CASEWIRE_SERVICES_DIR: join(folder, 'services') }
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], { encoding: 'utf8', env })
  return { status, stdout, stderr }
}

describe('services:up', () => {
  test('refuses a server that it does not know, with its usage', () => {
    const { status, stdout, stderr } = services('up', 'oracle')
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain('unknown: oracle')
    expect(stderr).toContain('[kafka] [postgres] [fhir]')
  })

  test('says what the machine lacks and ends with 2', () => {
    const { status, stdout, stderr } = services('up', 'kafka', 'fhir')
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr.match(/missing: a Java 17 JDK/g)).toHaveLength(2)
  })

  test('takes a server from Docker when its engine answers and has the image; again prints the same; down stops it', () => {
    const calls = fakeDocker()
    const first = services('up', 'postgres')
    expect(first).toMatchObject({ status: 0 })
    expect(first.stdout).toMatch(/^DATABASE_URL=postgres:\/\/casewire@127\.0\.0\.1:\d+\/casewire\n$/)
    const again = services('up', 'postgres')
    expect(again.stdout).toBe(first.stdout)
    expect(calls().filter(call => call.startsWith('run'))).toHaveLength(1)
    expect(calls().find(call => call.startsWith('run'))).toMatch(
      /-p 127\.0\.0\.1:\d+:5432 .* postgres:17\.11$/,
    )
    expect(services('down', 'postgres').stderr).toContain('postgres stopped')
    expect(calls().at(-1)).toBe('stop -t 20 c0ffee')
  })
})

test('services:down says so when nothing was running', () => {
  const { status, stderr } = services('down')
  expect(status).toBe(0)
  expect(stderr).toBe(
    'services: kafka was not running\nservices: postgres was not running\nservices: fhir was not running\n',
  )
})

/** An engine that says yes to everything and writes down what it was asked. */
function fakeDocker(): () => readonly string[] {
  const log = join(folder, 'docker.log')
  const program = join(folder, 'docker')
  writeFileSync(program, `#!/bin/sh\necho "$@" >> '${log}'\n[ "$1" = run ] && echo c0ffee\nexit 0\n`)
  chmodSync(program, 0o755)
  return () => readFileSync(log, 'utf8').trim().split('\n')
}
