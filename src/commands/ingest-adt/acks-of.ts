import { createHash } from 'node:crypto'
import { acknowledge, type AckCode, type ErrorCondition } from '../../hl7v2/acknowledgement.ts'
import type { Message } from '../../hl7v2/message.ts'
import { readHeader } from '../../hl7v2/read-header.ts'
import { readMessage } from '../../hl7v2/read-message.ts'
import type { Instant } from '../../lib/clock.ts'
import type { Failure } from '../../lib/result.ts'
import { readValue } from '../../mappers/alerts/read-value.ts'
import type { Verdict } from './inbound.ts'

/** A message that was not recorded: refused, or not durable; `raw` is what came. */
export interface NotTaken {
  readonly raw: Buffer
  readonly failure: Failure
}

export interface AckOptions {
  readonly timestamp: Instant
  /** `as-asked`: enhanced where MSH-15 or MSH-16 says something, else original (HL7 v2.9, 2.9.2 and 2.9.3). */
  readonly mode: 'original' | 'as-asked'
}

/**
 * The answers to one message: one in the original mode; in the enhanced mode whether it was kept (CA, CE, CR), whether
 * it was applied (AA, AE, AR), both or none, as MSH-15 and MSH-16 ask. A dead letter is kept, and not applied. What
 * can't be read is answered in the original mode.
 */
export function acksOf(taken: Verdict | NotTaken, { timestamp, mode }: AckOptions): readonly string[] {
  const message = messageOf(taken.raw) ?? headerOf(taken)
  const answer = answerOf(taken)
  const send = (code: AckCode): string =>
    acknowledge(message, {
      ...answer,
      code,
      controlId: ackId(`${code} ${answer.id} ${timestamp}`),
      timestamp,
    })
  const asked = (field: number): string | undefined => message?.first('MSH')?.text(field)?.toUpperCase()
  const [accept, application] = [asked(15), asked(16)]
  if (mode === 'original' || (accept === undefined && application === undefined))
    return [send(answer.applied)]
  return [
    ...(wanted(accept, answer.kept === 'CA') ? [send(answer.kept)] : []),
    ...(answer.kept === 'CA' && wanted(application, answer.applied === 'AA') ? [send(answer.applied)] : []),
  ]
}

/** HL7 table 0155; in the enhanced mode an empty one asks for nothing. */
function wanted(condition: string | undefined, isGood: boolean): boolean {
  if (condition === 'AL') return true
  return isGood ? condition === 'SU' : condition === 'ER'
}

interface Answer {
  readonly id: string
  readonly kept: 'CA' | 'CE' | 'CR'
  readonly applied: 'AA' | 'AE' | 'AR'
  readonly text: string
  readonly errorLocation?: string
  readonly condition?: ErrorCondition
}

function answerOf(taken: Verdict | NotTaken): Answer {
  if ('failure' in taken) {
    const { code, expression } = taken.failure
    return { id: code, kept: 'CE', applied: 'AR', text: `refused ${code}`, ...placed(code, expression) }
  }
  const { outcome, reason = '', inboxId = '' } = taken
  const [code = '', location] = reason.split(/[: ]/)
  const text = [outcome, ...(code ? [code] : [])].join(' ')
  if (outcome !== 'dead-letter') return { id: inboxId, kept: 'CA', applied: 'AA', text }
  const isHeader = headerReasons.has(code)
  return {
    id: inboxId,
    kept: isHeader ? 'CR' : 'CA',
    applied: isHeader ? 'AR' : 'AE',
    text,
    ...placed(code, location),
  }
}

/** What the header alone is refused for (HL7 v2.9, 2.9.2.1: processing id, version, message type). */
const headerReasons: ReadonlySet<string> = new Set(['test-message-refused', 'version-unsupported'])

/** The codes of failures that HL7 table 0357 has a word for; segments that are missing are its 100. */
const conditions: ReadonlyMap<string, ErrorCondition> = new Map([
  ['adt-patient-missing', '100'],
  ['adt-patient-identifier-missing', '101'],
  ['adt-place-missing', '101'],
  ['adt-trigger-missing', '101'],
  ['charset-undecodable', '102'],
  ['delimiters-invalid', '102'],
  ['msh-missing', '100'],
  ['test-message-refused', '202'],
  ['version-unsupported', '203'],
])

function placed(code: string, location: string | undefined): Pick<Answer, 'errorLocation' | 'condition'> {
  const condition = conditions.get(code)
  return {
    ...(location !== undefined && { errorLocation: location }),
    ...(condition !== undefined && { condition }),
  }
}

/** The message as it was decoded when it was taken, so that the answer gives its names back. */
function messageOf(raw: Buffer | undefined): Message | undefined {
  const payload = readValue(raw, undefined)
  const text = payload.ok ? payload.value[0]?.text : undefined
  const message = readMessage(text || (raw?.toString('latin1') ?? ''))
  return message.ok ? message.value : undefined
}

/** Of a message that is too long to be read: an engine that gets no control id back would send it for ever. */
function headerOf(taken: Verdict | NotTaken): Message | undefined {
  const header = taken.raw && readHeader(taken.raw)
  return 'controlId' in taken && header?.first('MSH')?.text(10) === taken.controlId ? header : undefined
}

/** MSH-10 of the ACK: unique per answer, at most 20 characters (HL7 v2.5.1, 2.14.9.10). */
const ackId = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 20)
