import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { InjectOptions } from 'fastify'
import { createApp, type App, type Overrides } from '../../src/app.ts'
import { readConfig } from '../../src/config/environment.ts'
import { copiedFolder } from './copied-folder.ts'

/** The whole service in this process, over an embedded database of its own and a clock that tests move. */
export interface CaseServer {
  readonly app: App
  readonly clock: { nowMs: number }
  readonly call: (call: Call) => Promise<Reply>
  /** A command on a case, at the clock's time unless the body says another. */
  readonly command: (caseId: string, name: string, body?: object, headers?: Headers) => Promise<Reply>
  readonly close: () => Promise<void>
}

type Headers = Readonly<Record<string, string>>

export interface Call {
  readonly method?: InjectOptions['method']
  readonly path: string
  readonly body?: unknown
  readonly headers?: Headers
}

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly text: string
  // eslint-disable-next-line typescript/no-explicit-any -- tests look into answers of any shape
  readonly json: any
}

const ACTOR = 'Practitioner/noor'

export interface CaseServerOptions {
  readonly environment?: Readonly<Record<string, string>>
  readonly overrides?: Overrides
}

/** Settings that change nothing in what a first start writes. */
const ALIKE: ReadonlySet<string> = new Set(['TIME_ZONE', 'CALENDAR', 'LOG_LEVEL', 'TEST_MESSAGES'])

/** The first start of a service, long before any test: its models and questionnaires are there when the tests begin. */
async function startOnce(dataDir: string): Promise<void> {
  const config = readConfig({ DATA_DIR: dataDir, LOG_LEVEL: 'silent' })
  if (!config.ok) throw new Error('the configuration must hold')
  const clock = { nowMs: () => Date.parse('2020-01-01T00:00:00Z') }
  const app = await createApp(config.value, { clock, say: () => undefined })
  await app.server.ready()
  await app.close()
}

/** A data folder of a service that was started once. */
export const startedFolder = (): Promise<string> => copiedFolder('started', startOnce)

export async function openCaseServer(
  at = '2026-10-13T13:00:00Z',
  { environment = {}, overrides = {} }: CaseServerOptions = {},
): Promise<CaseServer> {
  const isUsual = Object.keys(environment).every(name => ALIKE.has(name))
  const dataDir = isUsual ? await startedFolder() : mkdtempSync(join(tmpdir(), 'cw-case-'))
  const clock = { nowMs: Date.parse(at) }
  const usual = { DATA_DIR: dataDir, LOG_LEVEL: 'silent', TIME_ZONE: 'America/New_York' }
  const config = readConfig({ ...usual, ...environment })
  if (!config.ok) throw new Error('the configuration must hold')
  const app = await createApp(config.value, {
    clock: { nowMs: () => clock.nowMs },
    say: () => undefined,
    ...overrides,
  })
  await app.server.ready()
  const call = async ({ method = 'GET', path, body, headers = {} }: Call): Promise<Reply> => {
    const isText = typeof body === 'string'
    const type = isText ? 'application/hl7-v2' : 'application/json'
    const reply = await app.server.inject({
      method,
      url: path,
      headers: { 'x-actor': ACTOR, ...(body !== undefined && { 'content-type': type }), ...headers },
      ...(body !== undefined && { payload: isText ? body : JSON.stringify(body) }),
    })
    return {
      status: reply.statusCode,
      headers: reply.headers as Reply['headers'],
      text: reply.body,
      json: parsed(reply.body),
    }
  }
  return {
    app,
    clock,
    call,
    command: (caseId, name, body = {}, headers = {}) =>
      call({ method: 'POST', path: `/cases/${caseId}/commands/${name}`, body, headers }),
    close: async () => {
      await app.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
