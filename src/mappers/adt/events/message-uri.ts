import { hash as digest } from 'node:crypto'
import type { Message } from '../../../hl7v2/message.ts'
import type { SourceSettings } from '../source.ts'

/** How many digits of a message's hash stand in its stamp and URI. */
const HASH_DIGITS = 16

export interface MessageName {
  /** `MSH-3|MSH-4` */
  readonly source: string
  readonly controlId: string
  readonly hash: string
}

/** SHA-256 of a message's segments, hex. */
export const messageHash = ({ segments }: Pick<Message, 'segments'>): string =>
  digest('sha256', segments.map(({ raw }) => raw).join('\r'), 'hex')

/** Stable URI of a message: `meta.source` of what it changed. */
export const messageUri = (
  { source, controlId, hash }: MessageName,
  { canonicalBase }: Pick<SourceSettings, 'canonicalBase'>,
): string =>
  `${canonicalBase}/sid/message/${encodeURIComponent(source)}/${encodeURIComponent(controlId)}#${hash.slice(0, HASH_DIGITS)}`

/** The message that a `meta.source` names, with the head of its hash; undefined where that is no message of here. */
export function messageNamed(uri: string, { canonicalBase }: SourceSettings): MessageName | undefined {
  const start = `${canonicalBase}/sid/message/`
  const [source, controlId, digits, ...more] = uri.startsWith(start)
    ? uri.slice(start.length).split(/[/#]/)
    : []
  if (source === undefined || controlId === undefined || digits === undefined || more.length > 0)
    return undefined
  try {
    return { source: decodeURIComponent(source), controlId: decodeURIComponent(controlId), hash: digits }
  } catch {
    // A client wrote it.
    return undefined
  }
}

/** Total order of all messages about a patient: recorded instant, control id, hash (adt.md 3.2.4: never arrival). */
export const stampOf = (recorded: string, { controlId, hash }: MessageName): string =>
  `${recorded}|${controlId}|${hash.slice(0, HASH_DIGITS)}`

/**
 * Stamp of what a message repeats from a record: by when the record was last changed, then as any other. A change that is
 * later than the message is a mistake and counts for nothing.
 */
export const recordStamp = (changed: string | undefined, recorded: string, stamp: string): string =>
  changed === undefined || changed >= recorded ? stamp : `${changed}/${stamp}`

/** When a message was recorded, by its stamp. */
export function recordedIn(stamp: string): string {
  const times = stamp.slice(0, stamp.indexOf('|'))
  return times.slice(times.indexOf('/') + 1)
}

/** What a stamp says of its message. */
export function readStamp(stamp: string, source: string): MessageName & { readonly recorded: string } {
  const [first, last] = [stamp.indexOf('|'), stamp.lastIndexOf('|')]
  return {
    source,
    recorded: recordedIn(stamp),
    controlId: stamp.slice(first + 1, last),
    hash: stamp.slice(last + 1),
  }
}
