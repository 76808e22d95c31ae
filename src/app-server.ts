import type { FastifyInstance, FastifyRequest } from 'fastify'
import packageJson from '../package.json' with { type: 'json' }
import { fhirBase } from './app-base.ts'
import { accessRecorder, type AccessRecorder } from './commands/access-recorder.ts'
import { accessEventOf } from './routes/access-events.ts'
import { auditRoute } from './routes/admin-audit.ts'
import type { Room } from './app-room.ts'
import type { Rooms } from './app-rooms.ts'
import type { EmitEvent } from './commands/ports/events.ts'
import type { Store } from './commands/ports/store.ts'
import type { AuthConfig } from './config/auth-config.ts'
import type { Config } from './config/environment.ts'
import type { Clock } from './lib/clock.ts'
import type { ServiceMeters } from './observability/service-meters.ts'
import { adminRoutes } from './routes/admin.ts'
import { adtRoutes } from './routes/adt.ts'
import { authDoor } from './routes/auth/door.ts'
import { smartRoutes } from './routes/auth/smart-routes.ts'
import { tokenVerifier, type TokenVerifier } from './routes/auth/token-verifier.ts'
import { visitorOf } from './routes/caller.ts'
import { caseRoutes } from './routes/cases/case-routes.ts'
import { fhirRoutes } from './routes/fhir/fhir-routes.ts'
import { healthRoutes } from './routes/health.ts'
import { httpServer } from './routes/http-server.ts'
import { limitClients } from './routes/limits.ts'
import { metricsRoutes } from './routes/metrics.ts'
import { modelRoutes } from './routes/models/model-routes.ts'
import { openApi } from './routes/openapi.ts'
import { namesThisServer } from './routes/own-host.ts'

export interface ServerFrame {
  readonly config: Config
  readonly clock: Clock
  readonly emit: EmitEvent
  readonly store: Store
  readonly rooms: Rooms
  readonly meters: ServiceMeters
  readonly isServing: () => boolean
  /** How soon the keys of an issuer may be asked for again. */
  readonly keysCooldownMs?: number
}

const BODY_LIMIT_BYTES = 16 * 1024 * 1024
/** Transactions of a peer's whole patient are larger than any message. */
const FHIR_BODY_LIMIT_BYTES = 32 * 1024 * 1024

/** The HTTP server with all routes; each request goes to the room of its tenant. */
export function serverOf(frame: ServerFrame): FastifyInstance {
  const { config, emit, clock, rooms } = frame
  const verifier = config.auth && verifierOf(config.auth, frame)
  const [issuer] = verifier?.issuers ?? []
  const roomOf = (request: FastifyRequest): Room =>
    rooms.numbers ? rooms.of(visitorOf(request).tenant) : rooms.home
  const recorder =
    verifier && accessRecorder({ log: frame.store.accesses, counted: frame.meters.accessCounted })
  const server = guardedServer(frame, verifier, recorder)
  // The store is closed after the server.
  server.addHook('onClose', () => recorder?.stop())
  limitClients(server, config.limits)
  openApi(server, {
    version: packageJson.version,
    ...(config.http.publicUrl !== undefined && { publicUrl: config.http.publicUrl }),
  })
  void server.register(async own => {
    operating(own, frame, roomOf)
    smartRoutes(own, issuer)
  })
  void server.register(adtRoutes, { ingestOf: request => roomOf(request).ingest, clock })
  const depsOf = (request: FastifyRequest) => roomOf(request).cases
  void server.register(caseRoutes, { depsOf })
  void server.register(modelRoutes, { depsOf })
  for (const room of rooms.all) server.addHook('onReady', () => room.seed())
  void server.register(fhirRoutes, {
    prefix: '/fhir',
    deps: rooms.home.fhir,
    depsOf: tenant => (rooms.numbers ? rooms.of(tenant) : rooms.home).fhir,
    emit,
    bodyLimitBytes: FHIR_BODY_LIMIT_BYTES,
    version: packageJson.version,
    ...(issuer && { issuerWords: issuer.known }),
  })
  // Asked in the background, so that the CapabilityStatement names its endpoints; the start does not wait.
  server.addHook('onListen', () => void issuer?.metadata().catch(() => undefined))
  return server
}

function guardedServer(
  frame: ServerFrame,
  verifier: TokenVerifier | undefined,
  recorder: AccessRecorder | undefined,
): FastifyInstance {
  const { config, emit, meters, rooms, clock } = frame
  const { numbers, home } = rooms
  return httpServer({
    ...{ emit, meters, bodyLimitBytes: BODY_LIMIT_BYTES },
    ...(config.http.corsOrigins && { corsOrigins: config.http.corsOrigins }),
    ...(!config.http.open && !verifier && { isOwnHost: namesThisServer(config.http) }),
    ...(verifier && {
      audit: (request, reply) => {
        const event = accessEventOf(request, reply, {
          nowMs: clock.nowMs(),
          hasTenants: numbers !== undefined,
        })
        if (event) recorder?.record(event)
      },
      door: authDoor({ verifier, ...(numbers && { tenants: { numbers, home: home.tenant } }) }),
    }),
  })
}

function operating(
  own: FastifyInstance,
  { store, isServing, clock, meters }: ServerFrame,
  roomOf: (request: FastifyRequest) => Room,
): void {
  const ping = () => store.ping()
  healthRoutes(own, { backend: store.backend, ping, isServing, nowMs: clock.nowMs })
  metricsRoutes(own, meters.render)
  auditRoute(own, store.accesses)
  adminRoutes(own, request => {
    const { inbox, peers, events } = roomOf(request)
    return { inbox, events, peers: peers.desk }
  })
}

/** Tokens are meant for the FHIR base unless AUTH_AUDIENCE says another name for this server. */
function verifierOf(
  { audiences, tenants, ...auth }: AuthConfig,
  { config, clock, emit, keysCooldownMs }: ServerFrame,
): TokenVerifier {
  const base = fhirBase(config)
  const settings = {
    ...{ ...auth, base, audiences: audiences ?? [base] },
    ...(tenants && { tenantClaim: tenants.claim }),
    ...(keysCooldownMs !== undefined && { keysCooldownMs }),
  }
  return tokenVerifier(settings, { clock, emit })
}
