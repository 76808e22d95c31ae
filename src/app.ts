import type { FastifyInstance } from 'fastify'
import type { Clock } from './lib/clock.ts'
import type { Recomputed } from './commands/cases/recompute.ts'
import type { IngestAdt } from './commands/ingest-adt/inbound.ts'
import type { EventDesk } from './commands/journal/republish.ts'
import type { InboxDesk } from './commands/inbox/operate-inbox.ts'
import { unmergeDesk, type Unmerge } from './commands/operations/unmerge-desk.ts'
import { faultOf, type EmitEvent } from './commands/ports/events.ts'
import type { Store } from './commands/ports/store.ts'
import { retentionRunner } from './commands/inbox/retention.ts'
import { timerRunner, type TimerRunner } from './commands/timers/run-timers.ts'
import { fhirBase, urlHost } from './app-base.ts'
import { eventParts, type EventParts } from './app-events.ts'
import { kafkaParts, type KafkaParts } from './app-kafka.ts'
import { mllpParts } from './app-mllp.ts'
import { configuredPackages } from './app-packages.ts'
import { soundPeers } from './app-peers.ts'
import { openRooms, recomputeRooms, type Rooms } from './app-rooms.ts'
import { serverOf } from './app-server.ts'
import { openingStep, openStore, reindexOf } from './app-store.ts'
import type { Config } from './config/environment.ts'
import { eventLog } from './observability/event-log.ts'
import { serviceMeters, type ServiceMeters } from './observability/service-meters.ts'
import { slowStep } from './observability/slow-step.ts'
import type { MllpListener } from './consumers/mllp/mllp-listener.ts'
import type { PeerDesk } from './routes/admin.ts'

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
  /** Takes the merge of two patients back. */
  readonly unmerge: Unmerge
  /** Derives every case of every tenant anew; told how far it is. */
  readonly recompute: (onPage: (so: Recomputed) => void) => Promise<Recomputed>
  /** Works off every timer that is due by now, for a service that does not listen. */
  readonly fireDue: () => Promise<void>
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
  readonly rooms: Rooms
  readonly meters: ServiceMeters
  readonly consuming: Consuming
  readonly startedMs: number
  readonly keysCooldownMs?: number
}

/** Filled once there is a consumer. */
interface Consuming {
  lag?: KafkaParts['lag']
}

/** The composition root: the only place where parts are made and joined. */
export async function createApp(config: Config, overrides: Overrides = {}): Promise<App> {
  const clock = overrides.clock ?? { nowMs: () => Date.now() }
  const startedMs = clock.nowMs()
  soundPeers(config.sync.peers)
  const say = overrides.say ?? (line => process.stdout.write(`${line}\n`))
  const emit = overrides.emit ?? eventLog({ level: config.logLevel })
  warnWhenOpen(config, emit, say)
  const opening = overrides.store
    ? Promise.resolve(overrides.store)
    : openStore(config.database, clock, fhirBase(config))
  const store = await slowStep(openingStep(config.database), opening, say)
  const consuming: Consuming = {}
  const meters = serviceMeters({
    ...{ clock, indexState: () => store.reindex.state() },
    outboxDepth: () => store.outbox.depth(),
    lag: async () => (await consuming.lag?.()) ?? [],
  })
  const packages = await configuredPackages(config)
  const rooms = await openRooms({ config, store, clock, emit, meters, ...(packages && { packages }) })
  const { keysCooldownMs } = overrides
  return joinParts({
    ...{ config, clock, emit, say, store: rooms.home.store, rooms, meters, consuming, startedMs },
    ...(keysCooldownMs !== undefined && { keysCooldownMs }),
  })
}

function warnWhenOpen({ http }: Config, emit: EmitEvent, say: (line: string) => void): void {
  if (!http.open) return
  emit('insecure-open', { host: http.host })
  say('WARNING: AUTH=insecure-open. Everybody who can reach this port can read and write all data.')
}

