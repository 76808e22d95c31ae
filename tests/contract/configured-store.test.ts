import { mkdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { cliIo } from '../../src/app-cli.ts'
import { deadLetters } from '../../src/cli/dead-letters.ts'
import { takeLock } from '../../src/store/embedded/lock-file.ts'
import { startedFolder } from '../support/case-server.ts'

const asked: string[] = []
const service = createServer((request, reply) => {
  asked.push(request.url ?? '')
  reply.setHeader('content-type', 'application/json').end('{"messages":[]}')
})
let dataDir = ''
let port = ''

beforeAll(async () => {
  dataDir = await startedFolder()
  await new Promise<void>(resolve => service.listen(0, '127.0.0.1', resolve))
  port = String((service.address() as AddressInfo).port)
}, 120_000)
afterAll(() => {
  service.close()
  rmSync(dataDir, { recursive: true, force: true })
})

const list = (folder: string): Promise<number> =>
  deadLetters.run(['list'], {
    ...cliIo({ DATA_DIR: folder, LOG_LEVEL: 'silent', PORT: port }),
    out: () => undefined,
    err: () => undefined,
  })

it('a verb without --to opens the store of DATA_DIR, whatever service answers at HOST and PORT', async () => {
  expect(await list(dataDir)).toBe(0)
  expect(asked).toEqual([])
}, 60_000)

it('a verb without --to asks the service at HOST and PORT while a process has the store of DATA_DIR open', async () => {
  const folder = join(dataDir, 'taken')
  mkdirSync(folder)
  const release = takeLock(folder)
  try {
    expect(await list(folder)).toBe(0)
    expect(asked).toEqual(['/livez', expect.stringContaining('/admin/messages?')])
  } finally {
    release()
  }
})
