import type { Delimiters } from './delimiters.ts'

/** What every read of a message's text depends on. */
export interface Grammar {
  readonly delimiters: Delimiters
  /** MSH-18 as sent, for the bytes of `\Xhh..\`; undefined when the message does not say. */
  readonly charset: string | undefined
  /** The sender escapes twice (known of Epic interfaces): `\E\T\E\` means `&`. */
  readonly doubleEscaped: boolean
}
