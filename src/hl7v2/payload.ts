import { isAscii } from 'node:buffer'
import { gunzipSync } from 'node:zlib'
import { fail, ok, type Failure, type Result } from '../lib/result.ts'
import { decode, decodeText, type CharsetRule, type DecodedText } from './charset.ts'
import type { Finding } from './finding.ts'
import { builtInPointers, envelopeTexts } from './json-envelope.ts'
import { splitMessages, type MessageSpan } from './split-messages.ts'

/**
 * One message of a payload. With a `failure` (`message-too-large`, `charset-undecodable`, `charset-unsupported`) the
 * text is '' and `raw` is for the dead-letter record; the other messages of the payload are not affected.
 */
export interface PayloadMessage {
  readonly text: string
  /** The bytes as they came, without frame; of an envelope or encoding, the bytes inside it. */
  readonly raw: Buffer
  readonly warnings: readonly Finding[]
  readonly failure?: Failure
}

export interface PayloadOptions extends CharsetRule {
  /** Longest single message, in bytes. */
  readonly messageBytesMax?: number
  /** Longest payload, in bytes, also after decompression. */
  readonly payloadBytesMax?: number
  /** JSON pointers to try before the built-in ones. */
  readonly pointers?: readonly string[]
}

const MESSAGE_BYTES_MAX = 1024 * 1024
const PAYLOAD_BYTES_MAX = 32 * 1024 * 1024
/** Base64 in gzip in an envelope is as deep as anyone goes. */
const WRAPPERS_MAX = 4

/**
 * The HL7 v2 messages in a record's value, whatever wraps them: ER7, MLLP frames, batches, UTF-16, gzip, base64, a
 * JSON string or an envelope. Null, empty and blank values hold none. Fails for the payload as a whole with
 * `payload-shape-unsupported` (says what was seen), `payload-too-large`, `payload-gzip-damaged`, `batch-incomplete`.
 */
export function readPayload(
  bytes: Buffer | null | undefined,
  options: PayloadOptions = {},
): Result<readonly PayloadMessage[]> {
  return bytes === null || bytes === undefined ? ok([]) : unwrapped(bytes, options, 0)
}

function unwrapped(bytes: Buffer, options: PayloadOptions, depth: number): Result<readonly PayloadMessage[]> {
  const { payloadBytesMax = PAYLOAD_BYTES_MAX } = options
  if (bytes.length > payloadBytesMax) return tooLarge(payloadBytesMax)
  if (depth > WRAPPERS_MAX) return unsupported('encodings nested too deep')
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return inflated(bytes, options, depth)
  const wide = wideText(bytes)
  if (wide !== undefined)
    return wide.text === undefined ? unsupported('damaged UTF-16') : fromWide(bytes, wide, options)
  const start = contentStart(bytes)
  if (start === bytes.length) return ok([])
  const head = bytes.toString('latin1', start, start + 8)
  if (/^(?:MSH|FHS|BHS)/.test(head)) return fromBytes(bytes.subarray(start), options)
  if (head.startsWith('{') || head.startsWith('"'))
    return fromJson(bytes.toString('utf8', start), options, depth)
  if (BASE64_HEAD.test(head)) return fromBase64(bytes.toString('latin1', start), options, depth)
  return unsupported(shapeOf(bytes, head))
}

/** Base64 of MSH, FHS, BHS, of a byte order mark or 0x0B before them, and of gzip. */
const BASE64_HEAD = /^(?:TVNI|RkhT|QkhT|77u\/|C01T|C0ZI|C0JI|H4sI)/
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/

/** Past a byte order mark, MLLP's start byte, blanks and line ends. */
function contentStart(bytes: Buffer): number {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  while (at < bytes.length && LEADING.has(bytes[at] ?? 0)) at += 1
  return at
}

const LEADING = new Set([0x09, 0x0a, 0x0b, 0x0d, 0x1c, 0x20])

function shapeOf(bytes: Buffer, head: string): string {
  if (head.startsWith('<')) return 'XML'
  if (head.startsWith('[')) return 'a JSON array'
  if (bytes[0] === 0x00) return 'a schema registry (Confluent) frame'
  return isAscii(bytes)
    ? 'text that does not start with MSH, FHS or BHS'
    : 'bytes that do not start with MSH, FHS or BHS'
}

function inflated(bytes: Buffer, options: PayloadOptions, depth: number): Result<readonly PayloadMessage[]> {
  const { payloadBytesMax = PAYLOAD_BYTES_MAX } = options
  let content: Buffer
  try {
    content = gunzipSync(bytes, { maxOutputLength: payloadBytesMax })
  } catch (error) {
    const isBomb = error instanceof RangeError
    return isBomb
      ? tooLarge(payloadBytesMax)
      : fail({
          kind: 'invalid',
          code: 'payload-gzip-damaged',
          message: 'The gzip content can not be decompressed',
        })
  }
  return unwrapped(content, options, depth + 1)
}

function fromBase64(text: string, options: PayloadOptions, depth: number): Result<readonly PayloadMessage[]> {
  const digits = text.replace(/\s+/g, '')
  if (!BASE64.test(digits)) return unsupported('text that starts like base64 and is none')
  return unwrapped(Buffer.from(digits, 'base64'), options, depth + 1)
}

