import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readPackages } from '../../../src/app-packages.ts'
import type { CliIo } from '../../../src/cli/cli-io.ts'
import { resourceTexts } from '../../../src/cli/resource-texts.ts'
import { validate } from '../../../src/cli/validate.ts'
import { igPackage } from '../../support/ig-package.ts'
import { profileOf, TEST_PROFILE } from '../../support/profiles.ts'

const folder = mkdtempSync(join(tmpdir(), 'casewire-validate-'))
afterAll(() => rmSync(folder, { recursive: true }))

const good = '{"resourceType":"Patient","gender":"female"}'
const bad = '{"resourceType":"Patient","gender":"F","foo":1}'

async function* chunksOf(text: string | Uint8Array, size = 7): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function run(args: readonly string[], stdin: string | Uint8Array = '') {
  const out: string[] = []
  const err: string[] = []
  const io = {
    out: (text: string) => out.push(text),
    err: (text: string) => err.push(text),
    openStdin: () => chunksOf(stdin),
    packages: readPackages,
  } as unknown as CliIo
  const code = await validate.run(args, io)
  const outcomes = out
    .join('')
    .trim()
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line))
  return { code, err: err.join(''), outcomes }
}

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

describe('casewire validate', () => {
  it('gives a good resource a single information issue with file and line, exit code 0', async () => {
    const path = file('good.json', good)
    const { code, outcomes } = await run([path])
    expect(code).toBe(0)
    expect(outcomes).toEqual([
      {
        resourceType: 'OperationOutcome',
        issue: [
          { severity: 'information', code: 'informational', diagnostics: `${path}:1: Patient is valid R4` },
        ],
      },
    ])
  })

  it('gives one outcome a line of NDJSON and exit code 1 when one has errors', async () => {
    const path = file('mixed.ndjson', `${good}\n\n${bad}\r\n{"broken\n${good}`)
    const { code, outcomes } = await run([path])
    expect(code).toBe(1)
    expect(outcomes.map(({ issue }) => issue.map((each: { severity: string }) => each.severity))).toEqual([
      ['information'],
      ['error', 'error'],
      ['error'],
      ['information'],
    ])
    expect(outcomes.map(({ issue }) => issue[0].diagnostics.replace(`${path}:`, '').split(':')[0])).toEqual([
      '1',
      '3',
      '4',
      '5',
    ])
    expect(outcomes[1].issue[0].expression).toEqual(['Patient.gender'])
  })

  it('takes a resource over many lines as one', async () => {
    const path = file('pretty.json', `\n${JSON.stringify(JSON.parse(bad), null, 2)}\n`)
    const { outcomes } = await run([path])
    expect(outcomes).toHaveLength(1)
    expect(outcomes[0].issue[0].diagnostics).toContain(`${path}:2: `)
  })

  it('reads standard input', async () => {
    expect((await run(['-'], good)).code).toBe(0)
    expect((await run(['-'], `${good}\n${bad}\n`)).outcomes).toHaveLength(2)
  })

  it('reads all files of a folder', async () => {
    mkdirSync(join(folder, 'sub'))
    file('sub/a.json', good)
    file('sub/b.json', good)
    const { outcomes } = await run([join(folder, 'sub')])
    expect(outcomes).toHaveLength(2)
  })

  it.each([
    ['an empty file', '', 'There is no resource in it'],
    ['bytes that are not UTF-8', Buffer.from([123, 255, 125]), 'Not UTF-8'],
    ['a list of resources', `[${good}]`, 'must be a resource'],
    ['JSON that breaks off', '{\n "resourceType":', 'line 2'],
  ])('reports %s, exit code 1', async (_case, stdin, words) => {
    const { code, outcomes } = await run(['-'], stdin)
    expect(code).toBe(1)
    expect(outcomes).toHaveLength(1)
    expect(outcomes[0].issue[0].diagnostics).toContain(words)
  })

  it.each([
    [['--ig', join(folder, 'nowhere.tgz'), '-'], 'nowhere.tgz'],
    [['--profile', 'http://a', '-'], 'http://a is in none of the packages'],
    [['--foo', '-'], '--foo'],
    [[], 'Name files'],
    [[join(folder, 'nowhere.json')], 'nowhere.json'],
  ])('refuses %j with exit code 2', async (args, words) => {
    const { code, err, outcomes } = await run(args)
    expect(code).toBe(2)
    expect(err).toContain(words)
    expect(outcomes).toEqual([])
  })
})

describe('resourceTexts', () => {
  const textsOf = (text: string, isNdjson: boolean, size?: number) =>
    Array.fromAsync(resourceTexts(chunksOf(text, size), isNdjson))

  it.each([1, 2, 3, 1000])('finds the same lines in pieces of %i bytes', async size => {
    expect(await textsOf('{"a":"ä"}\n\n{"b":2}', false, size)).toEqual([
      { line: 1, text: '{"a":"ä"}' },
      { line: 3, text: '{"b":2}' },
    ])
  })

  it('keeps the line breaks of one resource, blank ones too, so that places in it are right', async () => {
    expect(await textsOf('{\n\n"a":1\n}', false)).toEqual([{ line: 1, text: '{\n\n"a":1\n}' }])
  })

  it('takes what is named NDJSON line by line, also when the first line is broken', async () => {
    expect(await textsOf('{"a":\n{}', true)).toHaveLength(2)
  })
})

describe('validate with packages', () => {
  const place = join(folder, 'test.tgz')
  const manifest = { name: 'test', version: '1.0.0', fhirVersions: ['4.0.1'] }
  writeFileSync(place, igPackage(manifest, [profileOf('Patient', { 'Patient.name': { min: 1 } })]))

  it('holds every resource against the profile that is asked for', async () => {
    const { code, outcomes } = await run(['--ig', place, '--profile', TEST_PROFILE, '-'], good)
    expect(code).toBe(1)
    expect(outcomes[0].issue).toEqual([
      {
        ...{ severity: 'error', code: 'required', expression: ['Patient.name'] },
        diagnostics: `-:1: name is required (profile ${TEST_PROFILE})`,
      },
    ])
  })

  it('holds a resource against the profiles that it claims, and only warns of one that is not loaded', async () => {
    const claiming = (url: string) => JSON.stringify({ resourceType: 'Patient', meta: { profile: [url] } })
    expect((await run(['--ig', place, '-'], claiming(TEST_PROFILE))).code).toBe(1)
    const { code, outcomes } = await run(['--ig', place, '-'], claiming('urn:other'))
    expect([code, outcomes[0].issue[0].severity]).toEqual([0, 'warning'])
    expect((await run(['--ig', place, '-'], good)).code).toBe(0)
  })
})
