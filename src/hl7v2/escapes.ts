import { decodeHexBytes } from './charset.ts'
import { standardDelimiters, type Delimiters } from './delimiters.ts'

/** At most so many lines or blanks for `\.sp n\` and `\.sk n\`: a message must not inflate itself. */
const REPEATS_MAX = 10

/**
 * The meaning of a delimited piece of text (HL7 v2.9, 2.7): call it AFTER splitting, on the smallest piece.
 * Formatting commands become line ends or blanks, highlighting is dropped, `\C..\`, `\M..\` and `\Z..\` stay as
 * sent, and so does anything that is no escape sequence, a lone escape character too. Never fails; linear.
 */
export function unescapeText(text: string, delimiters: Delimiters, charset?: string): string {
  const mark = delimiters.escape
  let start = text.indexOf(mark)
  if (start < 0) return text
  let out = ''
  let from = 0
  while (start >= 0) {
    const end = text.indexOf(mark, start + 1)
    if (end < 0) break
    const meaning = meaningOf(text.slice(start + 1, end), delimiters, charset)
    out += meaning === undefined ? text.slice(from, end) : text.slice(from, start) + meaning
    from = meaning === undefined ? end : end + 1
    start = meaning === undefined ? end : text.indexOf(mark, from)
  }
  return printable(out + text.slice(from))
}

function meaningOf(sequence: string, delimiters: Delimiters, charset?: string): string | undefined {
  switch (sequence) {
    case 'F':
      return delimiters.field
    case 'S':
      return delimiters.component
    case 'T':
      return delimiters.subcomponent
    case 'R':
      return delimiters.repetition
    case 'E':
      return delimiters.escape
    case 'P':
      return delimiters.truncation ?? '#'
    case 'H':
    case 'N':
      return ''
    default:
      return longMeaningOf(sequence, delimiters, charset)
  }
}

function longMeaningOf(sequence: string, delimiters: Delimiters, charset?: string): string | undefined {
  const first = sequence[0]
  if (first === '.') return formatting(sequence)
  if (first === 'X') return hexadecimal(sequence.slice(1), charset)
  const kept =
    first === 'C' || first === 'M' ? CHARSET_SWITCH.test(sequence) : first === 'Z' && LOCAL.test(sequence)
  return kept ? delimiters.escape + sequence + delimiters.escape : undefined
}

const CHARSET_SWITCH = /^(?:C[\dA-Fa-f]{4}|M[\dA-Fa-f]{4}(?:[\dA-Fa-f]{2})?)$/
const LOCAL = /^Z[\w.+-]*$/
const COMMAND = /^\.(br|ce|fi|nf|sp|sk|in|ti) ?[+-]?(\d{0,9})$/

/** FT commands (HL7 v2.9, 2.7.6), reduced to what plain text can say. */
function formatting(sequence: string): string | undefined {
  const [, command, count] = COMMAND.exec(sequence) ?? []
  if (command === undefined) return undefined
  const times = Math.min(Math.max(Number(count || '1'), 1), REPEATS_MAX)
  if (command === 'sp') return '\n'.repeat(times)
  if (command === 'sk') return ' '.repeat(times)
  return command === 'br' || command === 'ce' ? '\n' : ' '
}

/** One-byte groups; `00hh` works too because a NUL is dropped with the other characters that FHIR text can't hold. */
function hexadecimal(digits: string, charset?: string): string | undefined {
  if (digits.length === 0 || digits.length % 2 === 1 || !/^[\dA-Fa-f]+$/.test(digits)) return undefined
  return printable(decodeHexBytes(Buffer.from(digits, 'hex'), charset))
}

/** A delimiter may be a control character of the sender's choice: no FHIR text can hold what `\T\` then stands for. */
const printable = (text: string): string => text.replace(UNPRINTABLE, '')

// oxlint-disable-next-line no-control-regex -- these are the characters to drop
const UNPRINTABLE = /[\u0000-\u0008\u000B\u000C\u000E-\u001F]/g

/** What a text of the standard delimiters has to escape: most have none of it. */
const STANDARD_SPECIAL = /[|^&~\\\n\r]/

/**
 * Writes any text so that it can stand in a field, and that `unescapeText` gives it back (control characters other
 * than tab and line ends excepted: no FHIR text holds them). A text that is just two quotes is written in
 * hexadecimal, since bare it would mean "delete".
 */
export function escapeText(text: string, delimiters: Delimiters = standardDelimiters): string {
  const mark = delimiters.escape
  if (text === '""') return `${mark}X2222${mark}`
  if (delimiters === standardDelimiters && !STANDARD_SPECIAL.test(text)) return text
  const names = new Map([
    [delimiters.field, 'F'],
    [delimiters.component, 'S'],
    [delimiters.subcomponent, 'T'],
    [delimiters.repetition, 'R'],
    [delimiters.escape, 'E'],
    ['\n', 'X0A'],
    ['\r', 'X0D'],
  ])
  let out = ''
  for (const character of text) {
    const name = names.get(character)
    out += name === undefined ? character : mark + name + mark
  }
  return out
}
