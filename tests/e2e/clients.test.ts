import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nodeClients, pythonClients } from '../../scripts/services/clients.ts'
import { Missing } from '../../scripts/services/service.ts'
import { openOAuthServer, type OAuthServer } from '../support/oauth-server.ts'
import { freePort, startService, type ServiceProcess } from '../support/service-process.ts'

/**
 * Clients that others wrote (tests/clients) do what they are for against the running service, with a token of a real OAuth
 * server: create, search through the pages, transaction, conditional update, delete.
 */
type Installed = { readonly at: string } | { readonly missing: string }

const installed = (get: () => string): Installed => {
  try {
    return { at: get() }
  } catch (error) {
    if (!(error instanceof Missing) || process.env['REQUIRE_SERVERS'] === '1') throw error
    process.stderr.write(`CLIENTS ARE NOT TESTED: they can't be installed (${error.message})\n`)
    return { missing: error.message }
  }
}
const node = installed(nodeClients)
const python = installed(pythonClients)

let oauth: OAuthServer
let service: ServiceProcess
let environment: Readonly<Record<string, string>>
const folder = mkdtempSync(join(tmpdir(), 'cw-clients-'))

beforeAll(async () => {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const audience = `${url}/fhir`
  oauth = await openOAuthServer({ audience })
  service = await startService({
    DATA_DIR: folder,
    ...{ PORT: String(port), PUBLIC_URL: url, AUTH_ISSUER: oauth.issuer, LOG_LEVEL: 'warn' },
  })
  const token = await oauth.token({ id: 'client', scope: 'system/*.cruds' })
  environment = { CLIENT_BASE: audience, CLIENT_TOKEN: token }
})
afterAll(async () => {
  await service?.stop()
  await oauth?.close()
  rmSync(folder, { recursive: true, force: true })
})

const run = (command: string, args: readonly string[]): Promise<{ code: number | null; said: string }> =>
  new Promise((resolve, reject) => {
    const env = { PATH: process.env['PATH'] ?? '', ...environment }
    const child = spawn(command, args, { env, timeout: 120_000 })
    let said = ''
    child.stdout.on('data', part => (said += String(part)))
    child.stderr.on('data', part => (said += String(part)))
    child.once('error', reject)
    child.once('close', code => resolve({ code, said }))
  })

const why = (one: Installed): string => ('missing' in one ? ' [skipped: not installed]' : '')

describe('a client that others wrote tells its whole story with a token', () => {
  test.skipIf('missing' in node).each(['fhir-kit-client', 'fhirclient', 'medplum-core'])(
    `%s${why(node)}`,
    async name => {
      const at = 'at' in node ? node.at : ''
      const { code, said } = await run(process.execPath, [join(at, `${name}.mjs`)])
      expect(code, said.slice(-3000)).toBe(0)
    },
  )

  test.skipIf('missing' in python)(`fhirpy${why(python)}`, async () => {
    const script = join(import.meta.dirname, '..', 'clients', 'fhirpy_story.py')
    const { code, said } = await run('at' in python ? python.at : '', [script])
    expect(code, said.slice(-3000)).toBe(0)
  })
})
