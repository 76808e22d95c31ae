/** Names of WHATWG (https://encoding.spec.whatwg.org/#names-and-labels). */
export const UTF8 = 'utf-8'
export const FALLBACK = 'windows-1252'
export const JAPANESE = 'euc-jp'

/**
 * HL7 table 0211 to WHATWG names, and spellings seen in the wild, all in upper case with blanks, `-` and `_` taken
 * out. WHATWG reads 8859/1 as windows-1252, which is what senders of it mean when they use 0x80-0x9F.
 */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['ASCII', 'ascii'],
  ['USASCII', 'ascii'],
  ['UNICODEUTF8', UTF8],
  ['UTF8', UTF8],
  ['UNICODE', 'utf-16'],
  ['UNICODEUTF16', 'utf-16'],
  ['UTF16', 'utf-16'],
  ['ISOIR6', 'ascii'],
  ['ISOIR14', JAPANESE],
  ['ISOIR87', JAPANESE],
  ['ISOIR159', JAPANESE],
  ['GB180302000', 'gb18030'],
  ['GB18030', 'gb18030'],
  ['KSX1001', 'euc-kr'],
  ['BIG5', 'big5'],
  ['WINDOWS1252', FALLBACK],
  ['CP1252', FALLBACK],
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16].flatMap((part): [string, string][] => [
    [`8859/${part}`, `iso-8859-${part}`],
    [`ISO8859/${part}`, `iso-8859-${part}`],
    [`ISO8859${part}`, `iso-8859-${part}`],
  ]),
])

/** The WHATWG name of a set as MSH-18 writes it; undefined when messages in it can't be read. */
export const charsetLabel = (name: string): string | undefined =>
  NAMES.get(name.toUpperCase().replace(/[\s_-]/g, ''))
