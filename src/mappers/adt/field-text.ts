import { standardDelimiters, type Delimiters } from '../../hl7v2/delimiters.ts'
import { dtmToDateTime } from '../../hl7v2/dtm.ts'
import { escapeText } from '../../hl7v2/escapes.ts'
import type { Message } from '../../hl7v2/message.ts'
import { readSegment, type Repetition, type Segment } from '../../hl7v2/segment.ts'
import type { MapContext } from './map-context.ts'

/**
 * Fields as registers and facts keep them: they must mean the same when their message is no longer at hand. So
 * delimiters are the standard ones, escapes need no charset, and a time carries its offset.
 */
export function fieldText(segment: Segment, field: number, message: Message, context: MapContext): string {
  const raw = segment.rawField(field)
  const text = isSelfContained(raw, message.delimiters) ? raw : rewritten(segment.repetitions(field))
  return TIMED.has(segment.name) && TIMES.has(`${segment.name}-${field}`) ? withOffset(text, context) : text
}

/** A whole segment with the fields from `first` on, so written. */
export function segmentText(segment: Segment, message: Message, context: MapContext): string {
  if (!TIMED.has(segment.name) && isSelfContained(segment.raw, message.delimiters)) return segment.raw
  const count = segment.raw.split(message.delimiters.field).length - 1
  const fields = Array.from({ length: count }, (_unused, index) =>
    fieldText(segment, index + 1, message, context),
  )
  return [segment.name, ...fields].join('|')
}

/** Fields of type TS or DTM whose time of day matters. */
const TIMES: ReadonlySet<string> = new Set([
  'PID-7',
  'PID-29',
  'PV1-44',
  'PV1-45',
  'PV2-8',
  'PV2-9',
  'PV2-47',
  'DG1-5',
  'DG1-19',
])

/** Segments with such fields. */
const TIMED: ReadonlySet<string> = new Set([...TIMES].map(field => field.slice(0, 3)))

/** `YYYYMMDD`: a date needs no offset. */
const DATE_LENGTH = 8

/** TS had a second component for precision; only the time itself is kept. */
function withOffset(text: string, { zone }: MapContext): string {
  const [time = ''] = text.split('^')
  if (time.length <= DATE_LENGTH) return time
  if (/[+-]\d{4}$/.test(time)) return time
  const zoned = dtmToDateTime(time, zone)
  return zoned.ok ? dtmOf(zoned.value) : time
}

/** `YYYY-MM-DDTHH:MM:SS[.f]+HH:MM` -> `YYYYMMDDHHMMSS[.f]+HHMM` */
const dtmOf = (text: string): string =>
  text.slice(0, 16).replaceAll(/[-:T]/g, '') + text.slice(17).replace(':', '')

const isSelfContained = (raw: string, delimiters: Delimiters): boolean =>
  !raw.includes('\\') &&
  delimiters.field === standardDelimiters.field &&
  delimiters.component === standardDelimiters.component &&
  delimiters.repetition === standardDelimiters.repetition &&
  delimiters.escape === standardDelimiters.escape &&
  delimiters.subcomponent === standardDelimiters.subcomponent

/** HL7 data types have at most so many components and subcomponents (XTN, XCN; HL7 v2.9, 2A). */
const COMPONENTS_MAX = 25
const SUBCOMPONENTS_MAX = 10

const rewritten = (repetitions: readonly Repetition[]): string =>
  repetitions
    .map(repetition => list(COMPONENTS_MAX, '^', component => rewrittenPart(repetition, component)))
    .join('~')

const rewrittenPart = (repetition: Repetition, component: number): string =>
  list(SUBCOMPONENTS_MAX, '&', subcomponent => {
    const text = repetition.text(component, subcomponent)
    return text === null ? '""' : text === undefined ? '' : escapeText(text)
  })

function list(count: number, delimiter: string, partAt: (n: number) => string): string {
  const parts = Array.from({ length: count }, (_unused, index) => partAt(index + 1))
  return parts.slice(0, parts.findLastIndex(part => part !== '') + 1).join(delimiter)
}

const grammar = { delimiters: standardDelimiters, charset: undefined, doubleEscaped: false }

/** Reads back what `segmentText` wrote. */
export const readText = (text: string): Segment => readSegment(text, 0, grammar)

/** Reads back what `fieldText` wrote: its first repetition. */
export const readFieldText = (text: string): Repetition | undefined =>
  readText(`PL |${text}`).repetitions(1)[0]
