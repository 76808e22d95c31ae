import { assert } from '../../lib/assert.ts'
import type { MappedEvent } from '../../mappers/adt/events/adt-event.ts'
import { readAdtEvents } from '../../mappers/adt/events/read-event.ts'
import { takeIn } from '../../mappers/adt/registers/take-in.ts'
import type { Json } from '../../fhir/resource.ts'
import { inboxIdOf } from '../inbox/inbox-id.ts'
import { messagesIn } from '../inbox/messages-in.ts'
import type { Fact, InboxEntry, Outcome, Said } from '../ports/store.ts'
import type { CaseDeps } from './case-deps.ts'

/** A register as it was; what is past has no version to guard. */
export type SaidThen = Pick<Said, 'subject' | 'scope' | 'body'>

/** What messages had said of a patient by some time. */
export interface ToldBy {
  readonly facts: readonly Fact[]
  readonly said: readonly SaidThen[]
}

type Deps = Pick<CaseDeps, 'store' | 'tenant' | 'settings'>

/**
 * Facts and registers of a patient as they were known at an instant. Both are kept as all messages so far have them, so
 * they are read again from the messages that had been received by then; a message that was driven again later counts
 * from when it came. A patient of whom no message ever told has none.
 */
export async function toldBy(deps: Deps, patient: string, at: string): Promise<ToldBy> {
  const { store, tenant } = deps
  const [entries, { facts }] = await Promise.all([
    receivedBy(deps, patient, at),
    store.load({ tenant, lane: 0, subjects: [patient] }),
  ])
  const known = new Set<string>()
  const said = new Map<string, Json>()
  for (const entry of entries) {
    for (const event of eventsIn(entry, deps)) {
      if (event.patient.id !== patient) continue
      const taken = takeIn(event, { said, facts: [] })
      for (const { id } of taken.facts) known.add(id)
      for (const [scope, register] of taken.said) said.set(scope, register)
    }
  }
  return {
    // The facts themselves as they were written: a message without a time has that of its record in Kafka.
    facts: facts.filter(({ id }) => known.has(id)),
    said: [...said].map(([scope, body]) => ({ subject: patient, scope, body })),
  }
}

/** Outcomes after which what a message says is in facts and registers. */
const TAKEN: readonly Outcome[] = ['applied', 'no-change']
const PAGE = 200

/** In the order of receipt. */
async function receivedBy({ store, tenant }: Deps, subject: string, until: string) {
  const entries: InboxEntry[] = []
  let page: readonly InboxEntry[]
  do {
    const last = entries.at(-1)
    // oxlint-disable-next-line no-await-in-loop -- a page is asked for by the one before
    page = await store.inbox.find(tenant, {
      ...{ subject, until, outcome: TAKEN, count: PAGE },
      ...(last && { after: inboxIdOf(last) }),
    })
    entries.push(...page)
  } while (page.length === PAGE)
  return entries.toReversed()
}

/** The event of a message that was taken in: what could be read then can be read now. */
function eventsIn({ raw, received }: InboxEntry, { settings }: Deps): readonly MappedEvent[] {
  const messages = messagesIn(raw, settings)
  assert(messages.length > 0, 'a message that was taken in can be read')
  return messages.flatMap(message => {
    const events = readAdtEvents(message, settings, received)
    return events.ok ? events.value.filter(event => event.kind === 'mapped') : []
  })
}
