import { ownText } from '../lib/own-text.ts'
import { fail, ok, type Failure, type Result } from '../lib/result.ts'
import { readDelimiters, type Delimiters } from './delimiters.ts'
import type { Finding } from './finding.ts'
import { bySegmentName, type Message } from './message.ts'
import { sourceOf, type ParseOptionsOf } from './parse-options.ts'
import { readSegment, type Segment } from './segment.ts'

export interface ReadOptions {
  /** Longest text taken, in characters. */
  readonly charactersMax?: number
  readonly segmentsMax?: number
  /** Settings by source. */
  readonly optionsOf?: ParseOptionsOf
}

const CHARACTERS_MAX = 1024 * 1024
const SEGMENTS_MAX = 10_000
/** Characters of a message that fields of it may keep in memory when they are remembered (own-text.ts). */
export const SHARED_MAX = 2 ** 14
const asIs = (line: string): string => line

/**
 * Reads one ER7 message: CR, LF or CRLF between segments, a byte order mark, MLLP bytes and blanks around it dropped,
 * unknown, malformed and misplaced segments kept. Lazy: fields are split when asked for, in linear time.
 * Fails with `msh-missing`, `delimiters-invalid`, `message-too-large`, `message-too-many-segments`,
 * `message-repeated-msh`. Source: HL7 v2.9 chapter 2.5 and 2.6.
 */
export function readMessage(text: string, options: ReadOptions = {}): Result<Message> {
  const { charactersMax = CHARACTERS_MAX, segmentsMax = SEGMENTS_MAX, optionsOf } = options
  if (text.length > charactersMax) {
    return refuse('too-large', 'message-too-large', `The message is longer than ${charactersMax} characters`)
  }
  const body = text.replace(LEAD, '')
  const delimiters = readDelimiters(body)
  if (!delimiters.ok) return delimiters
  const clean = cleaned(body, delimiters.value)
  const lines = segmentLines(clean.text, delimiters.value.field)
  if (lines.length > segmentsMax) {
    return refuse(
      'too-large',
      'message-too-many-segments',
      `The message has more than ${segmentsMax} segments`,
    )
  }
  const once = {
    delimiters: delimiters.value,
    charset: declaredCharset(lines[0], delimiters.value),
    doubleEscaped: false,
  }
  const header = optionsOf && readSegment(lines[0] ?? '', 0, once)
  const twice = header && optionsOf(sourceOf({ first: () => header })).unescapeTwice === true
  const grammar = twice ? { ...once, doubleEscaped: true } : once
  const own = clean.text.length > SHARED_MAX ? ownText : asIs
  const segments = lines.map((line, index) => readSegment(own(line), index, grammar))
  if (segments.some(({ name, index }) => name === 'MSH' && index > 0)) {
    return refuse(
      'invalid',
      'message-repeated-msh',
      'The text holds a second MSH: split a batch before reading it',
    )
  }
  const warnings = [
    ...clean.warnings,
    ...nameWarnings(segments, delimiters.value.field),
    ...escapeWarnings(clean.text, segments, delimiters.value),
  ]
  return ok(messageOf(segments, delimiters.value, warnings))
}

const messageOf = (
  segments: readonly Segment[],
  delimiters: Delimiters,
  warnings: readonly Finding[],
): Message => ({
  delimiters,
  segments,
  warnings,
  ...bySegmentName(segments),
})

/** JavaScript's blanks include the byte order mark and MLLP's start byte. */
const LEAD = /^\s+/
// oxlint-disable-next-line no-control-regex -- these are the characters to find
const CONTROL = /[\u0000-\u0008\u000B\u000C\u000E-\u001F]/
const EVERY_CONTROL = new RegExp(CONTROL, 'g')
const END = '\r\n\u001C'

