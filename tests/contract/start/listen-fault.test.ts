import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { projectRoot } from '../../../scripts/services/service.ts'
import { listenFault } from '../../../src/app-listen-fault.ts'

// The child creates a database first: half a minute on a busy machine.
test('a port in use ends the start with exit code 1 and one sentence: where, and what to do', async () => {
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const { port } = holder.address() as AddressInfo
  const folder = mkdtempSync(join(tmpdir(), 'casewire-port-'))
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: projectRoot,
    env: { PATH: process.env['PATH'] ?? '', PORT: String(port), DATA_DIR: folder, LOG_LEVEL: 'silent' },
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  const [code] = await once(child, 'exit')
  holder.close()
  rmSync(folder, { recursive: true, force: true })
  expect(said).toBe(
    `Casewire could not start: 127.0.0.1:${port} is in use by another process; stop that one, or set PORT to a free port.\n`,
  )
  expect(code).toBe(1)
}, 180_000)

test('other reasons why it can not listen are said too', () => {
  const fault = (code: string) =>
    listenFault(Object.assign(new Error('listen'), { code }), { host: '::1', port: 80, open: false })
  expect(fault('EACCES')).toContain('[::1]:80 may not be listened on')
  expect(fault('EADDRNOTAVAIL')).toContain('set HOST')
  expect(fault('EOTHER')).toBe('Casewire could not start: listen')
})
