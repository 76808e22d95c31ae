import type { FastifyInstance } from 'fastify'
import packageJson from '../package.json' with { type: 'json' }
import { defaultCaseRules } from './care-plan/case-rules.ts'
import { holidayCalendar } from './lib/holiday-calendars.ts'
import type { Clock } from './lib/clock.ts'
import type { IngestAdt } from './commands/ingest-adt/inbound.ts'
import { seedModels } from './commands/cases/model-desk.ts'
import { seedQuestionnaires } from './commands/cases/seed-questionnaires.ts'
import type { ModelRegistry } from './commands/cases/model-registry.ts'
import { createIngest } from './commands/ingest-adt/ingest.ts'
import { interpretAdt } from './commands/ingest-adt/interpret-adt.ts'
import { readRecord } from './commands/ingest-adt/read-record.ts'
import { mintIds } from './commands/mint-ids.ts'
import { eventDesk, type EventDesk } from './commands/journal/republish.ts'
import { inboxDesk, type InboxDesk } from './commands/operate-inbox.ts'
import { faultOf, type EmitEvent } from './commands/ports/events.ts'
import type { JournalSettings } from './commands/journal/cloud-event.ts'
import type { Store } from './commands/ports/store.ts'
import { timerRunner, type TimerRunner } from './commands/timers/run-timers.ts'
import type { OutboxTarget } from './commands/unit-of-work.ts'
import { caseParts, modelParts } from './app-cases.ts'
import { eventParts, journalOf, type EventParts } from './app-events.ts'
import { kafkaParts, type KafkaParts } from './app-kafka.ts'
import { peerParts, peerTargets, type PeerParts } from './app-peers.ts'
import { fhirBase, urlHost } from './app-base.ts'
import { openingStep, openStore, reindexOf } from './app-store.ts'
import type { AuthConfig } from './config/auth-config.ts'
import type { Config } from './config/environment.ts'
import { validateResource } from './fhir/validation/validate-resource.ts'
import { applyCaseLaw, type CaseLawInput } from './mappers/case/law.ts'
import { taskDue } from './mappers/case/task-due.ts'
import { sourceSettings, type SourceSettings } from './mappers/adt/source.ts'
import { eventLog } from './observability/event-log.ts'
import { serviceMeters, type ServiceMeters } from './observability/service-meters.ts'
import { slowStep } from './observability/slow-step.ts'
import { adminRoutes, type PeerDesk } from './routes/admin.ts'
import { adtRoutes } from './routes/adt.ts'
import { authDoor } from './routes/auth/door.ts'
import { smartRoutes } from './routes/auth/smart-routes.ts'
import { tokenVerifier, type TokenVerifier } from './routes/auth/token-verifier.ts'
import { caseRoutes } from './routes/cases/case-routes.ts'
import { fhirRoutes } from './routes/fhir/fhir-routes.ts'
import { healthRoutes } from './routes/health.ts'
import { httpServer } from './routes/http-server.ts'
import { modelRoutes } from './routes/models/model-routes.ts'
import { namesThisServer } from './routes/own-host.ts'
import { metricsRoutes } from './routes/metrics.ts'
import { openApi } from './routes/openapi.ts'

/** Parts that a test or another entry may bring along. */
export interface Overrides {
  readonly clock?: Clock
  readonly store?: Store
  readonly emit?: EmitEvent
  /** How soon the keys of an issuer may be asked for again. */
  readonly keysCooldownMs?: number
  /** Says something to a person: the line when ready, a step that takes long. */
  readonly say?: (line: string) => void
}

export interface App {
  readonly store: Store
  readonly ingest: IngestAdt
  readonly inbox: InboxDesk
  readonly peers: PeerDesk
  readonly events: EventDesk
  readonly server: FastifyInstance
  /** Starts what the roles name; resolves with the URL when requests are answered. */
  listen(): Promise<string>
  /** Readiness off, consumers, HTTP, outbox, database: in this order. */
  close(reason?: string, error?: unknown): Promise<void>
}

/** What every part may use. */
interface Frame {
  readonly config: Config
  readonly clock: Clock
  readonly emit: EmitEvent
  readonly say: (line: string) => void
  readonly store: Store
  readonly registry: ModelRegistry
  readonly startedMs: number
  readonly keysCooldownMs?: number
}

const BODY_LIMIT_BYTES = 16 * 1024 * 1024
/** Transactions of a peer's whole patient are larger than any message. */
const FHIR_BODY_LIMIT_BYTES = 32 * 1024 * 1024

