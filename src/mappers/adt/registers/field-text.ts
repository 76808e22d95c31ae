import { standardDelimiters, type Delimiters } from '../../../hl7v2/delimiters.ts'
import { dtmToDateTime, isEndOfDay } from '../../../hl7v2/dtm.ts'
import { escapeText } from '../../../hl7v2/escapes.ts'
import type { Message } from '../../../hl7v2/message.ts'
import { readSegment, type Repetition, type Segment } from '../../../hl7v2/segment.ts'
import { rememberedByText } from '../../../lib/remembered-texts.ts'
import type { MapContext } from '../map-context.ts'
import { rememberRows } from '../rows.ts'

/**
 * Fields as registers and facts keep them: they must mean the same when their message is no longer at hand. So
 * delimiters are the standard ones, escapes need no charset, and a time carries its offset.
 */
export function fieldText(segment: Segment, field: number, message: Message, context: MapContext): string {
  const raw = segment.rawField(field)
  const isPlain = isSelfContained(raw, message.delimiters) && !IDLE.has(raw.at(0)) && !IDLE.has(raw.at(-1))
  if (isPlain) return timedField(segment, field, raw, context)
  const text = rewritten(segment.repetitions(field), message)
  return SAYS_SOMETHING.test(text) ? timedField(segment, field, text, context) : ''
}

/** What says nothing at the ends of a field: senders differ in whether they write it. A component may well be empty first. */
const IDLE: ReadonlySet<string | undefined> = new Set([' ', '~', '^', '&', '\t'])
/** Blanks and delimiters alone are an empty field. */
const SAYS_SOMETHING = /[^\s^~&]/

/** A whole segment, so written. */
export function segmentText(segment: Segment, message: Message, context: MapContext): string {
  const { delimiters } = message
  const fields = segment.raw.split(delimiters.field)
  const isPlain = isSelfContained(segment.raw, delimiters)
  if (isPlain && !TIMES.has(segment.name)) return segment.raw
  for (let field = 1; field < fields.length; field += 1) {
    const raw = fields[field] ?? ''
    if (raw === '') continue
    const text =
      isPlain || isSelfContained(raw, delimiters) ? raw : rewritten(segment.repetitions(field), message)
    fields[field] = timedField(segment, field, text, context)
  }
  return fields.join('|')
}

/** Fields of type TS or DTM whose time of day matters, by segment; of the type DR in both components. */
const TIMES: ReadonlyMap<string, ReadonlySet<number>> = new Map(
  Object.entries({
    PID: [7, 29],
    PV1: [44, 45],
    PV2: [8, 9, 47],
    DG1: [5, 19],
    PR1: [5],
    OBX: [5, 14, 19],
    IAM: [11, 13],
    ROL: [5, 6],
    PRT: [11, 12],
    ARV: [6],
    ACC: [1],
    DRG: [2],
    PDA: [4, 7],
    NTE: [6, 7, 8],
    NK1: [8, 9],
    GT1: [13, 14],
    IN3: [6, 9, 10],
  }).map(([name, fields]) => [name, new Set(fields)]),
)

/** OBX-5 is a time only where OBX-2 says so. */
const OBSERVED_TIMES: ReadonlySet<string> = new Set(['TS', 'DTM', 'DR'])

/** A birth at 2400 is of that day: its date is kept, and no time beside it, which would be the next day's. */
function timedField(segment: Segment, field: number, text: string, context: MapContext): string {
  if (!TIMES.get(segment.name)?.has(field)) return text
  if (segment.name === 'OBX' && field === 5 && !OBSERVED_TIMES.has(segment.text(2)?.toUpperCase() ?? ''))
    return text
  if (segment.name === 'PID' && field === 7 && isEndOfDay(text)) return text.slice(0, DATE_LENGTH)
  return withOffsets(text, context)
}

/** `YYYYMMDD`: a date needs no offset. */
const DATE_LENGTH = 8

