const decoder = new TextDecoder('utf-8', { fatal: true })

/** The text of a body; undefined when its bytes are not UTF-8. */
export function utf8(bytes: Buffer): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}