/** The composition root: the only place where parts are made and joined. */
export async function createApp(config: Config, overrides: Overrides = {}): Promise<App> {
  const clock = overrides.clock ?? { nowMs: () => Date.now() }
  const startedMs = clock.nowMs()
  const say = overrides.say ?? (line => process.stdout.write(`${line}\n`))
  const emit = overrides.emit ?? eventLog({ level: config.logLevel })
  warnWhenOpen(config, emit, say)
  const opening = overrides.store
    ? Promise.resolve(overrides.store)
    : openStore(config.database, clock, fhirBase(config))
  const store = await slowStep(openingStep(config.database), opening, say)
  const { tenant, canonicalBase } = config
  const models = modelParts({ store, clock, tenant, base: fhirBase(config), canonicalBase })
  const { keysCooldownMs } = overrides
  const frame = { config, clock, emit, say, ...models, startedMs }
  return joinParts({ ...frame, ...(keysCooldownMs !== undefined && { keysCooldownMs }) })
}

function warnWhenOpen({ http }: Config, emit: EmitEvent, say: (line: string) => void): void {
  if (!http.open) return
  emit('insecure-open', { host: http.host })
  say('WARNING: AUTH=insecure-open. Everybody who can reach this port can read and write all data.')
}

function joinParts(frame: Frame): App {
  const { config, clock, emit, store } = frame
  const { tenant, canonicalBase, adt } = config
  const consuming: { lag?: KafkaParts['lag'] } = {}
  const meters = serviceMeters({
    ...{ clock, indexState: () => store.reindex.state() },
    outboxDepth: () => store.outbox.depth(),
    lag: async () => (await consuming.lag?.()) ?? [],
  })
  const targets = peerTargets(config.sync.peers)
  const journal = journalOf(config)
  const [rules, calendar] = [defaultCaseRules, holidayCalendar(adt.calendar)]
  const { models } = frame.registry
  const law = {
    ...{ tenant, canonicalBase, timeZone: adt.timeZone },
    ...{ rules, calendar, models },
  }
  const settings = sourceSettings({
    ...{ tenant, canonicalBase },
    timeZone: adt.timeZone,
    testMessages: adt.testMessages,
  })
  const interpret = interpretAdt({
    settings,
    ...{ rules, calendar, models },
    validate: validateResource,
    clock,
  })
  const ingest = createIngest({
    ...{ store, tenant, clock, emit, meters, targets, journal },
    prepare: (record, index) => readRecord(record, index, interpret),
  })
  const kafka =
    config.kafka && config.roles.has('adt')
      ? kafkaParts({ kafka: config.kafka, adt, store, ingest, clock, emit })
      : undefined
  if (kafka) consuming.lag = kafka.lag
  const peers = peerParts({
    ...{ store, clock, emit, tenant, canonicalBase, journal },
    peers: config.sync.peers,
    ownBase: fhirBase(config),
    law: input => applyCaseLaw({ ...law, ...input, door: 'peer' }),
    consequences: { ...law, settings },
  })
  const inbox = inboxDesk(store.inbox, ingest, tenant)
  const timers = timerRunner({
    ...{ store, tenant, clock, emit, meters, targets, journal },
    taskDue: (task, due) => taskDue(task, { ...due, canonicalBase }),
    consequences: { ...law, settings },
  })
  const publisher =
    config.kafka && config.roles.has('publish')
      ? eventParts({ kafka: config.kafka, store, clock, emit, meters })
      : undefined
  const events = eventDesk({ store, tenant, clock, journal })
  return runnable(frame, {
    meters,
    ingest,
    inbox,
    targets,
    journal,
    law,
    settings,
    timers,
    peers,
    kafka,
    publisher,
    events,
  })
}

interface Parts {
  readonly meters: ServiceMeters
  readonly ingest: IngestAdt
  readonly inbox: InboxDesk
  readonly targets: readonly OutboxTarget[]
  readonly law: Pick<CaseLawInput, 'tenant' | 'canonicalBase' | 'timeZone' | 'rules' | 'calendar' | 'models'>
  readonly settings: SourceSettings
  readonly timers: TimerRunner
  readonly peers: PeerParts
  readonly kafka: KafkaParts | undefined
  readonly journal: JournalSettings
  readonly publisher: EventParts | undefined
  readonly events: EventDesk
}