function joinParts(frame: Frame): App {
  const { config, clock, emit, store, rooms, meters, consuming } = frame
  const { ingest } = rooms.home
  const kafka =
    config.kafka && config.roles.has('adt')
      ? kafkaParts({ kafka: config.kafka, adt: config.adt, store, ingest, clock, emit })
      : undefined
  if (kafka) consuming.lag = kafka.lag
  const timers = timerRunner({
    ...{ store, clock, emit, meters },
    workOf: tenant => rooms.all.find(room => room.tenant === tenant)?.due,
  })
  const publisher =
    config.kafka && config.roles.has('publish')
      ? eventParts({ kafka: config.kafka, store, clock, emit, meters })
      : undefined
  const mllp =
    config.mllp && config.roles.has('adt')
      ? mllpParts({ mllp: config.mllp, lanes: store.lanes, ingest, clock, emit })
      : undefined
  return runnable(frame, { timers, kafka, mllp, publisher })
}

interface Parts {
  readonly timers: TimerRunner
  readonly kafka: KafkaParts | undefined
  readonly mllp: MllpListener | undefined
  readonly publisher: EventParts | undefined
}

function runnable(frame: Frame, parts: Parts): App {
  const { config, clock, emit, say, store, startedMs } = frame
  const { timers, kafka, mllp, publisher } = parts
  const { ingest, inbox, peers, events, fhir } = frame.rooms.home
  const reindex = reindexOf(store, { clock, emit })
  const retention = retentionRunner({
    ...{ clock, emit, inbox: store.inbox, retention: config.adt.retention },
    tenants: frame.rooms.all.map(({ tenant }) => tenant),
  })
  let isServing = false
  const server = serverOf({ ...frame, isServing: () => isServing })

  const listen = async (): Promise<string> => {
    const { host, port, publicUrl } = config.http
    await server.ready()
    if (config.roles.has('http')) await server.listen({ host, port })
    const url = publicUrl ?? localUrl(server, host)
    await kafka?.start()
    const mllpPort = await mllp?.start()
    publisher?.start()
    if (config.roles.has('adt')) timers.start()
    if (config.roles.has('adt')) retention.start()
    reindex.start()
    if (config.roles.has('sync')) peers.start()
    isServing = true
    emit('service-ready', { url, backend: store.backend, durationMs: clock.nowMs() - startedMs })
    say(readyLine(url, config, mllpPort))
    return url
  }
  const close = async (reason = 'close', error?: unknown): Promise<void> => {
    const beganMs = clock.nowMs()
    isServing = false
    if (error !== undefined) emit('service-failed', { step: reason, fault: faultOf(error) })
    emit('service-stopping', { signal: reason })
    await mllp?.stop()
    await kafka?.stopConsuming()
    await server.close()
    await timers.stop()
    await retention.stop()
    await reindex.stop()
    await peers.stop()
    await publisher?.stop()
    await kafka?.close()
    await store.close()
    emit('service-stopped', { durationMs: clock.nowMs() - beganMs })
  }
  const unmerge = unmergeDesk(fhir)
  const recompute: App['recompute'] = onPage => recomputeRooms(frame.rooms.all, onPage)
  const own = { store, ingest, inbox, peers: peers.desk, events, unmerge, recompute, server }
  return { ...own, fireDue: timers.fireAll, listen, close }
}

function localUrl(server: FastifyInstance, host: string): string {
  const port = server.addresses().find(address => typeof address === 'object')?.port
  return port === undefined ? 'no HTTP here (ROLES)' : `http://${urlHost(host)}:${port}`
}

function readyLine(url: string, { database, kafka, adt, roles, mllp }: Config, mllpPort?: number): string {
  const backend = database.url === undefined ? `embedded database in ${database.dataDir}` : 'PostgreSQL'
  const topics = kafka && roles.has('adt') ? `, reading ${adt.topics.join(', ')} from Kafka` : ''
  const feed = `${topics}${mllpPort === undefined ? '' : `, MLLP on ${mllp?.host}:${mllpPort}`}`
  return roles.has('http')
    ? `Casewire is ready (${backend}${feed}): ${url}/fhir/metadata  ${url}/adt (POST HL7 v2)  ${url}/metrics`
    : `Casewire is ready (${backend}${feed}), without HTTP`
}
