import type { Finding } from './finding.ts'

/** Where a message stands in a payload; `end` is exclusive and trailing line ends and MLLP bytes are left out. */
export interface MessageSpan {
  readonly start: number
  readonly end: number
}

export interface SplitPayload {
  readonly spans: readonly MessageSpan[]
  /** Whether anything was found at all: a message or a batch's header. */
  readonly recognised: boolean
  /** What is wrong with the batch as a whole; for the last message to carry, or the failure when there is none. */
  readonly warnings: readonly Finding[]
  /** There were more than were asked for: nothing was split. */
  readonly truncated: boolean
}

interface Mark {
  readonly name: string
  readonly start: number
  readonly end: number
}

// oxlint-disable-next-line no-control-regex -- MLLP's start (0B) and end (1C) bytes
const MARK = /(?:^|[\r\n\u000B\u001C])[ \t]*(MSH|FHS|BHS|BTS|FTS)(?=[^\p{L}\p{N}"]|$)/gu
const TRAILER = '\r\n\u001C\u000B \t'

/**
 * Finds the messages of a text that starts with MSH, FHS or BHS: batches and files of batches (HL7 v2.9, 2.10.3),
 * several MSH without a batch, MLLP frames one after the other. Works on bytes read as Latin-1 too: no supported
 * character set has a line end inside a multi-byte character.
 * More than `marksMax` headers and trailers are not split. BTS-1 and FTS-1 that don't count what is there, headers without their trailer and segments that stand between
 * messages are warnings.
 */
export function splitMessages(text: string, marksMax: number): SplitPayload {
  const all: { readonly name: string; readonly start: number }[] = []
  MARK.lastIndex = 0
  for (let match = MARK.exec(text); match !== null; match = MARK.exec(text)) {
    const name = match[1] ?? ''
    all.push({ name, start: match.index + match[0].length - name.length })
    if (all.length > marksMax) return { spans: [], recognised: true, warnings: [], truncated: true }
  }
  const found = all.filter((_mark, number) => !isMisplacedHeader(text, all, number))
  const marks = found.map(({ name, start }, number): Mark => {
    const end = trimmedEnd(text, start, found[number + 1]?.start ?? text.length)
    return { name, start, end }
  })
  const warnings = [...trailerWarnings(text, marks), ...strayWarnings(text, marks)]
  const spans = marks.filter(({ name }) => name === 'MSH')
  return { spans, recognised: marks.length > 0, warnings, truncated: false }
}

/** Some senders put BHS or FHS after the MSH and EVN of the message that it should precede: the message goes on. */
function isMisplacedHeader(text: string, all: readonly Omit<Mark, 'end'>[], number: number): boolean {
  const [before, mark, after] = [all[number - 1], all[number], all[number + 1]]
  if (before?.name !== 'MSH' || (mark?.name !== 'BHS' && mark?.name !== 'FHS')) return false
  return MORE_LINES.test(text.slice(mark.start, after?.start ?? text.length))
}

const MORE_LINES = /[\r\n][A-Z][A-Z\d]{2}/

function trimmedEnd(text: string, start: number, end: number): number {
  let at = end
  while (at > start && TRAILER.includes(text.charAt(at - 1))) at -= 1
  return at
}

/** Walks the envelope segments; counts are per batch for BTS-1 and per file for FTS-1. */
function trailerWarnings(text: string, marks: readonly Mark[]): readonly Finding[] {
  const warnings: Finding[] = []
  let [messages, batches, inBatch, inFile] = [0, 0, false, false]
  for (const { name, start, end } of marks) {
    if (inBatch && (name === 'BHS' || name === 'FTS')) warnings.push(truncated('BTS'))
    if (name === 'MSH') messages += 1
    if (name === 'FHS') [inFile, batches] = [true, 0]
    if (name === 'BHS') [inBatch, messages, batches] = [true, 0, batches + 1]
    if (name === 'BTS') warnings.push(...countWarnings(text.slice(start, end), 'BTS-1', messages))
    if (name === 'FTS') warnings.push(...countWarnings(text.slice(start, end), 'FTS-1', batches))
    if (name === 'BTS' || name === 'FTS') inBatch = false
    if (name === 'FTS') inFile = false
  }
  if (inBatch) warnings.push(truncated('BTS'))
  if (inFile) warnings.push(truncated('FTS'))
  return warnings
}

const truncated = (name: string): Finding => ({
  code: 'batch-truncated',
  message: `The ${name} that closes the batch is missing: the payload may have been cut off`,
  expression: name,
})

function countWarnings(trailer: string, expression: string, seen: number): readonly Finding[] {
  const [, digits] = /^...[^\r\n] *(\d{1,9})(?!\d)/.exec(trailer) ?? []
  if (digits === undefined || Number(digits) === seen) return []
  return [
    {
      code: 'batch-count-mismatch',
      message: `${expression} counts ${Number(digits)}, ${seen} came`,
      expression,
    },
  ]
}

/** An envelope segment is one line; what follows it before the next mark belongs to no message. */
function strayWarnings(text: string, marks: readonly Mark[]): readonly Finding[] {
  return marks
    .filter(({ name, start, end }) => name !== 'MSH' && /[\r\n]/.test(text.slice(start, end)))
    .map(({ name }) => ({
      code: 'batch-stray-segments',
      message: `Segments after ${name} belong to no message and were left out`,
      expression: name,
    }))
}
