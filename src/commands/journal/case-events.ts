import { instantOf } from '../../lib/clock.ts'
import type { DomainEvent } from '../../care-plan/machines/domain-event.ts'
import type { Json } from '../../fhir/resource.ts'
import { journalOf, type JournalEntry } from '../../mappers/case/journal/journal.ts'
import type { JournalChange, Standing } from '../../mappers/case/journal/journal-world.ts'
import { nounLenses } from '../../mappers/case/nouns/noun-lenses.ts'
import type { CaseEventRow } from '../ports/store.ts'
import { instantIn, type JournalSettings } from './cloud-event.ts'

/** What the writer of a step knows of it. */
export interface Told {
  /** What a command says has happened. */
  readonly events?: readonly DomainEvent[]
  /** Time of the fact: dateTime with offset. */
  readonly at?: string
  readonly actor?: string
  /** Why, for the command's own events. */
  readonly reason?: string
}

export interface ToldStep {
  readonly changes: readonly JournalChange[]
  readonly told: Told
}

export interface JournalParts {
  readonly settings: JournalSettings
  readonly steps: readonly ToldStep[]
  readonly rows: readonly Standing[]
  /** Who writes, where the step doesn't say. */
  readonly actor: string
}

/** The events of a unit of work as they are kept, each step under its own time of fact. */
export function caseEventRows({ settings, steps, rows, actor }: JournalParts): readonly CaseEventRow[] {
  const lenses = nounLenses(settings.canonicalBase)
  const journal = journalOf(
    steps.map(({ changes, told }) => ({ changes, said: withReason(told) })),
    rows,
    lenses,
  )
  const told = journal.flatMap((entries, index) => {
    const said = steps[index]?.told ?? {}
    return entries.map(entry => toRow(entry, instantIn(said.at) ?? entry.recorded, said.actor ?? actor))
  })
  return inOrder(told)
}

/**
 * Rows are read by (recorded, id). What came to a case with its plan is named after the plan's version: where a later
 * step's own name would sort before that, it counts as recorded a millisecond later.
 */
function inOrder(rows: readonly CaseEventRow[]): readonly CaseEventRow[] {
  const last = new Map<string, CaseEventRow>()
  return rows.map(row => {
    const noun = `${row.caseId} ${row.noun} ${row.nounId}`
    const before = last.get(noun)
    const sorts = !before || `${before.recorded} ${before.id}` < `${row.recorded} ${row.id}`
    const placed = sorts ? row : { ...row, recorded: instantOf(Date.parse(before.recorded) + 1) }
    last.set(noun, placed)
    return placed
  })
}

const withReason = ({ events = [], reason }: Told): readonly DomainEvent[] =>
  reason === undefined ? events : events.map(event => ({ reason, ...event }))

const toRow = (entry: JournalEntry, at: string, actor: string): CaseEventRow => ({
  id: entry.id,
  caseId: entry.caseId,
  patient: entry.patient,
  type: entry.event.type,
  noun: entry.event.noun,
  nounId: entry.event.id,
  at,
  recorded: entry.recorded,
  actor,
  body: dataOf(entry),
})

/** The `data` of the CloudEvent. A field that was taken out is null, because JSON has no undefined. */
function dataOf({ caseId, patient, event, resource }: JournalEntry): Json {
  const changes = Object.entries(event.changes).map(([name, value]) => [name, value ?? null])
  return {
    caseId,
    patient,
    noun: event.noun,
    nounId: event.id,
    event: event.type,
    changes: Object.fromEntries(changes) as Json,
    ...(event.reason !== undefined && { reason: event.reason }),
    ...(event.isDeleted && { isDeleted: true }),
    resource: { ...resource },
  }
}
