import type { Instant } from '../lib/clock.ts'
import { standardDelimiters } from './delimiters.ts'
import { escapeText } from './escapes.ts'
import type { Message } from './message.ts'
import { triggerEvent } from './message-type.ts'

/**
 * HL7 table 0008. Applied (A): accepted, failed for this message, rejected before it was looked into; the same of
 * whether it was kept (C), which only the enhanced mode asks.
 */
export type AckCode = 'AA' | 'AE' | 'AR' | 'CA' | 'CE' | 'CR'

export interface Acknowledgement {
  readonly code: AckCode
  /** MSH-10 of the acknowledgement itself; the message's own goes to MSA-2. */
  readonly controlId: string
  readonly timestamp: Instant
  /** For people; never a patient's data. */
  readonly text?: string
  /** `SEG` or `SEG-field`. */
  readonly errorLocation?: string
  /** HL7 table 0357; 207 for whatever has no code of its own. */
  readonly condition?: ErrorCondition
}

/** HL7 table 0357, as far as it is answered. */
const conditions = {
  '100': 'Segment sequence error',
  '101': 'Required field missing',
  '102': 'Data type error',
  '202': 'Unsupported processing id',
  '203': 'Unsupported version id',
  '207': 'Application internal error',
} as const

export type ErrorCondition = keyof typeof conditions

/**
 * The answer to a message in its own delimiters and version, UTF-8, segments ended by CR (HL7 v2.9, 2.9.2). `message`
 * is undefined where none could be read. An ERR segment is added when the code says no: ERL in ERR-2 since v2.5,
 * ELD in ERR-1 before; the text stands in MSA-3 until v2.6, which the standard then took away, and in ERR-8. What asks
 * for no answer itself says so in MSH-15 and MSH-16, so that two engines don't acknowledge each other for ever.
 */
export function acknowledge(message: Message | undefined, ack: Acknowledgement): string {
  const { field } = message?.delimiters ?? standardDelimiters
  const minor = minorVersion(message)
  const escaped = escapeText(ack.text ?? '', message?.delimiters ?? standardDelimiters)
  const sentId = message?.first('MSH')?.rawField(10) ?? ''
  const msa = ['MSA', ack.code, sentId, minor < 7 ? escaped : '']
  const isYes = ack.code === 'AA' || ack.code === 'CA'
  const segments = [headerSegment(message, ack), msa, ...(isYes ? [] : [errorSegment(message, ack)])]
  return segments.map(parts => `${parts.join(field)}\r`).join('')
}

function headerSegment(message: Message | undefined, ack: Acknowledgement): readonly string[] {
  const delimiters = message?.delimiters ?? standardDelimiters
  const header = message?.first('MSH')
  const sent = (field: number): string => header?.rawField(field) ?? ''
  const asked = sent(15) !== '' || sent(16) !== ''
  return [
    ...['MSH', sent(2) || '^~\\&', sent(5), sent(6), sent(3), sent(4), dtmOf(ack.timestamp), ''],
    typeOf(message),
    escapeText(ack.controlId, delimiters),
    ...[sent(11) || 'P', sent(12) || '2.5.1', '', ''],
    ...(asked ? ['NE', 'NE'] : ['', '']),
    ...(minorVersion(message) < 3 ? [] : ['', 'UNICODE UTF-8']),
  ]
}

/** Acknowledgements of what came together, as a batch (HL7 v2.9, 2.10.3). */
export const acknowledgementBatch = (acks: readonly string[]): string =>
  `BHS|^~\\&\r${acks.join('')}BTS|${acks.length}\r`

/** MSH-9: `ACK` in v2.1, with the event since v2.2, with the structure since v2.3.1. */
function typeOf(message: Message | undefined): string {
  const { component } = message?.delimiters ?? standardDelimiters
  const event = message === undefined ? undefined : triggerEvent(message)
  const minor = minorVersion(message)
  if (event === undefined || minor < 2) return 'ACK'
  const parts = ['ACK', escapeText(event, message?.delimiters)]
  const hasStructure = minor > 3 || message?.first('MSH')?.text(12) === '2.3.1'
  return [...parts, ...(hasStructure ? ['ACK'] : [])].join(component)
}

function errorSegment(message: Message | undefined, ack: Acknowledgement): readonly string[] {
  const { component, subcomponent } = message?.delimiters ?? standardDelimiters
  const [segment = '', field] = (ack.errorLocation ?? '').split('-')
  const { condition = '207' } = ack
  const coded = [condition, conditions[condition], 'HL70357']
  const location = segment === '' ? [] : [segment, '1', ...(field === undefined ? [] : [field])]
  if (minorVersion(message) < 5) {
    const code = coded.join(subcomponent)
    return [
      'ERR',
      [...location, ...Array.from({ length: 3 - location.length }, () => ''), code].join(component),
    ]
  }
  const code = coded.join(component)
  const text = escapeText(ack.text ?? '', message?.delimiters ?? standardDelimiters)
  return ['ERR', '', location.join(component), code, 'E', '', '', '', text]
}

/** 3 of `2.3.1`; a message that names no version, or none of ours, is answered in 2.5.1's form. */
function minorVersion(message: Message | undefined): number {
  const [, minor] = /^2\.([1-9])/.exec(message?.first('MSH')?.text(12) ?? '') ?? []
  return Number(minor ?? '5')
}

/** `2026-10-05T18:30:00.000Z` as `20261005183000.000+0000`. */
const dtmOf = (instant: Instant): string => `${instant.slice(0, 23).replace(/[-T:]/g, '')}+0000`