/** Takes out what neither FHIR text nor a database can hold: control characters (delimiters excepted), lone surrogates. */
function cleaned(
  text: string,
  delimiters: Delimiters,
): { readonly text: string; readonly warnings: readonly Finding[] } {
  const warnings: Finding[] = []
  let out = text.slice(0, endOf(text))
  if (CONTROL.test(out)) {
    const kept = new Set(Object.values(delimiters))
    const length = out.length
    out = out.replace(EVERY_CONTROL, found => (kept.has(found) ? found : ''))
    if (out.length < length)
      warnings.push({ code: 'control-character', message: 'Control characters were left out' })
  }
  if (!out.isWellFormed()) out = out.toWellFormed()
  if (out.includes('\uFFFD')) {
    warnings.push({
      code: 'replacement-character',
      message: 'The text was damaged before it came: it holds U+FFFD',
    })
  }
  return { text: out, warnings }
}

/** Where MLLP's end bytes and line ends at the end begin; a loop, because a pattern would take quadratic time. */
function endOf(text: string): number {
  let end = text.length
  while (end > 0 && END.includes(text.charAt(end - 1))) end -= 1
  return end
}

/**
 * Where CR ends the segments, a lone LF that no segment follows was data: the line belongs to the one before.
 * Indented segments lose their indent.
 */
function segmentLines(text: string, field: string): readonly string[] {
  const lines: string[] = []
  if (!text.includes('\n')) {
    for (const line of text.split('\r')) if (line.trim() !== '') lines.push(unindented(line, field))
    return lines
  }
  const crEnds = text.includes('\r')
  for (const chunk of text.split(crEnds ? '\r' : '\n')) {
    const [first = '', ...rest] = crEnds ? chunk.replace(/^\n/, '').split('\n') : [chunk]
    const parts = [unindented(first, field)]
    for (const [number, line] of rest.entries()) {
      const next = unindented(line, field)
      if (startsSegment(next, field)) parts.push(next)
      else if (line !== '' || number < rest.length - 1) parts[parts.length - 1] += `\n${line}`
    }
    lines.push(...parts.filter(part => part.trim() !== ''))
  }
  return lines
}

const unindented = (line: string, field: string): string => {
  const first = line.charCodeAt(0)
  if (first !== 0x20 && first !== 0x09) return line
  const bare = line.trimStart()
  return startsSegment(bare, field) ? bare : line
}

const NAME = /^[A-Z][A-Z0-9]{2}$/

const startsSegment = (line: string, field: string): boolean =>
  (line.length === 3 || line[3] === field) && NAME.test(line.slice(0, 3))

const nameWarnings = (segments: readonly Segment[], field: string): readonly Finding[] =>
  segments
    .filter(({ raw }) => !startsSegment(raw, field))
    .map(({ index }) => ({
      code: 'segment-malformed',
      message: `Line ${index + 1} does not start as a segment does`,
    }))

/** Charset switches and local escapes (HL7 v2.9, 2.7.2, 2.7.7) stay as sent: say where. */
function escapeWarnings(
  text: string,
  segments: readonly Segment[],
  { escape, field }: Delimiters,
): readonly Finding[] {
  const marks = ['C', 'M', 'Z'].map(letter => escape + letter)
  if (!marks.some(mark => text.includes(mark))) return []
  return segments.flatMap(({ name, raw }) =>
    raw.split(field).flatMap((value, at) => {
      const start = marks.find(mark => value.includes(mark))
      if (start === undefined || !value.includes(escape, value.indexOf(start) + 1)) return []
      const expression = `${name}-${name === 'MSH' ? at + 1 : at}`
      return [{ code: 'escape-kept', message: 'An escape sequence was kept as sent', expression }]
    }),
  )
}

function declaredCharset(header: string | undefined, delimiters: Delimiters): string | undefined {
  const [first] = header?.split(delimiters.field, 18)[17]?.split(delimiters.repetition) ?? []
  return first === '' ? undefined : first
}

const refuse = (kind: Failure['kind'], code: string, message: string): Result<Message> =>
  fail({ kind, code, message })
