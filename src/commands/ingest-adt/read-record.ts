import { createHash } from 'node:crypto'
import type { Failure } from '../../lib/result.ts'
import { triggerEvent } from '../../hl7v2/message-type.ts'
import type { Message } from '../../hl7v2/message.ts'
import type { PayloadMessage } from '../../hl7v2/er7-payload.ts'
import type { Finding } from '../../hl7v2/finding.ts'
import { readHeader } from '../../hl7v2/read-header.ts'
import { readMessage } from '../../hl7v2/read-message.ts'
import { settingsOf, type SourceSettings } from '../../mappers/adt/source.ts'
import { parseOptionsOf, readValue } from '../../mappers/alerts/read-value.ts'
import type { InboundRecord } from './inbound.ts'
import { noNeeds, type Effect, type Needs, type Prepared, type PreparedRecord } from './prepared.ts'

/** What a message means, known without the store: the ADT mapping stands behind it. */
export type Interpret = (message: Message, from: InboundRecord) => Interpreted

export interface Interpreted {
  /** What the message is called, where it could be read. */
  readonly name?: Pick<Prepared, 'source' | 'messageId' | 'trigger'>
  readonly subject?: string
  readonly visit?: string
  readonly needs: Needs
  readonly effect: Effect
}

/** Reads a record into its messages, by the settings of their senders. One that can't be read is a dead letter; the others of its record are not affected. */
export function readRecord(
  record: InboundRecord,
  index: number,
  interpret: Interpret,
  settings?: SourceSettings,
): PreparedRecord {
  const payload = readValue(record.value, settings, contentTypeOf(record))
  if (!payload.ok) {
    return { messages: [unreadable(record, index, record.value, payload.failure)], refusal: payload.failure }
  }
  const messages = payload.value.map(message => readOne(message, { record, index, interpret, settings }))
  const [only] = payload.value
  const refusal = payload.value.length === 1 && only?.failure?.kind === 'too-large' ? only.failure : undefined
  return { messages, ...(refusal && { refusal }) }
}

interface ReadContext {
  readonly record: InboundRecord
  readonly index: number
  readonly interpret: Interpret
  readonly settings: SourceSettings | undefined
}

/** CloudEvents in binary mode say it in the same header. */
const contentTypeOf = ({ contentType, kafka }: InboundRecord): string | undefined =>
  contentType ?? kafka?.headers['content-type']?.toString('latin1')

function readOne(
  { text, raw, warnings, failure }: PayloadMessage,
  { record, index, interpret, settings }: ReadContext,
): Prepared {
  const options = settings && { optionsOf: parseOptionsOf(settings) }
  const read = failure ? undefined : readMessage(text, options)
  if (!read?.ok) {
    const nameless = unreadable(record, index, raw, failure ?? read?.failure ?? notHl7)
    const header = readHeader(raw)
    return header ? { ...nameless, ...nameOf(header, nameless.payloadHash) } : nameless
  }
  const message = read.value
  const payloadHash = sha256(raw)
  const { name = nameOf(message, payloadHash), ...interpreted } = interpret(message, record)
  const findings = [...warnings, ...message.warnings]
  return {
    ...{ record: index, from: record, raw, payloadHash, ...name, ...interpreted },
    ...(settings && { dedupeDays: settingsOf(settings, name.source).dedupeDays }),
    ...(findings.length > 0 && { flags: findings.map(flagOf) }),
  }
}

/** As verdicts say it: code and place, never a value. */
const flagOf = ({ code, expression }: Finding): string =>
  expression === undefined ? code : `${code}:${expression}`

const notHl7: Failure = { kind: 'invalid', code: 'msh-missing', message: 'The message has no MSH segment.' }

function nameOf(message: Message, payloadHash: string): Pick<Prepared, 'source' | 'messageId' | 'trigger'> {
  const header = message.first('MSH')
  return {
    source: `${header?.text(3) ?? ''}|${header?.text(4) ?? ''}`,
    messageId: header?.text(10) ?? payloadHash,
    trigger: triggerEvent(message) ?? '',
  }
}

const unreadable = (record: InboundRecord, index: number, raw: Buffer, failure: Failure): Prepared => {
  const payloadHash = sha256(raw)
  return {
    record: index,
    from: record,
    raw,
    payloadHash,
    source: '|',
    messageId: payloadHash,
    trigger: '',
    needs: noNeeds,
    effect: { kind: 'dead-letter', failure },
  }
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
