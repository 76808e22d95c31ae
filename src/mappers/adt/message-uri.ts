import type { SourceSettings } from './source.ts'

/** How many digits of a message's hash stand in its stamp and URI. */
const HASH_DIGITS = 16

export interface MessageName {
  /** `MSH-3|MSH-4` */
  readonly source: string
  readonly controlId: string
  readonly hash: string
}

/** Stable URI of a message: `meta.source` of what it changed. */
export const messageUri = (
  { source, controlId, hash }: MessageName,
  { canonicalBase }: SourceSettings,
): string =>
  `${canonicalBase}/sid/message/${encodeURIComponent(source)}/${encodeURIComponent(controlId)}#${hash.slice(0, HASH_DIGITS)}`

/** Total order of all messages about a patient: recorded instant, control id, hash (adt.md 3.2.4: never arrival). */
export const stampOf = (recorded: string, { controlId, hash }: MessageName): string =>
  `${recorded}|${controlId}|${hash.slice(0, HASH_DIGITS)}`

/** What a stamp says of its message. */
export function readStamp(stamp: string, source: string): MessageName & { readonly recorded: string } {
  const [first, last] = [stamp.indexOf('|'), stamp.lastIndexOf('|')]
  return {
    source,
    recorded: stamp.slice(0, first),
    controlId: stamp.slice(first + 1, last),
    hash: stamp.slice(last + 1),
  }
}
