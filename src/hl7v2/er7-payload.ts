import { isAscii } from 'node:buffer'
import { ownText } from '../lib/own-text.ts'
import { fail, ok, type Failure, type Result } from '../lib/result.ts'
import { decodeText, type CharsetRule, type DecodedText } from './charset.ts'
import { readDelimiters } from './delimiters.ts'
import type { Finding } from './finding.ts'
import { sourceOf, type ParseOptionsOf } from './parse-options.ts'
import { SHARED_MAX } from './read-message.ts'
import { readSegment } from './segment.ts'
import { splitMessages, type MessageSpan } from './split-messages.ts'

/**
 * One message of a payload. With a `failure` (`message-too-large`, `charset-undecodable`, `charset-unsupported`) the
 * text is '' and `raw` is for the dead-letter record; the other messages of the payload are not affected.
 */
export interface PayloadMessage {
  readonly text: string
  /**
   * The bytes as they came, without frame; of an envelope or encoding, the bytes inside it. Read alone, they give the
   * same text again: where only what was around them said their character set, they are UTF-8 behind its mark.
   */
  readonly raw: Buffer
  readonly warnings: readonly Finding[]
  readonly failure?: Failure
}

export type PayloadMessages = Result<readonly PayloadMessage[]>

export interface Er7Options {
  /** Longest single message, in bytes. */
  readonly messageBytesMax: number
  readonly optionsOf?: ParseOptionsOf | undefined
  /** The set of what was decoded before it came here: MSH-18 has no say any more. */
  readonly charset?: string | undefined
  /** For messages with an empty MSH-18 whose source has no setting: what the transport says. */
  readonly defaultCharset?: string | undefined
}

export const ER7_HEAD = /^(?:MSH|FHS|BHS)/

/** More than any batch of 32 MiB in the wild holds; without an end, a payload of headers alone would fill the memory. */
const MESSAGES_MAX = 100_000

/** Whether bytes begin with the header of a batch or of a file of batches. */
export const isBatch = (bytes: Buffer): boolean => BATCH_HEAD.test(bytes.toString('latin1', 0, HEAD_BYTES))
const HEAD_BYTES = 64
// oxlint-disable-next-line no-control-regex -- MLLP's start (0B)
const BATCH_HEAD = /^[\s\u000B\u00EF\u00BB\u00BF]*(?:FHS|BHS)[^\p{L}\p{N}]/u

/** The messages of bytes that start with MSH, FHS or BHS. */
export function er7FromBytes(bytes: Buffer, options: Er7Options): PayloadMessages {
  const view = bytes.toString('latin1')
  return assembled(view, options, {
    rawOf: ({ start, end }) => bytes.subarray(start, end),
    textOf: ({ start, end }, raw) => {
      const message = view.slice(start, end)
      return decodeText(raw, declaredCharsets(message), charsetRule(message, options))
    },
    isTold: ({ start, end }) => {
      const isNamed = declaredCharsets(view.slice(start, end)).some(name => name !== '')
      return options.charset === undefined ? !isNamed && options.defaultCharset !== undefined : isNamed
    },
  })
}

/** The messages of text that was decoded already; `rawOf` gives the bytes of a span. */
export function er7FromText(
  text: string,
  rawOf: (span: MessageSpan) => Buffer,
  options: Er7Options,
): PayloadMessages {
  const own = text.length > SHARED_MAX ? ownText : (part: string): string => part
  return assembled(text, options, {
    rawOf,
    textOf: ({ start, end }) => ok({ text: own(text.slice(start, end)), warnings: [] }),
  })
}

interface SpanReader {
  readonly rawOf: (span: MessageSpan) => Buffer
  readonly textOf: (span: MessageSpan, raw: Buffer) => Result<DecodedText>
  /** True where the message itself would be read in another character set than it was. */
  readonly isTold?: (span: MessageSpan) => boolean
}

/** Splits, refuses what is too long, reads the rest, and gives the batch's warnings to its last message. */
function assembled(view: string, { messageBytesMax }: Er7Options, reader: SpanReader): PayloadMessages {
  const { spans, recognised, warnings, truncated } = splitMessages(view, MESSAGES_MAX)
  if (truncated) return tooMany()
  if (!recognised) return unsupported('text that does not start with MSH, FHS or BHS')
  if (spans.length === 0 && warnings.length > 0) return incomplete(warnings)
  return ok(
    spans.map((span, number): PayloadMessage => {
      const common = number === spans.length - 1 ? warnings : []
      const raw = reader.rawOf(span)
      if (raw.length > messageBytesMax)
        return { text: '', raw, warnings: common, failure: overlong(messageBytesMax) }
      const decoded = reader.textOf(span, raw)
      if (!decoded.ok) return { text: '', raw, warnings: common, failure: decoded.failure }
      const { text, warnings: own } = decoded.value
      const kept = reader.isTold?.(span) && !isAscii(raw) ? Buffer.from(`\uFEFF${text}`) : raw
      return { text, raw: kept, warnings: [...own, ...common] }
    }),
  )
}

function charsetRule(message: string, { charset, defaultCharset, optionsOf }: Er7Options): CharsetRule {
  const source = optionsOf && optionsOf(sourceOfText(message)).charset
  return { charset, defaultCharset: source ?? defaultCharset }
}

const headerLine = (message: string): string => {
  const end = message.search(/[\r\n]/)
  return message.slice(0, end < 0 ? message.length : end)
}

/** From a header that nobody has decoded yet: a name outside ASCII is not recognised here. */
function sourceOfText(message: string): string {
  const header = headerLine(message)
  const delimiters = readDelimiters(header)
  if (!delimiters.ok) return '|'
  const grammar = { delimiters: delimiters.value, charset: undefined, doubleEscaped: false }
  const msh = readSegment(header, 0, grammar)
  return sourceOf({ first: () => msh })
}

/** MSH-18, from a header whose delimiters nobody has checked yet. */
function declaredCharsets(message: string): readonly string[] {
  const header = headerLine(message)
  const field = header.split(header.charAt(3), 18)[17] ?? ''
  return field.split(header.charAt(5) || '~')
}

export const overlong = (bytesMax: number): Failure => ({
  kind: 'too-large',
  code: 'message-too-large',
  message: `The message is longer than ${bytesMax} bytes`,
})

const tooMany = (): PayloadMessages =>
  fail({
    kind: 'too-large',
    code: 'payload-too-many-messages',
    message: `The payload holds more than ${MESSAGES_MAX} messages: send it in parts`,
  })

const incomplete = (warnings: readonly Finding[]): PayloadMessages =>
  fail({
    kind: 'invalid',
    code: 'batch-incomplete',
    message: `The batch holds no message: ${warnings.map(({ message }) => message).join('; ')}`,
  })

export const unsupported = (seen: string): { readonly ok: false; readonly failure: Failure } =>
  fail({
    kind: 'unsupported',
    code: 'payload-shape-unsupported',
    message: `No HL7 v2 in the payload: ${seen} was seen`,
  })
