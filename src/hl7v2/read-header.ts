import { isAscii } from 'node:buffer'
import type { Message } from './message.ts'
import { readMessage } from './read-message.ts'

/** Longer than any MSH in the wild. */
const HEADER_BYTES_MAX = 4096

/**
 * The MSH alone of a message that can't be read as a whole, so that its sender and its control id are known: undefined
 * where the bytes hold none at their start, or one that is not ASCII and would be read otherwise by another character set.
 */
export function readHeader(raw: Buffer): Message | undefined {
  const start = raw.subarray(0, HEADER_BYTES_MAX).toString('latin1').trimStart()
  const end = start.search(/[\r\n]/)
  const line = end < 0 ? undefined : start.slice(0, end)
  if (line === undefined || !isAscii(Buffer.from(line, 'latin1'))) return undefined
  const message = readMessage(line)
  return message.ok ? message.value : undefined
}