function fromJson(text: string, options: PayloadOptions, depth: number): Result<readonly PayloadMessage[]> {
  let envelope: unknown
  try {
    envelope = JSON.parse(text)
  } catch {
    return unsupported('text that starts like JSON and is none')
  }
  const pointers = [...(options.pointers ?? []), ...builtInPointers]
  const texts = typeof envelope === 'string' ? [envelope] : envelopeTexts(envelope, pointers)
  const results = texts.map(inner => fromText(inner, options, depth + 1))
  const found = results.find(result => result.ok || result.failure.code !== 'payload-shape-unsupported')
  return found ?? unsupported(jsonShape(envelope))
}

/** ER7 text was decoded before it came here, so MSH-18 has no say any more; it still has inside base64. */
function fromText(text: string, options: PayloadOptions, depth: number): Result<readonly PayloadMessage[]> {
  const isEr7 = ER7_HEAD.test(text)
  return unwrapped(Buffer.from(text, 'utf8'), isEr7 ? { ...options, charset: 'UTF-8' } : options, depth)
}

const ER7_HEAD = /^\s*(?:MSH|FHS|BHS)/

function jsonShape(envelope: unknown): string {
  if (typeof envelope === 'string') return 'a JSON string without HL7 v2'
  const isFhir = typeof envelope === 'object' && envelope !== null && Object.hasOwn(envelope, 'resourceType')
  if (!isFhir) return 'JSON without HL7 v2 at a known place'
  return Reflect.get(envelope, 'resourceType') === 'Bundle' ? 'a FHIR Bundle' : 'a FHIR resource'
}

function fromBytes(bytes: Buffer, options: PayloadOptions): Result<readonly PayloadMessage[]> {
  const view = bytes.toString('latin1')
  return assembled(view, options, {
    rawOf: ({ start, end }) => bytes.subarray(start, end),
    textOf: ({ start, end }, raw) => decodeText(raw, declaredCharsets(view.slice(start, end)), options),
  })
}

interface WideText {
  readonly text: string | undefined
  readonly hasMark: boolean
}

/** UTF-16 with a byte order mark, or known by the zero bytes around the first letters of MSH, FHS or BHS. */
function wideText(bytes: Buffer): WideText | undefined {
  const [first, second, third, fourth] = bytes
  const hasMark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
  const isLittle = hasMark ? first === 0xff : first !== 0 && second === 0 && third !== 0 && fourth === 0
  const isBig = hasMark ? first === 0xfe : first === 0 && second !== 0 && third === 0 && fourth !== 0
  if (bytes.length < 4 || !(isLittle || isBig)) return undefined
  const text = decode(hasMark ? bytes.subarray(2) : bytes, isLittle ? 'utf-16le' : 'utf-16be')
  return { text, hasMark }
}

function fromWide(
  bytes: Buffer,
  { text = '', hasMark }: WideText,
  options: PayloadOptions,
): Result<readonly PayloadMessage[]> {
  if (!ER7_HEAD.test(text)) return unsupported('UTF-16 text that does not start with MSH, FHS or BHS')
  const shift = hasMark ? 2 : 0
  return assembled(text, options, {
    rawOf: ({ start, end }) => bytes.subarray(shift + 2 * start, shift + 2 * end),
    textOf: ({ start, end }) => ok({ text: text.slice(start, end), warnings: [] }),
  })
}

interface SpanReader {
  readonly rawOf: (span: MessageSpan) => Buffer
  readonly textOf: (span: MessageSpan, raw: Buffer) => Result<DecodedText>
}

/** Splits, refuses what is too long, reads the rest, and gives the batch's warnings to its last message. */
function assembled(
  view: string,
  options: PayloadOptions,
  reader: SpanReader,
): Result<readonly PayloadMessage[]> {
  const { spans, recognised, warnings } = splitMessages(view)
  if (!recognised) return unsupported('text that does not start with MSH, FHS or BHS')
  if (spans.length === 0 && warnings.length > 0) return incomplete(warnings)
  const { messageBytesMax = MESSAGE_BYTES_MAX } = options
  return ok(
    spans.map((span, number): PayloadMessage => {
      const common = number === spans.length - 1 ? warnings : []
      const raw = reader.rawOf(span)
      if (raw.length > messageBytesMax)
        return { text: '', raw, warnings: common, failure: overlong(messageBytesMax) }
      const decoded = reader.textOf(span, raw)
      if (!decoded.ok) return { text: '', raw, warnings: common, failure: decoded.failure }
      return { text: decoded.value.text, raw, warnings: [...decoded.value.warnings, ...common] }
    }),
  )
}

/** MSH-18, from a header whose delimiters nobody has checked yet. */
function declaredCharsets(message: string): readonly string[] {
  const end = message.search(/[\r\n]/)
  const header = message.slice(0, end < 0 ? message.length : end)
  const field = header.split(header.charAt(3), 18)[17] ?? ''
  return field.split(header.charAt(5) || '~')
}

const overlong = (bytesMax: number): Failure => ({
  kind: 'too-large',
  code: 'message-too-large',
  message: `The message is longer than ${bytesMax} bytes`,
})

const tooLarge = (bytesMax: number): Result<readonly PayloadMessage[]> =>
  fail({
    kind: 'too-large',
    code: 'payload-too-large',
    message: `The payload is longer than ${bytesMax} bytes`,
  })

const incomplete = (warnings: readonly Finding[]): Result<readonly PayloadMessage[]> =>
  fail({
    kind: 'invalid',
    code: 'batch-incomplete',
    message: `The batch holds no message: ${warnings.map(({ message }) => message).join('; ')}`,
  })

const unsupported = (seen: string): Result<readonly PayloadMessage[]> =>
  fail({
    kind: 'unsupported',
    code: 'payload-shape-unsupported',
    message: `No HL7 v2 in the payload: ${seen} was seen`,
  })
