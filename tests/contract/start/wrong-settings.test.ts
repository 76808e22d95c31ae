import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createApp } from '../../../src/app.ts'
import { readConfig } from '../../../src/config/environment.ts'

async function startWith(environment: Record<string, string>): Promise<unknown> {
  const config = readConfig({ PORT: '0', LOG_LEVEL: 'silent', ...environment })
  if (!config.ok) throw new Error('the configuration was refused before the start')
  return createApp(config.value, { say: () => undefined }).catch((error: unknown) => error)
}

test('a DATA_DIR that is a file ends the start with one sentence that names DATA_DIR', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cw-start-'))
  const file = join(folder, 'file')
  writeFileSync(file, '')
  expect(String(await startWith({ DATA_DIR: file }))).toMatch(/DATA_DIR .* is no folder that can be written/)
  expect(String(await startWith({ DATA_DIR: join(file, 'below') }))).toContain('DATA_DIR')
  rmSync(folder, { recursive: true })
})

test('a peer with a type that R4 does not have ends the start, and is named', async () => {
  const peer = { name: 'north', baseUrl: 'http://127.0.0.1:9/fhir', push: ['Task'], pull: ['Nonsense'] }
  const fault = String(await startWith({ SYNC_CONFIG: JSON.stringify({ peers: [peer] }) }))
  expect(fault).toContain('SYNC_CONFIG')
  expect(fault).toContain('north')
  expect(fault).toContain('Nonsense')
})
