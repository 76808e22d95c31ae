import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, assert, expect, it } from 'vitest'
import { createApp } from '../../src/app.ts'
import { cliIo } from '../../src/app-cli.ts'
import { replay } from '../../src/cli/replay.ts'
import { readConfig } from '../../src/config/environment.ts'
import { startedFolder } from '../support/case-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'cw-shadow-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const message = [
  'MSH|^~\\&|ENGINE|VALLEY|CW|CW|20261008110000||ADT^A03|s1|P|2.5.1',
  'EVN|A03|20261008110000',
  'PID|1||M1^^^VALLEY^MR||DOE^JANE||19800101|F',
  'PV1|1|I|MED^101^A^VALLEY||||||||||||||||V1^^^VALLEY^VN|||||||||||||||||HOM||||||||20261005183000|20261008103000',
].join('\r')

async function run(args: readonly string[], dataDir: string) {
  const out: string[] = []
  const err: string[] = []
  const io = {
    ...cliIo({ DATA_DIR: dataDir, LOG_LEVEL: 'silent', PORT: '1' }),
    out: (text: string) => out.push(text),
    err: (text: string) => err.push(text),
  }
  const code = await replay.run(args, io)
  const lines = out.join('').split('\n').filter(Boolean)
  return { code, err: err.join(''), lines }
}

it('a shadow shows which resources other settings would change, without a value, and writes nothing that counts', async () => {
  const dataDir = await startedFolder()
  const file = join(folder, 'feed.hl7')
  writeFileSync(file, message)
  const before = readdirSync(tmpdir()).filter(name => name.startsWith('casewire-shadow-'))
  const sources = JSON.stringify({ default: { dispositions: { HOM: '62' } } })
  const { code, err, lines } = await run(['--shadow', '--diff', '--sources', sources, file], dataDir)
  expect(code).toBe(0)
  const changes = lines.map(
    line => JSON.parse(line) as { resource: string; change: string; elements?: string[] },
  )
  expect(changes).toContainEqual({
    resource: expect.stringMatching(/^Encounter\//),
    change: 'changed',
    elements: expect.arrayContaining(['hospitalization']),
  })
  expect(changes.filter(({ resource }) => resource.startsWith('Patient/'))).toEqual([])
  expect(lines.join('')).not.toContain('DOE')
  expect(err).toContain(`${changes.length} resources differ`)
  expect(readdirSync(tmpdir()).filter(name => name.startsWith('casewire-shadow-'))).toEqual(before)

  // Beside the store, which never got the message, everything is new.
  const beside = await run(['--shadow', '--diff', file], dataDir)
  expect(beside.lines.map(line => (JSON.parse(line) as { change: string }).change)).toEqual(
    beside.lines.map(() => 'new'),
  )
  expect(beside.lines.length).toBeGreaterThan(3)
  rmSync(dataDir, { recursive: true, force: true })
}, 240_000)

it('a shadow of what was received finds nothing to differ from a store whose duties fell due meanwhile', async () => {
  const dataDir = await startedFolder()
  const file = join(folder, 'past.hl7')
  writeFileSync(
    file,
    `${message.replaceAll('2026', '2024').replace('ADT^A03|s1', 'ADT^A01|s2')}\n${message.replaceAll('2026', '2024')}`,
  )
  expect((await run([file], dataDir)).code).toBe(0)
  const read = readConfig({ DATA_DIR: dataDir, LOG_LEVEL: 'silent' })
  assert(read.ok)
  const app = await createApp(read.value, { say: () => undefined })
  await app.fireDue()
  await app.close('done')
  const { code, err, lines } = await run(['--shadow', '--diff'], dataDir)
  expect(lines).toEqual([])
  expect([code, err]).toEqual([0, expect.stringContaining('0 resources differ')])
  rmSync(dataDir, { recursive: true, force: true })
}, 240_000)

it('refuses options of a shadow without one', async () => {
  const { code, err } = await run(['--diff', 'x.hl7'], folder)
  expect([code, err]).toEqual([2, expect.stringContaining('--diff goes with --shadow')])
})
