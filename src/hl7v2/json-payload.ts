import { ok, type Result } from '../lib/result.ts'
import { overlong, unsupported, type PayloadMessage, type PayloadMessages } from './er7-payload.ts'
import { messageFromGoogle } from './google-json.ts'
import { enveloped } from './json-envelope.ts'

/** ER7 of a JSON value in a shape that somebody else knows; undefined for every other shape. */
export type Translate = (value: object) => Result<readonly string[]> | undefined

export interface JsonReading {
  /** Of envelopes, before the built-in ones. */
  readonly pointers: readonly string[]
  readonly translate: Translate | undefined
  readonly messageBytesMax: number
  /** How many more encodings may be inside. */
  readonly depthLeft: number
  /** Reads a text that stood in the JSON, so many encodings deeper. */
  readonly readText: (text: string, deeper: number) => PayloadMessages
  readonly firstRead: (
    contents: readonly unknown[],
    read: (content: unknown) => PayloadMessages,
  ) => PayloadMessages | undefined
}

const ELEMENTS_MAX = 100_000

/** The messages of a JSON value; `raw` are its bytes. An array is a batch whose elements stand for themselves. */
export const messagesFromJson = (value: unknown, raw: Buffer, reading: JsonReading): PayloadMessages =>
  fromValue(value, raw, reading, 0)

function fromValue(
  value: unknown,
  raw: Buffer | undefined,
  reading: JsonReading,
  depth: number,
): PayloadMessages {
  if (depth > reading.depthLeft) return unsupported('encodings nested too deep')
  if (typeof value === 'string') {
    const read = reading.readText(value, Math.max(depth, 1))
    return isUnknown(read) ? unsupported('a JSON string without HL7 v2') : read
  }
  if (typeof value !== 'object' || value === null) return unsupported('JSON that is no object')
  if (Array.isArray(value)) return fromArray(value, reading, depth)
  return fromObject(value, raw, reading, depth)
}

const isUnknown = (read: PayloadMessages): boolean =>
  !read.ok && read.failure.code === 'payload-shape-unsupported'

/** One element that can't be read doesn't lose the rest. */
function fromArray(values: readonly unknown[], reading: JsonReading, depth: number): PayloadMessages {
  if (values.length > ELEMENTS_MAX) return unsupported(`a JSON array of more than ${ELEMENTS_MAX} elements`)
  const reads = values.map(value => ({ value, read: fromValue(value, undefined, reading, depth + 1) }))
  if (reads.length > 0 && reads.every(({ read }) => isUnknown(read)))
    return unsupported('a JSON array without HL7 v2')
  return ok(
    reads.flatMap(({ value, read }): readonly PayloadMessage[] =>
      read.ok
        ? read.value
        : [{ text: '', raw: jsonBytes(value) ?? Buffer.alloc(0), warnings: [], failure: read.failure }],
    ),
  )
}

function fromObject(
  value: object,
  raw: Buffer | undefined,
  reading: JsonReading,
  depth: number,
): PayloadMessages {
  const translated = reading.translate?.(value)
  if (translated !== undefined) {
    return translated.ok ? ok(translatedMessages(translated.value, value, raw, reading)) : translated
  }
  const { contents, isDeletion } = enveloped(value, reading.pointers)
  if (isDeletion) return ok([])
  const found = reading.firstRead(contents, content => fromValue(content, undefined, reading, depth + 1))
  if (found !== undefined) return found
  const google = messageFromGoogle(value)
  if (google !== undefined) return ok(translatedMessages([google], value, raw, reading))
  return unsupported(jsonShape(value))
}

/** The bytes of a message that is alone are those that came; of several each is kept as what it was made into. */
function translatedMessages(
  texts: readonly string[],
  value: object,
  raw: Buffer | undefined,
  { messageBytesMax }: JsonReading,
): readonly PayloadMessage[] {
  return texts.map(text => {
    const own = texts.length > 1 ? undefined : (raw ?? jsonBytes(value))
    const bytes = own ?? Buffer.from(text)
    return Buffer.byteLength(text) > messageBytesMax
      ? { text: '', raw: bytes, warnings: [], failure: overlong(messageBytesMax) }
      : { text, raw: bytes, warnings: [] }
  })
}

/** Undefined where the value is too deep to be written: what parses JSON goes deeper than what writes it. */
function jsonBytes(value: unknown): Buffer | undefined {
  try {
    return Buffer.from(JSON.stringify(value))
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function jsonShape(value: object): string {
  if (!Object.hasOwn(value, 'resourceType')) return 'JSON without HL7 v2 at a known place'
  return Reflect.get(value, 'resourceType') === 'Bundle' ? 'a FHIR Bundle' : 'a FHIR resource'
}
