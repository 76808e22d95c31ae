import { isAscii } from 'node:buffer'
import { gunzipSync } from 'node:zlib'
import { fail, ok, type Result } from '../lib/result.ts'
import { charsetLabel } from '../lib/charset-names.ts'
import { decode } from './charset.ts'
import {
  ER7_HEAD,
  er7FromBytes,
  er7FromText,
  overlong,
  unsupported,
  type PayloadMessages,
} from './er7-payload.ts'
import { messagesFromJson, type Translate } from './json-payload.ts'
import type { ParseOptionsOf } from './parse-options.ts'
import { framedContents } from './registry-frame.ts'
import { messageFromXml } from './v2-xml.ts'

export interface PayloadOptions {
  /** Longest single message, in bytes. */
  readonly messageBytesMax?: number
  /** Longest payload, in bytes, also after decompression. */
  readonly payloadBytesMax?: number
  /** Settings by source; those for `|` say where envelopes keep their message. */
  readonly optionsOf?: ParseOptionsOf
  /** What the transport says of the value; of it the character set is looked at, for messages that name none. */
  readonly contentType?: string
  /** Makes ER7 of JSON that is no envelope. */
  readonly translate?: Translate
}

const MESSAGE_BYTES_MAX = 1024 * 1024
const PAYLOAD_BYTES_MAX = 32 * 1024 * 1024
/** Names of elements are many times as long as what they hold. */
const XML_BYTES_A_BYTE = 8
/** Base64 in gzip in an envelope is as deep as anyone goes. */
const WRAPPERS_MAX = 4

/** What all reading of one payload depends on. */
interface Reading {
  readonly messageBytesMax: number
  readonly payloadBytesMax: number
  readonly optionsOf: ParseOptionsOf | undefined
  readonly defaultCharset: string | undefined
  readonly charset?: string
  readonly translate: Translate | undefined
  readonly pointers: readonly string[]
}

/**
 * The HL7 v2 messages in a record's value, whatever wraps them: ER7, MLLP frames, batches, UTF-16, gzip, base64, a
 * schema registry's frame, XML, a JSON string, an envelope or what `translate` knows; all come out as ER7. Null, empty
 * and blank values hold none. Fails for the payload as a whole with `payload-shape-unsupported` (says what was seen),
 * `payload-too-large`, `payload-too-many-messages`, `payload-gzip-damaged`, `payload-xml-invalid`, `batch-incomplete`.
 */
export function readPayload(bytes: Buffer | null | undefined, options: PayloadOptions = {}): PayloadMessages {
  if (bytes === null || bytes === undefined) return ok([])
  const { messageBytesMax = MESSAGE_BYTES_MAX, payloadBytesMax = PAYLOAD_BYTES_MAX } = options
  const { optionsOf, translate } = options
  const pointers = optionsOf?.('|').payloadPointers ?? []
  const defaultCharset = charsetOf(options.contentType)
  return unwrapped(
    bytes,
    { messageBytesMax, payloadBytesMax, optionsOf, translate, pointers, defaultCharset },
    0,
  )
}

/** UTF-8 is what libraries write without being asked, and what is tried first anyway. */
function charsetOf(contentType: string | undefined): string | undefined {
  const [, name] = /;\s*charset="?([\w.:/-]+)/i.exec(contentType ?? '') ?? []
  return name === undefined || /^utf-?8$/i.test(name) || charsetLabel(name) === undefined ? undefined : name
}

