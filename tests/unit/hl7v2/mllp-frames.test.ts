import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  mllpFrame,
  mllpFrames,
  mllpStart,
  mllpUnended,
  type MllpRest,
} from '../../../src/hl7v2/mllp-frames.ts'

const limits = { frameBytesMax: 1000 }

/** All that comes of bytes cut at these places. */
function received(pieces: readonly Buffer[], { frameBytesMax } = limits) {
  let rest: MllpRest = mllpStart
  const frames: string[] = []
  for (const piece of pieces) {
    const read = mllpFrames(rest, piece, { frameBytesMax })
    frames.push(...read.frames.map(frame => frame.toString('latin1')))
    if (read.failure) return { frames, failure: read.failure.code, rest: read.rest }
    rest = read.rest
  }
  return { frames, failure: undefined, rest }
}

const framesOf = (text: string) => received([Buffer.from(text, 'latin1')])

test('a frame is what stands between 0x0B and 0x1C 0x0D', () => {
  expect(framesOf('\u000BMSH|a\rPID|1\r\u001C\r').frames).toEqual(['MSH|a\rPID|1\r'])
  expect(received([mllpFrame('MSH|é')]).frames).toEqual([Buffer.from('MSH|é').toString('latin1')])
})

test('frames one after the other, blanks and line ends between them overlooked', () => {
  expect(framesOf('\u000Ba\u001C\r\r\n \u000Bb\u001C\r\u000B\u001C\r').frames).toEqual(['a', 'b', ''])
})

test('a frame that the next one follows without 0x0D ends there', () => {
  expect(framesOf('\u000Ba\u001C\u000Bb\u001C\r').frames).toEqual(['a', 'b'])
})

test('0x1C before anything else is content', () => {
  expect(framesOf('\u000Ba\u001Cb\u001C\u001C\r').frames).toEqual(['a\u001Cb\u001C'])
})

test('a frame that a silent sender ended with 0x1C alone can be taken, one in the middle can not', () => {
  expect(mllpUnended(framesOf('\u000BMSH|a\u001C').rest)?.toString()).toBe('MSH|a')
  expect(mllpUnended(framesOf('\u000BMSH|a').rest)).toBeUndefined()
  expect(mllpUnended(framesOf('\u000BMSH|a\u001C\r').rest)).toBeUndefined()
  expect(mllpUnended(mllpStart)).toBeUndefined()
})

test('bytes outside a frame end the connection, after the frames before them', () => {
  expect(framesOf('MSH|a')).toMatchObject({ frames: [], failure: 'mllp-start-missing' })
  expect(framesOf('GET / HTTP/1.1\r\n')).toMatchObject({ failure: 'mllp-start-missing' })
  expect(framesOf('\u000Ba\u001C\rx')).toMatchObject({ frames: ['a'], failure: 'mllp-start-missing' })
})

test('a frame at the limit is taken and one byte more is refused, before its end has come', () => {
  const frame = (bytes: number) => [Buffer.from('\u000B'), Buffer.alloc(bytes, 'x'), Buffer.from('\u001C\r')]
  expect(received(frame(1000)).frames[0]).toHaveLength(1000)
  expect(received(frame(1001)).failure).toBe('mllp-frame-too-large')
  expect(received(frame(1001).slice(0, 2)).failure).toBe('mllp-frame-too-large')
})

test('however the bytes are cut, the frames are the same', () => {
  const alphabet = fc.constantFrom(0x0b, 0x1c, 0x0d, 0x0a, 0x41, 0x42, 0xff)
  const stream = fc.array(alphabet, { maxLength: 40 }).map(bytes => Buffer.from([0x0b, ...bytes]))
  fc.assert(
    fc.property(stream, fc.array(fc.nat(40), { maxLength: 8 }), (bytes, places) => {
      const cuts = [0, ...places.toSorted((one, other) => one - other), bytes.length]
      const pieces = cuts.slice(1).map((end, number) => bytes.subarray(cuts[number], end))
      const [whole, cut] = [received([bytes]), received(pieces)]
      expect([cut.frames, cut.failure]).toEqual([whole.frames, whole.failure])
      expect(mllpUnended(cut.rest)).toEqual(mllpUnended(whole.rest))
    }),
  )
})

test('a message in single bytes costs time linear in its length, but for a logarithm', () => {
  const bytes = mllpFrame('x'.repeat(50_000))
  const before = process.cpuUsage()
  const pieces = Array.from(bytes, (_byte, at) => bytes.subarray(at, at + 1))
  expect(received(pieces, { frameBytesMax: 50_000 }).frames[0]).toHaveLength(50_000)
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(3)
})
