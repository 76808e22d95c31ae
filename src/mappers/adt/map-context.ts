import { dtmToDate, dtmToDateTime, dtmToInstant, type ZoneRule } from '../../hl7v2/dtm.ts'
import { utcInstant } from '../../lib/zone.ts'
import type { Moment } from './fact.ts'
import type { SourceSettings } from './source.ts'

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
  const [application = '', facility = ''] = source.split('|')
  return facility || application || 'unknown'
}

/** True when the sender names its facility (MSH-4), so that there is an Organization for it. */
export const namesFacility = (source: string): boolean => (source.split('|')[1] ?? '') !== ''

/** What the fields that a source said mean, when its message is no longer at hand: their times carry offsets by then. */
export const contextOf = (
  source: string,
  settings: SourceSettings,
  report: MapContext['report'],
): MapContext => ({
  settings,
  source,
  facility: facilityOf(source),
  zone: { timeZone: settings.timeZone },
  report,
})

export function dateTimeOf(
  text: string | undefined,
  context: MapContext,
  expression: string,
): string | undefined {
  if (text === undefined) return undefined
  const dateTime = dtmToDateTime(text, context.zone)
  if (dateTime.ok) return dateTime.value
  context.report({ code: 'date-invalid', expression })
  return undefined
}

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

export function momentOf(
  text: string | undefined,
  context: MapContext,
  expression: string,
): Moment | undefined {
  const dateTime = dateTimeOf(text, context, expression)
  if (text === undefined || dateTime === undefined) return undefined
  const instant = dateTime.length > DATE_LENGTH ? utcInstant(dateTime) : startOf(text, context)
  return instant === undefined ? undefined : { instant, text: dateTime }
}

/** `YYYY-MM-DD`: longer texts have a time and an offset. */
const DATE_LENGTH = 10

function startOf(date: string, { zone }: MapContext): string | undefined {
  const instant = dtmToInstant(date, zone)
  return instant.ok ? instant.value : undefined
}