function unwrapped(bytes: Buffer, reading: Reading, depth: number): PayloadMessages {
  if (bytes.length > reading.payloadBytesMax) return tooLarge(reading.payloadBytesMax)
  if (depth > WRAPPERS_MAX) return unsupported('encodings nested too deep')
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return inflated(bytes, reading, depth)
  const wide = wideText(bytes)
  if (wide !== undefined) return fromWide(bytes, wide, reading)
  const start = contentStart(bytes)
  if (start === bytes.length) return ok([])
  const head = bytes.toString('latin1', start, start + 8)
  if (ER7_HEAD.test(head)) {
    const isMarked = bytes[0] === 0xef
    return er7FromBytes(bytes.subarray(start), isMarked ? { ...reading, charset: 'UTF-8' } : reading)
  }
  if (/^[{["]/.test(head)) return fromJson(bytes, start, reading, depth)
  if (head.startsWith('<')) return fromXml(bytes, start, reading)
  if (BASE64_HEAD.test(head)) return fromBase64(bytes.toString('latin1', start), reading, depth)
  return fromFrame(bytes, reading, depth) ?? unsupported(shapeOf(bytes))
}

/** Base64 of MSH, FHS, BHS, of a byte order mark or 0x0B before them, of gzip, and of what JSON and XML start with. */
const BASE64_HEAD = /^(?:TVNI|RkhT|QkhT|77u\/|C01T|C0ZI|C0JI|H4sI|eyJ|ewo|ewk|eyA|W3|PD94|PE)/
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/

/** Past a byte order mark, MLLP's start byte, blanks and line ends. */
function contentStart(bytes: Buffer): number {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  while (at < bytes.length && LEADING.has(bytes[at] ?? 0)) at += 1
  return at
}

const LEADING = new Set([0x09, 0x0a, 0x0b, 0x0d, 0x1c, 0x20])

function shapeOf(bytes: Buffer): string {
  if (bytes[0] === 0x00) return 'a schema registry (Confluent) frame without a message in it'
  return isAscii(bytes)
    ? 'text that does not start with MSH, FHS or BHS'
    : 'bytes that do not start with MSH, FHS or BHS'
}

function inflated(bytes: Buffer, reading: Reading, depth: number): PayloadMessages {
  let content: Buffer
  try {
    content = gunzipSync(bytes, { maxOutputLength: reading.payloadBytesMax })
  } catch (error) {
    if (error instanceof RangeError) return tooLarge(reading.payloadBytesMax)
    return fail({
      kind: 'invalid',
      code: 'payload-gzip-damaged',
      message: 'The gzip content can not be decompressed',
    })
  }
  return unwrapped(content, reading, depth + 1)
}

function fromBase64(text: string, reading: Reading, depth: number): PayloadMessages {
  const digits = text.replace(/\s+/g, '')
  if (!BASE64.test(digits)) return unsupported('text that starts like base64 and is none')
  return unwrapped(Buffer.from(digits, 'base64'), reading, depth + 1)
}

/** Undefined where it is no frame, or nothing is in it that can be read. */
function fromFrame(bytes: Buffer, reading: Reading, depth: number): PayloadMessages | undefined {
  return firstRead(framedContents(bytes), content => unwrapped(content, reading, depth + 1))
}

/** The first that is a shape we know, be it damaged. */
function firstRead<T>(
  contents: readonly T[],
  read: (content: T) => PayloadMessages,
): PayloadMessages | undefined {
  for (const content of contents) {
    const result = read(content)
    if (result.ok || result.failure.code !== 'payload-shape-unsupported') return result
  }
  return undefined
}

function fromJson(bytes: Buffer, start: number, reading: Reading, depth: number): PayloadMessages {
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8', start))
  } catch {
    return unsupported('text that starts like JSON and is none')
  }
  const { pointers, translate, messageBytesMax } = reading
  return messagesFromJson(value, bytes.subarray(start), {
    pointers,
    translate,
    messageBytesMax,
    depthLeft: WRAPPERS_MAX - depth,
    readText: (text, deeper) => fromText(text, reading, depth + deeper),
    firstRead,
  })
}

/** ER7 text was decoded before it came here, so MSH-18 has no say any more; it still has inside base64. */
function fromText(text: string, reading: Reading, depth: number): PayloadMessages {
  const isEr7 = ER7_HEAD.test(text.trimStart())
  return unwrapped(Buffer.from(text, 'utf8'), isEr7 ? { ...reading, charset: 'UTF-8' } : reading, depth)
}

function fromXml(bytes: Buffer, start: number, reading: Reading): PayloadMessages {
  const [, name = 'utf-8'] =
    /^<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']/.exec(bytes.toString('latin1', start, start + 200)) ?? []
  const text = decode(bytes.subarray(start), name)
  return text === undefined
    ? unsupported('XML in an encoding other than it says')
    : xmlText(text, bytes, reading)
}

function xmlText(text: string, raw: Buffer, { messageBytesMax }: Reading): PayloadMessages {
  if (text.length > messageBytesMax * XML_BYTES_A_BYTE) return ok([tooLong(raw, messageBytesMax)])
  const message = messageFromXml(text)
  if (!message.ok) return message
  const isLong = Buffer.byteLength(message.value) > messageBytesMax
  return ok([isLong ? tooLong(raw, messageBytesMax) : { text: message.value, raw, warnings: [] }])
}

const tooLong = (raw: Buffer, bytesMax: number) => ({
  text: '',
  raw,
  warnings: [],
  failure: overlong(bytesMax),
})

interface WideText {
  readonly text: string | undefined
  readonly hasMark: boolean
}

/** UTF-16 with a byte order mark, or known by the zero bytes around the first letters. */
function wideText(bytes: Buffer): WideText | undefined {
  const [first, second, third, fourth] = bytes
  const hasMark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
  const isLittle = hasMark ? first === 0xff : first !== 0 && second === 0 && third !== 0 && fourth === 0
  const isBig = hasMark ? first === 0xfe : first === 0 && second !== 0 && third === 0 && fourth !== 0
  if (bytes.length < 4 || !(isLittle || isBig)) return undefined
  const text = decode(hasMark ? bytes.subarray(2) : bytes, isLittle ? 'utf-16le' : 'utf-16be')
  return { text, hasMark }
}

function fromWide(bytes: Buffer, { text, hasMark }: WideText, reading: Reading): PayloadMessages {
  if (text === undefined) return unsupported('damaged UTF-16')
  if (text.startsWith('<')) return xmlText(text, bytes, reading)
  if (!ER7_HEAD.test(text.trimStart()))
    return unsupported('UTF-16 text that does not start with MSH, FHS or BHS')
  const shift = hasMark ? 2 : 0
  return er7FromText(text, ({ start, end }) => bytes.subarray(shift + 2 * start, shift + 2 * end), reading)
}

const tooLarge = (bytesMax: number): Result<never> =>
  fail({
    kind: 'too-large',
    code: 'payload-too-large',
    message: `The payload is longer than ${bytesMax} bytes`,
  })
