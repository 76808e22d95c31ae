import { rmSync } from 'node:fs'
import type { FastifyInstance, InjectOptions } from 'fastify'
import type { FhirDeps } from '../../src/commands/fhir/fhir-deps.ts'
import { mintIds } from '../../src/commands/work/mint-ids.ts'
import type { Store } from '../../src/commands/ports/store.ts'
import type { Resource } from '../../src/fhir/resource.ts'
import { indexResource } from '../../src/fhir/search/indexing/index-resource.ts'
import { indexVersion } from '../../src/fhir/search/indexing/index-version.ts'
import type { Packages } from '../../src/fhir/validation/profiles/packages.ts'
import { validateResource } from '../../src/fhir/validation/validate-resource.ts'
import { ok } from '../../src/lib/result.ts'
import { fhirRoutes } from '../../src/routes/fhir/fhir-routes.ts'
import { httpServer } from '../../src/routes/http-server.ts'
import { openEmbeddedStore, openPostgresStore } from '../../src/store/open-store.ts'
import { copiedFolder } from './copied-folder.ts'

export const BASE = 'http://casewire.test/fhir'

/** The FHIR routes over a store of their own, as app.ts wires them, without a network. */
export interface FhirServer {
  readonly store: Store
  /** The present; tests move it. */
  readonly clock: { nowMs: number }
  readonly call: (options: FhirCall) => Promise<FhirReply>
  /** Answers over the network too; gives the base. */
  readonly listen: () => Promise<string>
  readonly close: () => Promise<void>
}

export interface FhirCall {
  readonly method?: InjectOptions['method']
  /** Below the base: `/Patient/1`. */
  readonly path: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface FhirReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly text: string
  // eslint-disable-next-line typescript/no-explicit-any -- tests look into answers of any shape
  readonly json: any
}

export interface FhirServerOptions {
  readonly applyCaseLaw?: FhirDeps['applyCaseLaw']
  readonly targets?: FhirDeps['targets']
  /** What IG_PACKAGES would name. */
  readonly packages?: Packages
  /** A server's empty database instead of an embedded one. */
  readonly databaseUrl?: string
}

export async function openFhirServer(options: FhirServerOptions = {}): Promise<FhirServer> {
  const clock = { nowMs: Date.parse('2026-11-22T08:00:00Z') }
  const clockPort = { nowMs: () => clock.nowMs }
  const index = (resource: Resource) => indexResource(resource, BASE)
  const indexed = { indexResource: index, indexVersion: indexVersion() }
  const common = { clock: clockPort, ...indexed, migrate: 'auto' as const }
  const migrated = async (folder: string): Promise<void> =>
    (await openEmbeddedStore({ dataDir: folder, ...common })).close()
  const dataDir = options.databaseUrl === undefined ? await copiedFolder('migrated', migrated) : ''
  const store = await (options.databaseUrl === undefined
    ? openEmbeddedStore({ dataDir, ...common })
    : openPostgresStore({ databaseUrl: options.databaseUrl, ...common }))
  const deps: FhirDeps = {
    store,
    ids: mintIds(clockPort),
    clock: clockPort,
    tenant: 1,
    base: BASE,
    canonicalBase: 'https://casewire.example/fhir',
    targets: options.targets ?? [],
    validate: validateResource,
    ...(options.packages && { packages: options.packages }),
    applyCaseLaw: options.applyCaseLaw ?? (({ changed }) => ok(changed)),
  }
  const server = serverOver(deps)
  await server.ready()
  let listening: Promise<string> | undefined
  return {
    store,
    clock,
    call: request => call(server, request),
    listen: () => (listening ??= server.listen({ host: '127.0.0.1', port: 0 }).then(url => `${url}/fhir`)),
    close: async () => {
      await server.close()
      await store.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

function serverOver(deps: FhirDeps): FastifyInstance {
  const meters = { requestServed: () => undefined }
  const emit = () => undefined
  const server = httpServer({ emit, meters, bodyLimitBytes: 1_000_000 })
  void server.register(fhirRoutes, {
    prefix: '/fhir',
    deps,
    emit,
    bodyLimitBytes: 2_000_000,
    version: '0.0.0',
  })
  return server
}

async function call(
  server: FastifyInstance,
  { method = 'GET', path, body, headers = {} }: FhirCall,
): Promise<FhirReply> {
  const payload =
    body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
  const type = payload === undefined ? {} : { 'content-type': 'application/fhir+json' }
  const url = path.startsWith(BASE) ? path.slice('http://casewire.test'.length) : `/fhir${path}`
  const reply = await server.inject({
    method,
    url,
    headers: { ...type, ...headers },
    ...(payload !== undefined && { payload: payload as string }),
  })
  return {
    status: reply.statusCode,
    headers: reply.headers as FhirReply['headers'],
    text: reply.body,
    json: parsed(reply.body),
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Ids of what a search finds, in order, between blanks. */
export async function idsFound(server: FhirServer, path: string): Promise<string> {
  const reply = await server.call({ path })
  if (reply.status !== 200) throw new Error(`${path}: ${reply.status} ${reply.text}`)
  const entries = (reply.json.entry ?? []) as { readonly resource: { readonly id: string } }[]
  return entries
    .map(({ resource }) => resource.id)
    .toSorted()
    .join(' ')
}