/** Every time in a text of standard delimiters; TS had a second component for precision, which is no time. */
function withOffsets(text: string, context: MapContext): string {
  if (text.length <= DATE_LENGTH) return text
  return text.replace(/[^~^&]+/g, part => withOffset(part, context))
}

function withOffset(part: string, { zone }: MapContext): string {
  const time = part.trim()
  if (time.length <= DATE_LENGTH || /[+-]\d{4}$/.test(time)) return time
  const zoned = dtmToDateTime(time, zone)
  return zoned.ok ? dtmOf(zoned.value) : time
}

/** `YYYY-MM-DDTHH:MM:SS[.f]+HH:MM` -> `YYYYMMDDHHMMSS[.f]+HHMM` */
const dtmOf = (text: string): string =>
  text.slice(0, 16).replaceAll(/[-:T]/g, '') + text.slice(17).replace(':', '')

/** A text that means the same in every message: standard delimiters, no escapes. */
export const isSelfContained = (raw: string, delimiters: Delimiters): boolean =>
  (delimiters === standardDelimiters || areStandard(delimiters)) && !raw.includes('\\')

const areStandard = (delimiters: Delimiters): boolean =>
  delimiters.field === standardDelimiters.field &&
  delimiters.component === standardDelimiters.component &&
  delimiters.repetition === standardDelimiters.repetition &&
  delimiters.escape === standardDelimiters.escape &&
  delimiters.subcomponent === standardDelimiters.subcomponent

/** HL7 data types have at most so many components and subcomponents (XTN, XCN; HL7 v2.9, 2A). */
const COMPONENTS_MAX = 25
const SUBCOMPONENTS_MAX = 10

/** One that says nothing keeps its place, so that what is read back has as many, in the same order. */
const NOTHING = '^'

function rewritten(repetitions: readonly Repetition[], { delimiters }: Message): string {
  const texts = repetitions.map(repetition => {
    const { raw } = repetition
    const subcomponents = raw.includes(delimiters.subcomponent) || raw.includes('""') ? SUBCOMPONENTS_MAX : 1
    const components = partsOf(raw, delimiters)
    let [text, gap] = ['', '']
    for (let component = 1; component <= components; component += 1) {
      const part = rewrittenPart(repetition, component, subcomponents)
      if (part !== '') {
        text += gap + part
        gap = ''
      }
      gap += '^'
    }
    return text
  })
  return texts.length === 1 ? (texts[0] ?? '') : texts.map(text => text || NOTHING).join('~')
}

/** How many components there can be: a deletion at a higher level is one of all. */
const partsOf = (raw: string, { component }: Delimiters): number =>
  raw === '""' ? COMPONENTS_MAX : Math.min(COMPONENTS_MAX, raw.split(component).length)

function rewrittenPart(repetition: Repetition, component: number, subcomponents: number): string {
  let [text, gap] = ['', '']
  for (let subcomponent = 1; subcomponent <= subcomponents; subcomponent += 1) {
    const said = repetition.text(component, subcomponent)
    if (said !== undefined) {
      text += gap + (said === null ? '""' : escapeText(said))
      gap = ''
    }
    gap += '&'
  }
  return text
}

/** Characters of text that are remembered; read and mapped they take some ten times as many bytes. */
const TEXTS_CHARS = 2 ** 20
const FIELDS_CHARS = 2 ** 18

const grammar = { delimiters: standardDelimiters, charset: undefined, doubleEscaped: false }

/**
 * Reads back what `segmentText` wrote. Remembered, and with it what the maps make of it: what a patient's messages say is
 * the same from one to the next, and each is computed as it was and as it is.
 */
export const readText = rememberedByText(TEXTS_CHARS, (text): Segment => {
  const segment = readSegment(text, 0, grammar)
  rememberRows(segment)
  return segment
})

/** Reads back what `fieldText` wrote: its first repetition. */
export const readFieldText = (text: string): Repetition | undefined => fieldOf(text).first

const fieldOf = rememberedByText(FIELDS_CHARS, (text): { readonly first: Repetition | undefined } => ({
  first: readSegment(`PL |${text}`, 0, grammar).repetitions(1)[0],
}))
