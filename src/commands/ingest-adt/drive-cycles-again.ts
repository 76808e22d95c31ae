import { readAdtEvents } from '../../mappers/adt/events/read-event.ts'
import type { SourceSettings } from '../../mappers/adt/source.ts'
import { inboxIdOf } from '../inbox/inbox-id.ts'
import { subjectsOf } from '../../mappers/adt/identity/identity.ts'
import { messagesIn } from '../inbox/messages-in.ts'
import { faultOf, type EmitEvent } from '../ports/events.ts'
import type { InboxEntry, InboxQueries, Outcome, Store } from '../ports/store.ts'
import type { IngestAdt, Verdict } from './inbound.ts'

export interface DrivingAgain {
  /** The handler itself. */
  readonly ingest: IngestAdt
  readonly inbox: Pick<InboxQueries, 'find'>
  readonly store: Pick<Store, 'load'>
  readonly tenant: number
  readonly settings: SourceSettings
  readonly emit: EmitEvent
}

/**
 * Drives the merges of these patients, and of all who were ever tied to them, once more that are dead letters because an
 * earlier one led back (`merge-cycle`): what they say is kept and counts already where it does by now, so that this settles
 * the letters.
 */
export type DriveCycles = (subjects: readonly string[], lane: number) => Promise<void>

export const cycleDriver =
  (options: DrivingAgain): DriveCycles =>
  async (subjects, lane) => {
    const { facts } = await options.store.load({ tenant: options.tenant, lane, subjects })
    const tied = [...subjects, ...facts.flatMap(subjectsOf)]
    let left = Number.POSITIVE_INFINITY
    for (;;) {
      const refused = await refusedMerges(tied, options)
      if (refused.length === 0 || refused.length >= left) return
      left = refused.length
      const records = refused.map(({ raw, origin }) => ({ value: raw, origin }))
      await options.ingest({ lane, door: 'replay', records })
    }
  }

/**
 * The handler, and after each unlink (A37) that it took in the merges of the same patients once more: recorded between the
 * two, the unlink makes the later one right, and it may come last. What can't be driven now (`merge-cycle-not-driven`) is
 * driven by the timer that stands beside the unlink (timers/merge-cycle-timers.ts).
 */
export const drivingCyclesAgain =
  (drive: DriveCycles, { ingest, settings, emit }: DrivingAgain): IngestAdt =>
  async batch => {
    const result = await ingest(batch)
    if (result.kind !== 'done') return result
    const unlinks = result.verdicts.flat().filter(isUnlink)
    if (unlinks.length === 0) return result
    try {
      await drive(
        unlinks.flatMap(({ raw }) => (raw ? subjectsIn(raw, settings) : [])),
        batch.lane,
      )
    } catch (error) {
      emit('merge-cycle-not-driven', { fault: faultOf(error) })
    }
    return result
  }

/** A repeat too: somebody may have sent it again because of what was not driven. */
const isUnlink = ({ trigger, outcome }: Verdict): boolean => trigger === 'A37' && TAKEN.has(outcome)
const TAKEN: ReadonlySet<Outcome> = new Set<Outcome>(['applied', 'no-change', 'duplicate'])

/** Dead letters of one patient that are looked through. */
const LETTERS_MAX = 50

/** In the order of receipt. */
async function refusedMerges(
  subjects: readonly string[],
  { inbox, tenant }: DrivingAgain,
): Promise<readonly InboxEntry[]> {
  const pages = await Promise.all(
    [...new Set(subjects)].map(subject =>
      inbox.find(tenant, { subject, outcome: ['dead-letter'], isOpen: true, count: LETTERS_MAX }),
    ),
  )
  const letters = new Map(pages.flat().map(letter => [inboxIdOf(letter), letter]))
  return [...letters.values()]
    .filter(({ reason, raw }) => reason?.startsWith('merge-cycle') && raw.length > 0)
    .toSorted((a, b) => (a.received < b.received ? -1 : 1))
}

const subjectsIn = (raw: Buffer, settings: SourceSettings): readonly string[] =>
  messagesIn(raw, settings).flatMap(message => {
    const events = readAdtEvents(message, settings)
    return events.ok ? events.value.flatMap(event => (event.kind === 'mapped' ? event.patient.id : [])) : []
  })
