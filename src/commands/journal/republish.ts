import { instantOf, type Clock } from '../../lib/clock.ts'
import { fail, ok, type Result } from '../../lib/result.ts'
import type { Resource } from '../../fhir/resource.ts'
import { parseJson } from '../../lib/json.ts'
import { isProtected } from '../../mappers/case/effects/privacy-labels.ts'
import { StoreFault } from '../ports/store-fault.ts'
import type { DeadOutboxRow } from '../ports/outbox.ts'
import type { CaseEventRow, Store } from '../ports/store.ts'
import { eventOutbox, eventsTarget, type JournalSettings } from './cloud-event.ts'

export interface EventDeskOptions {
  readonly store: Store
  readonly tenant: number
  readonly clock: Clock
  readonly journal: JournalSettings
}

export interface Republish {
  readonly caseId?: string
  /** Instant from which on events were recorded. */
  readonly from?: string
}

export interface EventsStatus {
  readonly topic?: string
  /** Events that wait to be sent. */
  readonly waiting: number
  /** When the oldest of them was written. */
  readonly oldest?: string
  /** Events that the broker would not take. */
  readonly dead: readonly DeadEvent[]
}

interface DeadEvent {
  readonly seq: number
  readonly id: string
  readonly type: string
  readonly error: string
  readonly buried: string
}

/** What operators see of the events that go out, and do about them. */
export interface EventDesk {
  readonly status: () => Promise<EventsStatus>
  /** Writes events again, in the order in which they were recorded; gives how many. Failure: `events-not-sent`. */
  readonly republish: (wanted: Republish) => Promise<Result<{ readonly events: number }>>
  /** Sends again what was given up. */
  readonly revive: () => Promise<Result<{ readonly events: number }>>
}

const PAGE = 500
const DEAD_SHOWN = 100

export function eventDesk(options: EventDeskOptions): EventDesk {
  const { store, tenant, journal } = options
  return {
    status: async () => {
      if (journal.topic === undefined) return { waiting: 0, dead: [] }
      const target = eventsTarget(journal.topic)
      const depth = (await store.outbox.depth(tenant)).find(row => row.target === target)
      const dead = await store.outbox.dead({ tenant, target, count: DEAD_SHOWN })
      return {
        topic: journal.topic,
        waiting: depth?.rows ?? 0,
        ...(depth?.oldest !== undefined && { oldest: depth.oldest }),
        dead: dead.map(deadEvent),
      }
    },
    republish: wanted => republish(options, wanted),
    revive: async () => {
      if (journal.topic === undefined) return fail(notSent)
      const dead = await store.outbox.dead({
        ...{ tenant, target: eventsTarget(journal.topic), count: DEAD_SHOWN },
      })
      return ok({ events: await store.outbox.revive(dead.map(({ seq }) => seq)) })
    },
  }
}

function deadEvent({ seq, payload, error, buried }: DeadOutboxRow): DeadEvent {
  const { id = '', type = '' } = payload as { readonly id?: string; readonly type?: string }
  return { seq, id, type, error, buried }
}

const notSent = {
  kind: 'unavailable',
  code: 'events-not-sent',
  message: 'No events are sent from here: set KAFKA_BROKERS (and EVENTS_TOPIC).',
} as const

/** Without those of cases that are protected now, unless they are wanted. */
async function notProtected(
  rows: readonly CaseEventRow[],
  { store, tenant, journal }: Pick<EventDeskOptions, 'store' | 'tenant' | 'journal'>,
): Promise<readonly CaseEventRow[]> {
  if (journal.sendsProtected) return rows
  const withheld = new Set<string>()
  for (const id of new Set(rows.map(({ caseId }) => caseId))) {
    const found = await store.read(tenant, { type: 'EpisodeOfCare', id })
    if (found && !found.deleted && isProtected(parseJson(found.content) as Resource)) withheld.add(id)
  }
  return rows.filter(({ caseId }) => !withheld.has(caseId))
}

/** The rows are written again with the ids they had, so that who knows them already can skip them. */
async function republish(
  { store, tenant, clock, journal }: EventDeskOptions,
  { caseId, from }: Republish,
): Promise<Result<{ readonly events: number }>> {
  if (journal.topic === undefined) return fail(notSent)
  let events = 0
  for (let last: CaseEventRow | undefined; ;) {
    const page = await store.caseEvents(tenant, {
      count: PAGE,
      ...(caseId !== undefined && { caseId }),
      ...(from !== undefined && { from }),
      ...(last && { after: last }),
    })
    const sent = await notProtected(page, { store, tenant, journal })
    if (sent.length > 0) {
      const at = instantOf(clock.nowMs())
      const flushed = await store.flush({
        tenant,
        lane: 0,
        at,
        writes: [],
        outbox: eventOutbox(sent, journal),
      })
      if (!flushed.ok) throw new StoreFault('store-error', 'an outbox row has nothing to conflict with')
    }
    events += sent.length
    last = page.at(-1)
    if (page.length < PAGE) return ok({ events })
  }
}
