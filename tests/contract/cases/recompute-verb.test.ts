import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cliIo } from '../../../src/app-cli.ts'
import { createApp } from '../../../src/app.ts'
import { recompute } from '../../../src/cli/recompute.ts'
import { readConfig } from '../../../src/config/environment.ts'
import { feed } from '../../support/adt-workload.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'cw-recompute-verb-'))
const environment = { DATA_DIR: dataDir, LOG_LEVEL: 'silent', TEST_MESSAGES: 'accept', PORT: '1' }
const clock = { nowMs: () => Date.parse('2041-01-01T00:00:00Z') }

beforeAll(async () => {
  const config = readConfig(environment)
  if (!config.ok) throw new Error('the configuration must hold')
  const app = await createApp(config.value, { clock, say: () => undefined })
  const messages = feed({ patients: 24, messages: 160, seed: 3, prefix: 'RV', year: 2040 })
  const reply = await app.server.inject({
    ...{ method: 'POST', url: '/adt', headers: { 'content-type': 'application/hl7-v2' } },
    payload: messages.map(({ text }) => text).join('\r'),
  })
  expect(reply.statusCode).toBe(200)
  await app.close()
}, 120_000)

afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

async function run(own: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const said: string[] = []
  const code = await recompute.run(args, {
    ...cliIo({ ...environment, ...own }),
    out: text => said.push(text),
    err: () => undefined,
  })
  return { code, text: said.join('') }
}

test('the verb recompute derives every case by the settings that hold now, and once', async () => {
  const same = await run({})
  expect(same.code).toBe(0)
  const counts = JSON.parse(same.text) as { readonly cases: number }
  expect(counts).toMatchObject({ changed: 0, skipped: 0 })
  expect(counts.cases).toBeGreaterThan(5)

  const moved = JSON.parse((await run({ CALENDAR: 'br' })).text) as { readonly changed: number }
  expect(moved.changed).toBeGreaterThan(0)
  expect(JSON.parse((await run({ CALENDAR: 'br' })).text)).toMatchObject({ changed: 0 })
  expect(JSON.parse((await run({})).text)).toMatchObject({ changed: moved.changed })
})

test('the verb recompute takes no arguments, and says what is wrong with the configuration', async () => {
  expect(await run({}, 'all')).toEqual({ code: 2, text: '' })
  expect(await run({ CALENDAR: 'mars' })).toEqual({ code: 2, text: '' })
})
