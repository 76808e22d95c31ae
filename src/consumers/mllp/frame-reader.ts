import type { Failure } from '../../lib/result.ts'
import { mllpFrames, mllpStart, mllpUnended } from '../../hl7v2/mllp-frames.ts'

export interface FrameLimits {
  readonly frameBytesMax: number
  /** How long the rest of a frame may take. */
  readonly frameTimeoutMs: number
  /** How long 0x1C may stand without its 0x0D until the frame counts as whole. */
  readonly endTimeoutMs: number
}

export interface FrameReader {
  read(bytes: Buffer): void
  /** Nothing comes any more. */
  end(): void
  close(): void
}

interface FrameHandlers {
  readonly onFrames: (frames: readonly Buffer[]) => void
  /** Nothing after it can be understood. */
  readonly onBroken: (failure: Failure) => void
}

/** The frames of a connection as they become whole, however its bytes are cut. */
export function frameReader(limits: FrameLimits, { onFrames, onBroken }: FrameHandlers): FrameReader {
  let rest = mllpStart
  let timer: NodeJS.Timeout | undefined
  const endUnended = (): void => {
    const unended = mllpUnended(rest)
    rest = mllpStart
    if (unended) onFrames([unended])
  }
  const watch = (): void => {
    clearTimeout(timer)
    if (!rest.inFrame) return
    timer = mllpUnended(rest)
      ? setTimeout(endUnended, limits.endTimeoutMs)
      : setTimeout(() => onBroken(unfinished), limits.frameTimeoutMs)
  }
  return {
    read: bytes => {
      const { frames, failure, rest: next } = mllpFrames(rest, bytes, limits)
      rest = next
      watch()
      if (frames.length > 0) onFrames(frames)
      if (failure) onBroken(failure)
    },
    end: () => {
      clearTimeout(timer)
      endUnended()
    },
    close: () => clearTimeout(timer),
  }
}

const unfinished: Failure = {
  kind: 'invalid',
  code: 'mllp-frame-unfinished',
  message: 'A frame was begun and its end did not come in time; send the message again.',
}
