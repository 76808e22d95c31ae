import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { freePort } from '../../../scripts/services/process.ts'
import { cacheFolder } from '../../../scripts/services/service.ts'
import { start, stop, wipe } from '../../../scripts/services/start.ts'
import { openOAuthServer } from '../../support/oauth-server.ts'
import { startService } from '../../support/service-process.ts'

/** A FHIR server that is measured, on a database of its own. */
export interface Target {
  readonly base: string
  /** Of the process that answers. */
  readonly pid: number
  /** What every request carries. */
  readonly headers: Readonly<Record<string, string>>
  readonly close: () => Promise<void>
}

export const targetNames = ['casewire', 'casewire with tokens', 'HAPI'] as const
export type TargetName = (typeof targetNames)[number]

const AUDIENCE = 'https://casewire.example/bench'
const HOURS_SECONDS = 12 * 3600

/** `url` names a database that is empty, or one that our service filled. */
export const openTarget = (name: TargetName, url: string, environment = {}): Promise<Target> =>
  ({
    casewire: () => casewire(url, environment),
    'casewire with tokens': () => guarded(url, environment),
    HAPI: () => hapi(url),
  })[name]()

async function casewire(url: string, environment: Readonly<Record<string, string>>): Promise<Target> {
  const service = await startService({
    ...{ ROLES: 'http', LOG_LEVEL: 'error', DATABASE_URL: url },
    ...environment,
  })
  const close = async (): Promise<void> => void (await service.stop())
  return { base: `${service.url}/fhir`, pid: service.pid, headers: {}, close }
}

/** The issuer lives in this process: its keys are fetched once, then a token is known to the service for a minute. */
async function guarded(url: string, environment: Readonly<Record<string, string>>): Promise<Target> {
  const issuer = await openOAuthServer({ audience: AUDIENCE })
  const target = await casewire(url, {
    ...{ AUTH_ISSUER: issuer.issuer, AUTH_AUDIENCE: AUDIENCE },
    ...environment,
  })
  const token = await issuer.sign({ exp: Math.floor(Date.now() / 1000) + HOURS_SECONDS })
  return {
    ...target,
    headers: { authorization: `Bearer ${token}` },
    close: async () => {
      await target.close()
      await issuer.close()
    },
  }
}

async function hapi(databaseUrl: string): Promise<Target> {
  const folder = mkdtempSync(join(tmpdir(), 'cw-bench-hapi-'))
  const say = (text: string): void => void process.stderr.write(`${text}\n`)
  const { address, by } = await start('fhir', {
    ...{ folder, cache: cacheFolder, throwAway: false, databaseUrl, say },
    port: await freePort(),
  })
  const close = async (): Promise<void> => {
    await stop(folder)
    wipe(folder)
  }
  return { base: address, pid: 'pid' in by ? by.pid : 0, headers: {}, close }
}

/** Databases of their own on one server, dropped at the end. */
export interface Databases extends AsyncDisposable {
  readonly create: (name: string) => Promise<string>
  /** Process id of a backend: the way to the CPU time of the whole server. */
  readonly backend: number
}

export async function openDatabases(serverUrl: string): Promise<Databases> {
  const admin = new pg.Client({ connectionString: serverUrl })
  await admin.connect()
  const { rows } = await admin.query<{ pid: number }>('select pg_backend_pid() as pid')
  const made: string[] = []
  return {
    backend: rows[0]?.pid ?? 0,
    create: async name => {
      const database = `bench_fhir_${process.pid}_${name}`
      await admin.query(`create database ${database}`)
      made.push(database)
      const url = new URL(serverUrl)
      url.pathname = `/${database}`
      return url.href
    },
    [Symbol.asyncDispose]: async () => {
      for (const database of made) await admin.query(`drop database ${database} with (force)`)
      await admin.end()
    },
  }
}
