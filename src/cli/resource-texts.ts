/** The text of one resource in a file, or why there is none. */
export type ResourceText =
  | { readonly line: number; readonly text: string }
  | { readonly line: number; readonly unreadable: string }

/** A JavaScript string holds four times as much; nobody's resource does. */
const TEXT_BYTES_MAX = 128 * 1024 * 1024

/**
 * The resources in a stream of JSON (one resource over many lines) or NDJSON (one a line), with the line where each begins.
 * Holds one resource in memory, however long the stream. It is NDJSON when the caller says so, or when the first line
 * that isn't blank is a whole `{...}`.
 */
export async function* resourceTexts(
  chunks: AsyncIterable<Uint8Array>,
  isNdjson: boolean,
): AsyncGenerator<ResourceText> {
  let document: { readonly line: number; readonly parts: string[]; length: number } | undefined
  let isByLine = isNdjson
  for await (const { line, bytes } of linesOf(chunks)) {
    const text = bytes === undefined ? undefined : decoded(bytes)
    if (text?.trim() === '') continue
    if (document === undefined && !isByLine) {
      if (text !== undefined && isWhole(text)) isByLine = true
      else document = { line, parts: [], length: 0 }
    }
    if (document === undefined) {
      yield text === undefined ? { line, unreadable: whyUnreadable(bytes) } : { line, text }
      continue
    }
    document.length += bytes?.length ?? 0
    if (text === undefined || document.length > TEXT_BYTES_MAX) {
      yield { line: document.line, unreadable: whyUnreadable(text === undefined ? bytes : undefined) }
      return
    }
    document.parts.push(
      ...Array.from({ length: line - document.line - document.parts.length }, () => ''),
      text,
    )
  }
  if (document) yield { line: document.line, text: document.parts.join('\n') }
}

const isWhole = (text: string): boolean => text.trimStart().startsWith('{') && text.trimEnd().endsWith('}')

const whyUnreadable = (bytes: Uint8Array | undefined): string =>
  bytes === undefined ? `Longer than ${TEXT_BYTES_MAX / 1024 / 1024} MiB.` : 'Not UTF-8.'

/** `undefined` when the bytes aren't UTF-8. A byte order mark is left out. */
function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

const NEW_LINE = 10

/** Lines with their numbers from 1; no bytes for one that is too long to hold. */
async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ readonly line: number; readonly bytes: Uint8Array | undefined }> {
  let line = 1
  let held: Uint8Array[] = []
  let length = 0
  const hold = (bytes: Uint8Array): void => {
    length += bytes.length
    if (length > TEXT_BYTES_MAX) held = []
    else held.push(bytes)
  }
  const taken = (): { readonly line: number; readonly bytes: Uint8Array | undefined } => {
    const whole = { line, bytes: length > TEXT_BYTES_MAX ? undefined : Buffer.concat(held) }
    line += 1
    held = []
    length = 0
    return whole
  }
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(NEW_LINE); end >= 0; end = chunk.indexOf(NEW_LINE, start)) {
      hold(chunk.subarray(start, end))
      yield taken()
      start = end + 1
    }
    if (start < chunk.length) hold(chunk.subarray(start))
  }
  if (length > 0) yield taken()
}
