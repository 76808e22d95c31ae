/** How many bytes of EUC-JP prefix, and how many bytes a character has, in each set that an escape switches to. */
interface CodeSet {
  readonly width: 1 | 2
  readonly prefix: number | undefined
  readonly high: boolean
}

const ASCII: CodeSet = { width: 1, prefix: undefined, high: false }
const KATAKANA: CodeSet = { width: 1, prefix: 0x8e, high: true }
const KANJI: CodeSet = { width: 2, prefix: undefined, high: true }
const SUPPLEMENT: CodeSet = { width: 2, prefix: 0x8f, high: true }

/**
 * Escape sequences of HL7 table 0211's Japanese sets. JIS-Roman (IR14) is taken as ASCII: its yen sign stands where
 * HL7 has its escape character and must stay one.
 */
const SWITCHES: readonly (readonly [string, CodeSet])[] = [
  ['\u001b(B', ASCII],
  ['\u001b(J', ASCII],
  ['\u001b(I', KATAKANA],
  ['\u001b$B', KANJI],
  ['\u001b$@', KANJI],
  ['\u001b$(B', KANJI],
  ['\u001b$(D', SUPPLEMENT],
]

const ESCAPE = 0x1b
const CARRIAGE_RETURN = 0x0d
const LINE_FEED = 0x0a
const SPACE = 0x20
const DELETE = 0x7f
const HIGH = 0x80
const NO_CODE = 0xff

/**
 * ISO 2022-JP with JIS X 0212 (ISO IR14, IR87, IR159) to EUC-JP, which TextDecoder knows in full. High bytes, which
 * these sets have not, become one that fails there. A line end switches back to ASCII.
 */
export function iso2022ToEucJp(bytes: Buffer): Buffer {
  const out = Buffer.alloc(bytes.length * 2)
  let length = 0
  let set = ASCII
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at] ?? 0
    const change = byte === ESCAPE ? switchAt(bytes, at) : undefined
    if (change !== undefined) {
      set = change[1]
      at += change[0].length
      continue
    }
    if (byte === CARRIAGE_RETURN || byte === LINE_FEED) set = ASCII
    const high = set.high && byte > SPACE
    if (high && set.prefix !== undefined) out[length++] = set.prefix
    for (let end = at + (high ? set.width : 1); at < end && at < bytes.length; at += 1) {
      const code = bytes[at] ?? 0
      out[length++] = code > DELETE ? NO_CODE : high ? code | HIGH : code
    }
  }
  return out.subarray(0, length)
}

function switchAt(bytes: Buffer, at: number): readonly [string, CodeSet] | undefined {
  const text = bytes.toString('latin1', at, at + 4)
  return SWITCHES.find(([sequence]) => text.startsWith(sequence))
}
