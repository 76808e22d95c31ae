import type { Instant } from '../lib/clock.ts'
import { standardDelimiters } from './delimiters.ts'
import { escapeText } from './escapes.ts'
import type { Message } from './message.ts'
import { triggerEvent } from './message-type.ts'

export interface Acknowledgement {
  /** HL7 table 0008: accepted, failed for this message, rejected before it was looked into. */
  readonly code: 'AA' | 'AE' | 'AR'
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
  '203': 'Unsupported version id',
  '207': 'Application internal error',
} as const

export type ErrorCondition = keyof typeof conditions

/**
 * The answer to a message in its own delimiters and version, UTF-8, segments ended by CR (HL7 v2.9, 2.9.2). `message`
 * is undefined where none could be read. An ERR segment is added when the code is not AA: ERL in ERR-2 since v2.5,
 * ELD in ERR-1 before.
 */
export function acknowledge(message: Message | undefined, ack: Acknowledgement): string {
  const delimiters = message?.delimiters ?? standardDelimiters
  const header = message?.first('MSH')
  const sent = (field: number): string => header?.rawField(field) ?? ''
  const escaped = (text: string): string => escapeText(text, delimiters)
  const { field, component } = delimiters
  const event = message === undefined ? undefined : triggerEvent(message)
  const msh = [
    'MSH',
    sent(2) || '^~\\&',
    sent(5),
    sent(6),
    sent(3),
    sent(4),
    dtmOf(ack.timestamp),
    '',
    ['ACK', ...(event === undefined ? [] : [escaped(event), 'ACK'])].join(component),
    escaped(ack.controlId),
    sent(11) || 'P',
    sent(12) || '2.5.1',
    '',
    '',
    '',
    '',
    '',
    'UNICODE UTF-8',
  ]
  const msa = ['MSA', ack.code, sent(10), escaped(ack.text ?? '')]
  const segments = ack.code === 'AA' ? [msh, msa] : [msh, msa, errorSegment(message, ack)]
  return segments.map(parts => `${parts.join(field)}\r`).join('')
}

function errorSegment(message: Message | undefined, ack: Acknowledgement): readonly string[] {
  const { component, subcomponent } = message?.delimiters ?? standardDelimiters
  const [segment = '', field] = (ack.errorLocation ?? '').split('-')
  const { condition = '207' } = ack
  const coded = [condition, conditions[condition], 'HL70357']
  const location = segment === '' ? [] : [segment, '1', ...(field === undefined ? [] : [field])]
  if (isBeforeErl(message?.first('MSH')?.text(12) ?? undefined)) {
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

const isBeforeErl = (version: string | undefined): boolean => /^2\.[1-4]/.test(version ?? '')

/** `2026-10-05T18:30:00.000Z` as `20261005183000.000+0000`. */
const dtmOf = (instant: Instant): string => `${instant.slice(0, 23).replace(/[-T:]/g, '')}+0000`
