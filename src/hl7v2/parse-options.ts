import type { Message } from './message.ts'

/** How the messages of one source are read, where it isn't as the standard says (`SOURCES_CONFIG`). */
export interface ParseOptions {
  /** Character set of messages whose MSH-18 is empty, spelt as MSH-18 would; undefined = found out from the bytes. */
  readonly charset?: string
  /** What is escaped was escaped twice (known of Epic interfaces). */
  readonly unescapeTwice?: boolean
  /** JSON pointers to the message in an envelope, tried before the built-in ones. */
  readonly payloadPointers?: readonly string[]
}

/** The options of a source by `MSH-3|MSH-4`; `|` where it isn't known yet: those of all sources. */
export type ParseOptionsOf = (source: string) => ParseOptions

/** The name of a message's source: MSH-3 and MSH-4, of each the namespace, else the universal id. */
export const sourceOf = (message: Pick<Message, 'first'>): string =>
  `${named(message, 3)}|${named(message, 4)}`

const named = (message: Pick<Message, 'first'>, field: number): string => {
  const header = message.first('MSH')
  return (header?.text(field) ?? header?.text(field, 2) ?? '').replaceAll('|', ' ')
}