function runnable(frame: Frame, parts: Parts): App {
  const { config, clock, emit, say, store, startedMs } = frame
  const { ingest, inbox, timers, peers, kafka, publisher, events } = parts
  const reindex = reindexOf(store, { clock, emit })
  let isServing = false
  const server = serverOf(frame, parts, () => isServing)

  const listen = async (): Promise<string> => {
    const { host, port, publicUrl } = config.http
    await server.ready()
    if (config.roles.has('http')) await server.listen({ host, port })
    const url = publicUrl ?? localUrl(server, host)
    await kafka?.start()
    publisher?.start()
    if (config.roles.has('adt')) timers.start()
    reindex.start()
    if (config.roles.has('sync')) peers.start()
    isServing = true
    emit('service-ready', { url, backend: store.backend, durationMs: clock.nowMs() - startedMs })
    say(readyLine(url, config))
    return url
  }
  const close = async (reason = 'close', error?: unknown): Promise<void> => {
    const beganMs = clock.nowMs()
    isServing = false
    if (error !== undefined) emit('service-failed', { step: reason, fault: faultOf(error) })
    emit('service-stopping', { signal: reason })
    await kafka?.stopConsuming()
    await server.close()
    await timers.stop()
    await reindex.stop()
    await peers.stop()
    await publisher?.stop()
    await kafka?.close()
    await store.close()
    emit('service-stopped', { durationMs: clock.nowMs() - beganMs })
  }
  return { store, ingest, inbox, peers: peers.desk, events, server, listen, close }
}

function serverOf(frame: Frame, parts: Parts, isServing: () => boolean): FastifyInstance {
  const { config, emit, clock, store } = frame
  const verifier = frame.config.auth && verifierOf(frame.config.auth, frame)
  const [issuer] = verifier?.issuers ?? []
  const server = httpServer({
    ...{ emit, meters: parts.meters, bodyLimitBytes: BODY_LIMIT_BYTES },
    ...(config.http.corsOrigins && { corsOrigins: config.http.corsOrigins }),
    ...(!config.http.open && !verifier && { isOwnHost: namesThisServer(config.http) }),
    ...(verifier && { door: authDoor({ verifier }) }),
  })
  openApi(server, {
    version: packageJson.version,
    ...(config.http.publicUrl !== undefined && { publicUrl: config.http.publicUrl }),
  })
  void server.register(async own => {
    const ping = () => store.ping()
    healthRoutes(own, { backend: store.backend, ping, isServing, nowMs: clock.nowMs })
    metricsRoutes(own, parts.meters.render)
    smartRoutes(own, issuer)
    adminRoutes(own, { inbox: parts.inbox, peers: parts.peers.desk, events: parts.events })
  })
  void server.register(adtRoutes, { ingest: parts.ingest, clock })
  const { tenant, canonicalBase } = config
  const { targets, journal, law, settings } = parts
  const deps = caseParts({
    ...{ ...law, store, registry: frame.registry, clock },
    ...{ base: fhirBase(config), targets, journal, settings },
  })
  void server.register(caseRoutes, { depsOf: () => deps })
  void server.register(modelRoutes, { depsOf: () => deps })
  server.addHook('onReady', () => seedModels(deps))
  server.addHook('onReady', () => seedQuestionnaires(deps))
  void server.register(fhirRoutes, {
    prefix: '/fhir',
    deps: {
      ...{ store, clock, tenant, canonicalBase },
      ids: mintIds(clock),
      base: fhirBase(config),
      ...{ targets, journal },
      validate: validateResource,
      applyCaseLaw: input => applyCaseLaw({ ...law, ...input }),
      consequences: { ...law, settings },
    },
    emit,
    bodyLimitBytes: FHIR_BODY_LIMIT_BYTES,
    version: packageJson.version,
    ...(issuer && { issuerWords: issuer.known }),
  })
  // Asked in the background, so that the CapabilityStatement names its endpoints; the start does not wait.
  server.addHook('onListen', () => void issuer?.metadata().catch(() => undefined))
  return server
}

/** Tokens are meant for the FHIR base unless AUTH_AUDIENCE says another name for this server. */
function verifierOf(
  { audiences, tenants, ...auth }: AuthConfig,
  { config, clock, emit, keysCooldownMs }: Pick<Frame, 'config' | 'clock' | 'emit' | 'keysCooldownMs'>,
): TokenVerifier {
  const base = fhirBase(config)
  const settings = {
    ...{ ...auth, base, audiences: audiences ?? [base] },
    ...(tenants && { tenantClaim: tenants.claim }),
    ...(keysCooldownMs !== undefined && { keysCooldownMs }),
  }
  return tokenVerifier(settings, { clock, emit })
}

function localUrl(server: FastifyInstance, host: string): string {
  const port = server.addresses().find(address => typeof address === 'object')?.port
  return port === undefined ? 'no HTTP here (ROLES)' : `http://${urlHost(host)}:${port}`
}

function readyLine(url: string, { database, kafka, adt, roles }: Config): string {
  const backend = database.url === undefined ? `embedded database in ${database.dataDir}` : 'PostgreSQL'
  const feed = kafka && roles.has('adt') ? `, reading ${adt.topics.join(', ')} from Kafka` : ''
  return roles.has('http')
    ? `Casewire is ready (${backend}${feed}): ${url}/fhir/metadata  ${url}/adt (POST HL7 v2)  ${url}/metrics`
    : `Casewire is ready (${backend}${feed}), without HTTP`
}
