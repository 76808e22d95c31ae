import type { Failure } from '../lib/result.ts'

/** Bytes of a connection that are not a whole frame yet. Values only: what was read before never changes. */
export interface MllpRest {
  /** Newest part first, each longer than the one after it was when it came. */
  readonly parts: Parts | undefined
  readonly bytes: number
  readonly inFrame: boolean
  /** The last byte was 0x1C, so that 0x0D would end the frame. */
  readonly atEnd: boolean
}

interface Parts {
  readonly bytes: Buffer
  readonly before: Parts | undefined
}

export interface MllpFrames {
  /** Contents of the frames that ended, without 0x0B, 0x1C and 0x0D. */
  readonly frames: readonly Buffer[]
  readonly rest: MllpRest
  /** After it nothing of the connection can be understood: answer, and close. `frames` came before it. */
  readonly failure?: Failure
}

export interface MllpLimits {
  /** Longest content of a frame. */
  readonly frameBytesMax: number
}

/** Where every connection begins. */
export const mllpStart: MllpRest = { parts: undefined, bytes: 0, inFrame: false, atEnd: false }

const START = 0x0b
const END = 0x1c
const RETURN = 0x0d
/** Line ends and blanks between frames are overlooked, and so is an end that a sender sends twice. */
const BETWEEN = new Set([RETURN, 0x0a, 0x20, 0x09, END])

/**
 * Takes the next bytes of a connection apart into frames `0x0B content 0x1C 0x0D` (HL7 Minimal Lower Layer Protocol,
 * v2.9 chapter 2, appendix C). However the bytes are cut, the frames are the same; time and memory are linear in them.
 * A frame that the next one follows without 0x0D ends there. Fails with `mllp-frame-too-large`, `mllp-start-missing`.
 */
export function mllpFrames(rest: MllpRest, bytes: Buffer, limits: MllpLimits): MllpFrames {
  const frames: Buffer[] = []
  let state = rest
  let at = 0
  while (at < bytes.length) {
    if (!state.inFrame) {
      while (at < bytes.length && BETWEEN.has(bytes[at] ?? 0)) at += 1
      if (at === bytes.length) break
      if (bytes[at] !== START) return { frames, rest: mllpStart, failure: startMissing }
      state = { ...mllpStart, inFrame: true }
      at += 1
      continue
    }
    const end = endOfFrame(state, bytes, at)
    const taken = taking(state, bytes.subarray(at, end ?? bytes.length))
    if (taken.bytes - (taken.atEnd ? 1 : 0) > limits.frameBytesMax) {
      return { frames, rest: mllpStart, failure: tooLarge(limits.frameBytesMax) }
    }
    if (end === undefined) return { frames, rest: taken }
    frames.push(contentOf(taken))
    state = mllpStart
    at = end
  }
  return { frames, rest: state }
}

/**
 * The frame of a sender that has said 0x1C and then fell silent or hung up without 0x0D: its message is whole. Ask
 * when nothing comes any more.
 */
export const mllpUnended = (rest: MllpRest): Buffer | undefined =>
  rest.inFrame && rest.atEnd ? contentOf(rest) : undefined

/** A message as a frame. */
export const mllpFrame = (message: string): Buffer => Buffer.from(`\u000B${message}\u001C\r`)

/** Position after the 0x1C that ends the frame: 0x0D or the next frame's 0x0B follows it. */
function endOfFrame(state: MllpRest, bytes: Buffer, from: number): number | undefined {
  if (state.atEnd && isAfterEnd(bytes[from])) return from
  for (let at = bytes.indexOf(END, from); at >= 0; at = bytes.indexOf(END, at + 1)) {
    if (isAfterEnd(bytes[at + 1])) return at + 1
  }
  return undefined
}

const isAfterEnd = (byte: number | undefined): boolean => byte === RETURN || byte === START

/** Small pieces are joined as they come, so that a message in single bytes costs no more than a few times its length. */
function taking(state: MllpRest, bytes: Buffer): MllpRest {
  if (bytes.length === 0) return state
  let [newest, before] = [bytes, state.parts]
  while (before !== undefined && before.bytes.length <= newest.length) {
    newest = Buffer.concat([before.bytes, newest])
    before = before.before
  }
  return {
    parts: { bytes: newest, before },
    bytes: state.bytes + bytes.length,
    inFrame: true,
    atEnd: bytes.at(-1) === END,
  }
}

/** Without the 0x1C at its end. */
function contentOf({ parts, bytes }: MllpRest): Buffer {
  const pieces: Buffer[] = []
  for (let part = parts; part !== undefined; part = part.before) pieces.push(part.bytes)
  return Buffer.concat(pieces.toReversed(), bytes).subarray(0, bytes - 1)
}

const startMissing: Failure = {
  kind: 'invalid',
  code: 'mllp-start-missing',
  message: 'Bytes came outside a frame: each message must stand between 0x0B and 0x1C 0x0D',
}

const tooLarge = (bytesMax: number): Failure => ({
  kind: 'too-large',
  code: 'mllp-frame-too-large',
  message: `A frame is longer than ${bytesMax} bytes`,
})
