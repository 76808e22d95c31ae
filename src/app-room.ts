import { seedModels } from './commands/cases/model-desk.ts'
import { seedQuestionnaires } from './commands/cases/seed-questionnaires.ts'
import type { CaseDeps } from './commands/cases/case-deps.ts'
import type { FhirDeps } from './commands/fhir/fhir-deps.ts'
import type { IngestAdt } from './commands/ingest-adt/inbound.ts'
import { explainDuties } from './commands/cases/explain-duties.ts'
import { cycleDriver, drivingCyclesAgain } from './commands/ingest-adt/drive-cycles-again.ts'
import { createIngest } from './commands/ingest-adt/ingest.ts'
import { interpretAdt } from './commands/ingest-adt/interpret-adt.ts'
import { readRecord } from './commands/ingest-adt/read-record.ts'
import { eventDesk, type EventDesk } from './commands/journal/republish.ts'
import { mintIds } from './commands/work/mint-ids.ts'
import { inboxDesk, type InboxDesk } from './commands/inbox/operate-inbox.ts'
import type { EmitEvent } from './commands/ports/events.ts'
import type { Meters } from './commands/ports/meters.ts'
import type { Store } from './commands/ports/store.ts'
import type { DueWork } from './commands/timers/run-timers.ts'
import type { CaseRules } from './care-plan/case/case-rules.ts'
import { fhirBase, senders } from './app-base.ts'
import { caseParts, modelParts } from './app-cases.ts'
import { journalOf } from './app-events.ts'
import { peerParts, peerTargets, type PeerParts } from './app-peers.ts'
import type { Config } from './config/environment.ts'
import type { Packages } from './fhir/validation/profiles/packages.ts'
import { validateResource } from './fhir/validation/validate-resource.ts'
import type { Clock } from './lib/clock.ts'
import { holidayCalendar } from './lib/holiday-calendars.ts'
import { applyCaseLaw } from './mappers/case/law/law.ts'
import { taskDue } from './mappers/case/effects/task-due.ts'

/** Everything that works on the data of one tenant; no part of it reaches another's. */
export interface Room {
  readonly tenant: number
  /** The store, with the models of the tenant's cases known. */
  readonly store: Store
  readonly ingest: IngestAdt
  readonly inbox: InboxDesk
  readonly events: EventDesk
  readonly peers: PeerParts
  readonly cases: CaseDeps
  readonly fhir: FhirDeps
  readonly due: DueWork
  /** Brings what is shipped into the tenant's store. */
  readonly seed: () => Promise<void>
}

export interface RoomFrame {
  readonly config: Config
  readonly store: Store
  readonly clock: Clock
  readonly emit: EmitEvent
  readonly meters: Meters
  /** Those of IG_PACKAGES; undefined = none. */
  readonly packages?: Packages
}

/** Which tenant a room is for; peers and what comes from Kafka are those of the home room. */
export interface RoomOwner {
  readonly tenant: number
  /** Undefined for the home room. */
  readonly guest?: string
}

export function openRoom(frame: RoomFrame, { tenant, guest }: RoomOwner): Room {
  const { config, clock, emit, meters } = frame
  const { canonicalBase, adt } = config
  const base = fhirBase(config)
  const { store, registry } = modelParts({ store: frame.store, clock, tenant, base, canonicalBase })
  const configured = guest === undefined ? config.sync.peers : []
  const targets = peerTargets(configured)
  const own = journalOf(config)
  const journal = guest === undefined ? own : { ...own, source: `${own.source}/tenants/${guest}` }
  const rules: CaseRules = config.caseRules
  const calendar = holidayCalendar(adt.calendar)
  const { models } = registry
  const place = { tenant, canonicalBase, timeZone: adt.timeZone }
  const law = { ...place, rules, calendar, models }
  const settings = senders({ ...config, tenant })
  const interpret = interpretAdt({
    settings,
    base,
    rules,
    calendar,
    models,
    validate: validateResource,
    clock,
  })
  const handler = createIngest({
    ...{ store, tenant, clock, emit, meters, targets, journal },
    ...(config.kafka?.ackTopic !== undefined && guest === undefined && { ackTopic: config.kafka.ackTopic }),
    prepare: (record, index) => readRecord(record, index, interpret, settings),
  })
  const driving = { ingest: handler, inbox: store.inbox, store, tenant, settings, emit }
  const driveCycles = cycleDriver(driving)
  const ingest = drivingCyclesAgain(driveCycles, driving)
  const consequences = { ...law, settings, base }
  const cases = caseParts({ ...law, store, registry, clock, base, targets, journal, settings })
  return {
    ...{ tenant, store, ingest, cases },
    inbox: inboxDesk({ inbox: store.inbox, ingest, tenant, settings }),
    events: eventDesk({ store, tenant, clock, journal }),
    peers: peerParts({
      ...{ store, clock, emit, tenant, canonicalBase, journal, consequences },
      ...{ peers: configured, ownBase: base },
      law: input => applyCaseLaw({ ...law, ...input, door: 'peer' }),
    }),
    fhir: {
      ...{ store, clock, tenant, canonicalBase, base, targets, journal, consequences },
      ids: mintIds(clock),
      validate: validateResource,
      ...(frame.packages && { packages: frame.packages }),
      applyCaseLaw: input => applyCaseLaw({ ...law, ...input }),
      dutiesOf: caseId => explainDuties(cases, caseId),
    },
    due: {
      ...{ store, tenant, targets, journal, consequences },
      taskDue: (task, due) => taskDue(task, { ...due, canonicalBase }),
      driveCycles,
    },
    seed: async () => {
      await seedModels(cases)
      await seedQuestionnaires(cases)
    },
  }
}
