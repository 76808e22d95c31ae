import { buffer } from 'node:stream/consumers'
import { parseJson } from './lib/json.ts'
import { fail, ok, type Result } from './lib/result.ts'
import type { Resource } from './fhir/resource.ts'
import type { Recomputed } from './commands/cases/recompute.ts'
import type { Verdict } from './commands/ingest-adt/inbound.ts'
import type { App } from './app.ts'
import { fhirBase, senders } from './app-base.ts'
import { throwAwayFolder } from './app-throw-away.ts'
import type { CliIo, Operations, Shadow } from './cli/cli-io.ts'
import { remoteService } from './cli/remote-service.ts'
import { readConfig, type Config } from './config/environment.ts'
import { rulesSchema } from './config/rules-schema.ts'
import { sourcesSchema } from './config/sources-schema.ts'
import { syncSchema } from './config/sync-schema.ts'
import { describeWrong } from './config/wrong.ts'
import { eventLog } from './observability/event-log.ts'
import { isLocked } from './store/embedded/lock-file.ts'

/**
 * What the verbs of the command line may use: the world, and what the composition root makes. That one is loaded only
 * when a verb needs a store, so that `convert` and `validate` start at once.
 */
export function cliIo(environment: Readonly<Record<string, string | undefined>>): CliIo {
  const err = (text: string): unknown => process.stderr.write(text)
  const config = (own: typeof environment = {}): Result<Config> => {
    const read = readConfig({ ...environment, ...own })
    return read.ok
      ? ok(read.value)
      : fail({ kind: 'invalid', code: 'configuration-wrong', message: describeWrong(read.wrong) })
  }
  return {
    out: text => process.stdout.write(text),
    err,
    readStdin: () => buffer(process.stdin),
    openStdin: () => process.stdin,
    operations: async url => {
      if (url !== undefined) return URL.canParse(url) ? ok(remoteService(url)) : fail(noUrl)
      const read = config()
      return read.ok ? configuredOperations(read.value, line => err(`${line}\n`)) : read
    },
    senders: sources => {
      const read = config(sources === undefined ? {} : { SOURCES_CONFIG: sources })
      return read.ok ? ok(senders(read.value)) : read
    },
    shadow: async sources => {
      const read = config(sources === undefined ? {} : { SOURCES_CONFIG: sources })
      return read.ok ? ok(await shadowService(read.value)) : read
    },
    serve: async () => {
      await import('./main.ts')
      return 0
    },
    migrate: async options => {
      const read = config()
      return read.ok ? migrated(read.value, { ...options, say: line => err(`${line}\n`) }) : read
    },
    recompute: async onPage => {
      const read = config()
      return read.ok ? recomputed(read.value, { onPage, say: line => err(`${line}\n`) }) : read
    },
    packages: async places => {
      const { readPackages } = await import('./app-packages.ts')
      return readPackages(places)
    },
    schemas: { sync: syncSchema, sources: sourcesSchema, rules: rulesSchema },
  }
}

const noUrl = {
  kind: 'invalid',
  code: 'usage-wrong',
  message: '--to wants a URL such as http://127.0.0.1:8080.',
} as const

/**
 * The configured store, or, while another process has the embedded one open, the service at HOST and PORT. A service
 * that merely answers there may have another store.
 */
async function configuredOperations(
  config: Config,
  say: (line: string) => void,
): Promise<Result<Operations>> {
  const local = `http://${config.http.host}:${config.http.port}`
  const { url, dataDir } = config.database
  if (url === undefined && isLocked(dataDir) && (await answers(local))) return ok(remoteService(local))
  try {
    return ok(localOperations(await offlineApp({ ...config, roles: new Set(['sync']) }, say)))
  } catch (error) {
    return fail(noStore(error))
  }
}

/** Warnings only, and on standard error: standard output is for results. */
async function offlineApp(config: Config, say: (line: string) => void): Promise<App> {
  const { createApp } = await import('./app.ts')
  return createApp(config, { emit: eventLog({ level: 'warn', stream: process.stderr }), say })
}

const answers = (url: string): Promise<boolean> =>
  fetch(`${url}/livez`, { signal: AbortSignal.timeout(1_000) }).then(
    ({ ok: isOk }) => isOk,
    () => false,
  )

const noStore = (error: unknown) =>
  ({
    kind: 'unavailable',
    code: 'store-not-open',
    message: `The configured store can't be opened: ${error instanceof Error ? error.message : 'unknown reason'}. Name the running service that has it with --to URL, or set DATABASE_URL or DATA_DIR to another.`,
  }) as const

function localOperations(app: App): Operations {
  return {
    ingest: async record => {
      const result = await app.ingest({ lane: 0, door: 'replay', records: [record] })
      if (result.kind === 'refused') return fail(result.failure)
      const verdicts: readonly Verdict[] = result.kind === 'done' ? result.verdicts.flat() : []
      return ok(verdicts)
    },
    find: async filter => ok(await app.inbox.find(filter)),
    show: app.inbox.show,
    replay: app.inbox.replay,
    quality: async wanted => ok(await app.inbox.quality(wanted)),
    peers: async () => ok((await app.peers.list()) as readonly { readonly name: string }[]),
    planPeer: app.peers.plan,
    runPeer: app.peers.run,
    eventsStatus: async () => ok(await app.events.status()),
    republishEvents: app.events.republish,
    unmerge: app.unmerge,
    read: reference => readIn(app, reference),
    close: () => app.close('done'),
  }
}

async function readIn({ store }: App, reference: string): Promise<Resource | undefined> {
  const [type = '', id = ''] = reference.split('/')
  const found = await store.read(HOME_TENANT, { type, id })
  return found && !found.deleted ? (parseJson(found.content) as Resource) : undefined
}

const HOME_TENANT = 1

/** A service like the configured one, on a database in a folder that goes with it; it speaks to nobody. */
async function shadowService(config: Config): Promise<Shadow> {
  const { createApp } = await import('./app.ts')
  const folder = await throwAwayFolder('casewire-shadow-')
  const { kafka: _kafka, mllp: _mllp, ...rest } = config
  const app = await createApp(
    {
      ...{ ...rest, roles: new Set(), sync: { peers: [] } },
      database: { dataDir: folder.path, prepare: true, migrate: true },
    },
    { emit: eventLog({ level: 'fatal', stream: process.stderr }), say: () => undefined },
  )
  const { ingest } = localOperations(app)
  return {
    ingest: value => ingest({ value, origin: 'shadow' }),
    fireDue: app.fireDue,
    read: reference => readIn(app, reference),
    close: async () => {
      await app.close('done')
      await folder.remove()
    },
  }
}

async function recomputed(
  config: Config,
  { onPage, say }: { readonly onPage: (so: Recomputed) => void; readonly say: (line: string) => void },
): Promise<Result<Recomputed>> {
  try {
    const app = await offlineApp({ ...config, roles: new Set() }, say)
    try {
      return ok(await app.recompute(onPage))
    } finally {
      await app.close('done')
    }
  } catch (error) {
    return fail(noStore(error))
  }
}

async function migrated(
  config: Config,
  options: { readonly reindex: boolean; readonly say: (line: string) => void },
): Promise<Result<string>> {
  try {
    const { migrateStore } = await import('./app-store.ts')
    const clock = { nowMs: () => Date.now() }
    return ok(await migrateStore(config.database, { ...options, clock, base: fhirBase(config) }))
  } catch (error) {
    return fail(noStore(error))
  }
}
