import { isAscii } from 'node:buffer'
import { charsetLabel, FALLBACK, JAPANESE, UTF8 } from '../lib/charset-names.ts'
import { fail, ok, type Result } from '../lib/result.ts'
import type { Finding } from './finding.ts'
import { iso2022ToEucJp } from './iso-2022-jp.ts'

/** A message's text, with what had to be assumed to get it. */
export interface DecodedText {
  readonly text: string
  readonly warnings: readonly Finding[]
}

export interface CharsetRule {
  /** Known from the source's configuration: wins over MSH-18. Spelt as MSH-18 would. */
  readonly charset?: string | undefined
  /** For messages with an empty MSH-18. */
  readonly defaultCharset?: string | undefined
}

/**
 * Decodes a message's bytes by MSH-18 (HL7 v2.9, 2.14.9.18; `repetitions` as sent, the first is the default set).
 * Absent: UTF-8 where the bytes are that, else windows-1252 with a warning. A declared set is held to: bytes that it
 * doesn't know fail with `charset-undecodable`, a name that nobody knows with `charset-unsupported` (not when all is
 * ASCII, whatever was meant).
 */
export function decodeText(
  bytes: Buffer,
  repetitions: readonly string[],
  rule: CharsetRule = {},
): Result<DecodedText> {
  const names = rule.charset === undefined ? repetitions : [rule.charset]
  const declared = names.some(name => name !== '') ? names : [rule.defaultCharset ?? '']
  const charset = chosen(declared)
  if (isAscii(bytes) && !(charset === JAPANESE && bytes.includes(ESCAPE))) {
    const known = charset !== undefined || declared[0] === ''
    return ok({
      text: bytes.toString('latin1'),
      warnings: known ? [] : [warn('charset-unknown', 'is no known set')],
    })
  }
  if (charset === undefined) return declared[0] === '' ? ok(undeclared(bytes)) : unsupported()
  if (charset === 'ascii' || charset === 'utf-16' || charset === 'iso-8859-1')
    return misdeclared(bytes, charset)
  const text = decode(charset === JAPANESE ? iso2022ToEucJp(bytes) : bytes, charset)
  return text === undefined ? undecodable() : ok({ text, warnings: [] })
}

const ESCAPE = 0x1b

/** The Japanese sets are switched by ISO 2022 escapes, so one reader serves them in any repetition. */
function chosen(names: readonly string[]): string | undefined {
  const [first, ...others] = names
  const main = charsetLabel(first ?? '')
  const isDefault = first === '' || main === 'ascii'
  return isDefault && others.some(name => charsetLabel(name) === JAPANESE) ? JAPANESE : main
}

function undeclared(bytes: Buffer): DecodedText {
  const text = decode(bytes, UTF8)
  if (text !== undefined) return { text, warnings: [] }
  const assumed = decode(bytes, FALLBACK) ?? ''
  return {
    text: assumed,
    warnings: [warn('charset-assumed', 'is empty and the bytes are not UTF-8: read as windows-1252')],
  }
}

/**
 * Brokers and engines recode to UTF-8 and leave MSH-18 as it was. ASCII and (here, where the whole can't be) UTF-16
 * leave no other reading; in 8859/1 a text whose every high byte belongs to a UTF-8 sequence has no sensible one.
 */
function misdeclared(bytes: Buffer, charset: string): Result<DecodedText> {
  const recoded = decode(bytes, UTF8)
  if (recoded !== undefined) {
    return ok({
      text: recoded,
      warnings: [warn('charset-recoded', 'names another set, but the bytes are UTF-8')],
    })
  }
  const text = charset === 'iso-8859-1' ? decode(bytes, charset) : undefined
  return text === undefined ? undecodable() : ok({ text, warnings: [] })
}

/** The characters of `\Xhh..\`: in the message's own set, else UTF-8, else windows-1252. */
export function decodeHexBytes(bytes: Buffer, declared: string | undefined): string {
  if (isAscii(bytes)) return bytes.toString('latin1')
  const charset = declared === undefined ? undefined : charsetLabel(declared)
  const own =
    charset === undefined || charset === 'ascii' || charset === 'utf-16' ? undefined : decode(bytes, charset)
  return own ?? decode(bytes, UTF8) ?? decode(bytes, FALLBACK) ?? ''
}

const decoders = new Map<string, InstanceType<typeof TextDecoder>>()

/** Undefined when the bytes are not in the set, or nobody knows the set (by the names of WHATWG's Encoding Standard). */
export function decode(bytes: Buffer, charset: string): string | undefined {
  try {
    let decoder = decoders.get(charset)
    if (decoder === undefined) {
      decoder = new TextDecoder(charset, { fatal: true, ignoreBOM: true })
      decoders.set(charset, decoder)
    }
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}

const warn = (code: string, what: string): Finding => ({
  code,
  message: `MSH-18 ${what}`,
  expression: 'MSH-18',
})

const undecodable = (): Result<DecodedText> =>
  fail({
    kind: 'invalid',
    code: 'charset-undecodable',
    message: 'The bytes are not in the character set that MSH-18 names',
    expression: 'MSH-18',
  })

const unsupported = (): Result<DecodedText> =>
  fail({
    kind: 'unsupported',
    code: 'charset-unsupported',
    message: 'MSH-18 names a character set that is not supported',
    expression: 'MSH-18',
  })
