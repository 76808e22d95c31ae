import { instantOf } from '../../lib/clock.ts'
import type { Json } from '../../fhir/resource.ts'
import type { OutboxWrite } from '../ports/outbox.ts'
import type { CaseEventRow } from '../ports/store.ts'

/** Where events go and how they name themselves. */
export interface JournalSettings {
  readonly canonicalBase: string
  /** CloudEvents `source`: this service's public URL, else the canonical base. */
  readonly source: string
  /** Kafka topic; undefined = events are kept and not sent. */
  readonly topic?: string
  /** Events of cases whose resources are labelled as protected go out too. */
  readonly sendsProtected?: boolean
}

const kebab = (name: string): string => name.replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase()

/** `GoalSet` of a goal -> `casewire.goal.set.v1`; `TherapyMissed` of an activity -> `casewire.activity.therapy-missed.v1`. */
export function cloudEventType(noun: string, type: string): string {
  const [prefix, whole] = [`${kebab(noun)}-`, kebab(type)]
  return `casewire.${noun}.${whole.startsWith(prefix) ? whole.slice(prefix.length) : whole}.v1`
}

/** CloudEvents 1.0, JSON format, structured mode (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md). */
export const cloudEvent = (row: CaseEventRow, source: string): Json => ({
  specversion: '1.0',
  id: row.id,
  source,
  type: cloudEventType(row.noun, row.type),
  subject: row.caseId,
  time: row.at,
  datacontenttype: 'application/json',
  recordedtime: row.recorded,
  actor: row.actor,
  data: row.body,
})

/** The row that sends an event, in the order of its patient; none when there is no topic. */
export const eventOutbox = (
  rows: readonly CaseEventRow[],
  { topic, source }: Pick<JournalSettings, 'topic' | 'source'>,
): readonly OutboxWrite[] =>
  topic === undefined
    ? []
    : rows.map(row => ({ target: eventsTarget(topic), key: row.patient, payload: cloudEvent(row, source) }))

export const eventsTarget = (topic: string): string => `kafka:${topic}`

/** A time of fact as an instant; undefined when it is none. */
export function instantIn(text: string | undefined): string | undefined {
  const ms = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(ms) ? undefined : instantOf(ms)
}
