import { readAdtEvents } from '../../mappers/adt/read-event.ts'
import type { SourceSettings } from '../../mappers/adt/source.ts'
import { messagesIn } from '../messages-in.ts'
import { faultOf, type EmitEvent } from '../ports/events.ts'
import type { InboxEntry, InboxQueries, Outcome } from '../ports/store.ts'
import type { IngestAdt, Verdict } from './inbound.ts'

export interface DrivingAgain {
  readonly inbox: Pick<InboxQueries, 'find'>
  readonly tenant: number
  readonly settings: SourceSettings
  readonly emit: EmitEvent
}

/**
 * The handler, and after each unlink (A37) that it took in the merges of the same patients once more that were dead letters
 * because an earlier one led back (`merge-cycle`): recorded between the two, the unlink makes the later one right, and it
 * may come last. What can't be driven now stays a dead letter for people (`merge-cycle-not-driven`).
 */
export const drivingCyclesAgain =
  (ingest: IngestAdt, options: DrivingAgain): IngestAdt =>
  async batch => {
    const result = await ingest(batch)
    if (result.kind !== 'done') return result
    const unlinks = result.verdicts.flat().filter(isUnlink)
    if (unlinks.length === 0) return result
    try {
      const refused = await refusedMerges(unlinks, options)
      const records = refused.map(({ raw, origin }) => ({ value: raw, origin }))
      if (records.length > 0) await ingest({ lane: batch.lane, door: 'replay', records })
    } catch (error) {
      options.emit('merge-cycle-not-driven', { fault: faultOf(error) })
    }
    return result
  }

/** A repeat too: the process may have ended between the unlink and what follows here. */
const isUnlink = ({ trigger, outcome }: Verdict): boolean => trigger === 'A37' && TAKEN.has(outcome)
const TAKEN: ReadonlySet<Outcome> = new Set<Outcome>(['applied', 'no-change', 'duplicate'])

/** Dead letters of one patient that are looked through. */
const LETTERS_MAX = 50

/** In the order of receipt. */
async function refusedMerges(
  unlinks: readonly Verdict[],
  { inbox, tenant, settings }: DrivingAgain,
): Promise<readonly InboxEntry[]> {
  const subjects = new Set(unlinks.flatMap(({ raw }) => (raw ? subjectsIn(raw, settings) : [])))
  const pages = await Promise.all(
    [...subjects].map(subject =>
      inbox.find(tenant, { subject, outcome: ['dead-letter'], isOpen: true, count: LETTERS_MAX }),
    ),
  )
  return pages
    .flat()
    .filter(({ reason, raw }) => reason?.startsWith('merge-cycle') && raw.length > 0)
    .toSorted((a, b) => (a.received < b.received ? -1 : 1))
}

const subjectsIn = (raw: Buffer, settings: SourceSettings): readonly string[] =>
  messagesIn(raw, settings).flatMap(message => {
    const events = readAdtEvents(message, settings)
    return events.ok ? events.value.flatMap(event => (event.kind === 'mapped' ? event.patient.id : [])) : []
  })
