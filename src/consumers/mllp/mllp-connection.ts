import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Failure } from '../../lib/result.ts'
import { acknowledgementBatch } from '../../hl7v2/acknowledgement.ts'
import { isBatch } from '../../hl7v2/er7-payload.ts'
import { mllpFrame } from '../../hl7v2/mllp-frames.ts'
import { instantOf, type Clock } from '../../lib/clock.ts'
import { acksOf } from '../../commands/ingest-adt/acks-of.ts'
import type { IngestAdt, Verdict } from '../../commands/ingest-adt/inbound.ts'
import { faultOf, type EmitEvent } from '../../commands/ports/events.ts'
import { frameReader, type FrameLimits, type FrameReader } from './frame-reader.ts'

export interface MllpLimits extends FrameLimits {
  /** Frames handed to one flush at most. */
  readonly batchSizeMax: number
  /** What may wait for the database before the sender is made to wait. */
  readonly waitingBytesMax: number
}

export interface MllpConnectionOptions {
  readonly ingest: IngestAdt
  /** Writer lane of the store that this connection's messages take, one after the other. */
  readonly lane: number
  readonly clock: Clock
  readonly emit: EmitEvent
  readonly limits: MllpLimits
}

export interface MllpConnection {
  /** Reads no more, answers what is in hand, and hangs up. */
  stop(): Promise<void>
}

interface Course {
  /** Frames that are whole and not yet in hand. */
  waiting: Buffer[]
  waitingBytes: number
  /** Nothing more will be read. */
  isEnding: boolean
  isStopping: boolean
  isGone: boolean
  broken?: Failure
  isPumping: boolean
  /** Settles when nothing is in hand. */
  pumped: Promise<void>
}

/**
 * One engine's connection: frames in their order, each answered when its effects are durable and not before, so that an
 * engine that waits for its acknowledgement is slowed down to what the database takes. Until then nothing is answered:
 * an engine that gives up sends again, and the inbox knows the message.
 */
export function mllpConnection(socket: Socket, options: MllpConnectionOptions): MllpConnection {
  const { limits, emit } = options
  const course: Course = {
    ...{ waiting: [], waitingBytes: 0, isPumping: false, pumped: Promise.resolve() },
    ...{ isEnding: false, isStopping: false, isGone: false },
  }
  const hangUp = (reason: string, error: unknown): void => {
    emit('mllp-hung-up', { reason, fault: faultOf(error) })
    socket.destroy()
  }
  const take = (frames: readonly Buffer[]): void => {
    course.waiting.push(...frames)
    course.waitingBytes += bytesOf(frames)
    if (course.waitingBytes > limits.waitingBytesMax) socket.pause()
    if (course.isPumping) return
    course.isPumping = true
    course.pumped = pump(socket, course, options).catch(error => hangUp('answering-failed', error))
  }
  const frames = frameReader(limits, {
    onFrames: take,
    onBroken: failure => {
      if (course.broken) return
      emit('mllp-hung-up', { reason: failure.code })
      course.broken = failure
      take([])
    },
  })
  listenTo(socket, { frames, course, take, hangUp })
  return {
    stop: async () => {
      course.isEnding = true
      course.isStopping = true
      course.waiting = []
      frames.close()
      take([])
      await course.pumped
    },
  }
}

interface Listening {
  readonly frames: FrameReader
  readonly course: Course
  readonly take: (frames: readonly Buffer[]) => void
  readonly hangUp: (reason: string, error: unknown) => void
}

function listenTo(socket: Socket, { frames, course, take, hangUp }: Listening): void {
  socket.on('data', (bytes: Buffer) => {
    if (!course.isEnding && !course.broken) frames.read(bytes)
  })
  socket.on('end', () => {
    frames.end()
    course.isEnding = true
    take([])
  })
  socket.on('error', error => hangUp('connection-lost', error))
  socket.on('close', () => {
    course.isGone = true
    frames.close()
  })
}

/** Takes what waits until nothing does, and hangs up when nothing more will come. */
async function pump(socket: Socket, course: Course, options: MllpConnectionOptions): Promise<void> {
  const { limits, clock } = options
  while (course.waiting.length > 0 && !course.isGone) {
    const batch = course.waiting.splice(0, limits.batchSizeMax)
    const answers = await answersTo(batch, course, options)
    course.waitingBytes -= bytesOf(batch)
    if (answers === undefined) {
      socket.destroy()
      break
    }
    for (const answer of answers) socket.write(mllpFrame(answer))
    if (course.waitingBytes <= limits.waitingBytesMax && !course.isEnding) socket.resume()
  }
  course.isPumping = false
  // An engine that hangs up after its damage brings the pump here again: what was said to it is on its way.
  if (socket.writableEnded) return
  if (course.broken) for (const answer of refusal(course.broken, clock)) socket.write(mllpFrame(answer))
  if (course.isEnding || course.broken) socket.end()
}

const bytesOf = (frames: readonly Buffer[]): number => frames.reduce((sum, { length }) => sum + length, 0)

/** The answers to frames when their effects are durable; undefined when nobody waits for them any more. */
async function answersTo(
  frames: readonly Buffer[],
  course: Course,
  { ingest, lane, clock, emit }: MllpConnectionOptions,
): Promise<readonly string[] | undefined> {
  const records = frames.map(value => ({ value, origin: 'mllp' }))
  for (let failed = 1; !course.isGone; failed += 1) {
    try {
      const result = await ingest({ lane, door: 'mllp', records })
      const timestamp = instantOf(clock.nowMs())
      if (result.kind !== 'done') return undefined
      return result.verdicts.flatMap((verdicts, index) => {
        const frame = frames[index] ?? Buffer.alloc(0)
        if (verdicts.length > 0) return answersOf(verdicts, timestamp)
        // Empty by its own count: one that breaks off or counts what isn't there is a dead letter.
        if (isBatch(frame)) return [acknowledgementBatch([])]
        emit('mllp-frame-empty', { reason: nothingInIt.code })
        return acksOf({ raw: frame, failure: nothingInIt }, { timestamp, mode: 'original' })
      })
    } catch (error) {
      if (course.isStopping) return undefined
      const waitMs = Math.min(15_000, 250 * 2 ** Math.min(failed, 6))
      emit('mllp-waiting', { waitMs, fault: faultOf(error) })
      await sleep(waitMs)
    }
  }
  return undefined
}

/** What one frame is answered, a frame each: of several messages in it one batch of them (HL7 v2.9, 2.10.3). */
function answersOf(verdicts: readonly Verdict[], timestamp: string): readonly string[] {
  const acks = verdicts.flatMap(verdict => acksOf(verdict, { timestamp, mode: 'as-asked' }))
  return verdicts.length > 1 && acks.length > 0 ? [acknowledgementBatch(acks)] : acks
}

/** An engine that waits for an answer to each frame would wait for ever. */
const nothingInIt: Failure = {
  kind: 'invalid',
  code: 'payload-empty',
  message: 'There is no HL7 v2 message in the frame.',
}

const refusal = (failure: Failure, clock: Clock): readonly string[] =>
  acksOf({ raw: Buffer.alloc(0), failure }, { timestamp: instantOf(clock.nowMs()), mode: 'original' })
