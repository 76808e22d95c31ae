import type { Finding } from './finding.ts'

/** Where a message stands in a payload; `end` is exclusive and trailing line ends and MLLP bytes are left out. */
export interface MessageSpan {
  readonly start: number
  readonly end: number
  readonly warnings: readonly Finding[]
}

export interface SplitPayload {
  readonly spans: readonly MessageSpan[]
  /** What is wrong with the batch as a whole; for the last message to carry, or the failure when there is none. */
  readonly warnings: readonly Finding[]
}

type Mark = { readonly name: string; readonly start: number }

// oxlint-disable-next-line no-control-regex -- MLLP's start (0B) and end (1C) bytes
const MARK = /(?:^|[\r\n\u000B\u001C])[ \t]*(MSH|FHS|BHS|BTS|FTS)(?=[^\p{L}\p{N}"]|$)/gmu
const TRAILER = '\r\n\u001C\u000B \t'

/**
 * Finds the messages of a text that starts with MSH, FHS or BHS: batches and files of batches (HL7 v2.9, 2.10.3),
 * several MSH without a batch, MLLP frames one after the other. Works on bytes read as Latin-1 too: no supported
 * character set has CR, LF or these names' letters inside a multi-byte character after a line end.
 * BTS-1 and FTS-1 that don't count what is there, and headers without their trailer, are warnings.
 */
export function splitMessages(text: string): SplitPayload {
  const marks = [...text.matchAll(MARK)].map((match): Mark => {
    const name = match[1] ?? ''
    return { name, start: match.index + match[0].length - name.length }
  })
  const warnings = checkTrailers(text, marks)
  const spans = marks.flatMap(({ name, start }, number) => {
    if (name !== 'MSH') return []
    return [{ start, end: trimmedEnd(text, start, marks[number + 1]?.start ?? text.length), warnings: [] }]
  })
  return { spans, warnings }
}

function trimmedEnd(text: string, start: number, end: number): number {
  let at = end
  while (at > start && TRAILER.includes(text.charAt(at - 1))) at -= 1
  return at
}

/** Walks the envelope segments; counts are per batch for BTS-1 and per file for FTS-1. */
function checkTrailers(text: string, marks: readonly Mark[]): readonly Finding[] {
  const warnings: Finding[] = []
  let [messages, batches, inBatch, inFile] = [0, 0, false, false]
  for (const { name, start } of marks) {
    if (inBatch && (name === 'BHS' || name === 'FTS')) warnings.push(truncated('BTS'))
    if (name === 'MSH') messages += 1
    if (name === 'FHS') [inFile, batches] = [true, 0]
    if (name === 'BHS') [inBatch, messages, batches] = [true, 0, batches + 1]
    if (name === 'BTS') warnings.push(...countWarning(text, start, 'BTS-1', messages))
    if (name === 'FTS') warnings.push(...countWarning(text, start, 'FTS-1', batches))
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

function countWarning(text: string, start: number, expression: string, seen: number): readonly Finding[] {
  const [, digits] = /^...[^\r\n](\d{1,9})(?!\d)/.exec(text.slice(start, start + 16)) ?? []
  if (digits === undefined || Number(digits) === seen) return []
  return [
    {
      code: 'batch-count-mismatch',
      message: `${expression} counts ${Number(digits)}, ${seen} came`,
      expression,
    },
  ]
}
