import { dtmToDate, dtmToDateTime, dtmToInstant, type ZoneRule } from '../../hl7v2/dtm.ts'
import { ownText } from '../../lib/own-text.ts'
import { utcInstant } from '../../lib/zone.ts'
import type { Moment } from './events/fact.ts'
import { settingsOf, type SourceSettings } from './source.ts'

/** What the mapping of a field depends on besides the field: whose it is and where. Never a clock or a look-up. */
export interface MapContext {
  readonly settings: SourceSettings
  /** `MSH-3|MSH-4` of the message that said it. */
  readonly source: string
  /** MSH-4, else MSH-3: names the authority of what names none itself. */
  readonly facility: string
  readonly zone: ZoneRule
  /** Takes note of what could not be mapped; names the place, never the value. */
  readonly report: (issue: MappingIssue) => void
}

/** Something that was left out or kept only as sent. */
export interface MappingIssue {
  readonly code: 'code-unmapped' | 'date-invalid' | 'value-invalid'
  /** `SEG-field`, e.g. `PV1-36`. */
  readonly expression: string
}

/** The facility that a source's name stands for. */
export function facilityOf(source: string): string {
  const bar = source.indexOf('|')
  return namedAfter(source, bar) || source.slice(0, bar < 0 ? source.length : bar) || 'unknown'
}

/** True when the sender names its facility (MSH-4), so that there is an Organization for it. */
export const namesFacility = (source: string): boolean => namedAfter(source, source.indexOf('|')) !== ''

function namedAfter(source: string, bar: number): string {
  if (bar < 0) return ''
  const end = source.indexOf('|', bar + 1)
  return source.slice(bar + 1, end < 0 ? source.length : end)
}

/** What the fields that a source said mean, when its message is no longer at hand: their times carry offsets by then. */
export const contextOf = (
  source: string,
  settings: SourceSettings,
  report: MapContext['report'],
): MapContext => {
  const own = settingsOf(settings, source)
  return { settings: own, source, facility: facilityOf(source), zone: { timeZone: own.timeZone }, report }
}

/** A DTM as FHIR dateTime. */
export const dateTimeOf = (
  text: string | undefined,
  context: MapContext,
  expression: string,
): string | undefined => readTime(text, context, expression)?.text

export function dateOf(
  text: string | undefined,
  context: MapContext,
  expression: string,
): string | undefined {
  if (text === undefined) return undefined
  const date = dtmToDate(text)
  if (date.ok) return date.value
  context.report({ code: 'date-invalid', expression })
  return undefined
}

/** A DTM as it is compared and as it is written; undefined also where UTC has no year for it. */
export function momentOf(
  text: string | undefined,
  context: MapContext,
  expression: string,
): Moment | undefined {
  const time = readTime(text, context, expression)
  return time?.instant === undefined ? undefined : { instant: time.instant, text: time.text }
}

interface Time {
  readonly text: string
  readonly instant: string | undefined
}

/** Beyond this the memo is dropped and built anew: it serves the few times that a message repeats in its fields. */
const TIMES_MAX = 1000
/** Characters; a longer text is no time (`YYYYMMDDHHMMSS.SSSS+ZZZZ`), and is not remembered. */
const TIME_LENGTH_MAX = 40

const times = new Map<string, Time | undefined>()

function readTime(
  text: string | undefined,
  { zone, report }: MapContext,
  expression: string,
): Time | undefined {
  if (text === undefined) return undefined
  const key = `${zone.messageOffset ?? zone.timeZone} ${text}`
  let time = times.get(key)
  if (time === undefined) {
    time = timeOf(text, zone)
    if (times.size >= TIMES_MAX) times.clear()
    if (text.length <= TIME_LENGTH_MAX) times.set(ownText(key), time)
  }
  if (time === undefined) report({ code: 'date-invalid', expression })
  return time
}

function timeOf(text: string, zone: ZoneRule): Time | undefined {
  const dateTime = dtmToDateTime(text, zone)
  if (!dateTime.ok) return undefined
  if (dateTime.value.length > DATE_LENGTH)
    return { text: dateTime.value, instant: utcInstant(dateTime.value) }
  const start = dtmToInstant(text, zone)
  return { text: dateTime.value, instant: start.ok ? start.value : undefined }
}

/** `YYYY-MM-DD`: longer texts have a time and an offset. */
const DATE_LENGTH = 10
