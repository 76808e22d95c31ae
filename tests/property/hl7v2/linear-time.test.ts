import { expect, test } from 'vitest'
import { standardDelimiters } from '../../../src/hl7v2/delimiters.ts'
import { unescapeText } from '../../../src/hl7v2/escapes.ts'
import { readPayload } from '../../../src/hl7v2/payload.ts'
import { readMessage } from '../../../src/hl7v2/read-message.ts'

const HEADER = 'MSH|^~\\&|A|H|||20260314||ADT^A01|1|P|2.5\r'
const LENGTH = 10_000_000
const unlimited = { charactersMax: 2 * LENGTH, segmentsMax: LENGTH * 2 }

/** Ten megabytes: a quadratic step would take hours, so a generous limit tells the two apart on any machine. */
const CPU_SECONDS_MAX = 8

function cpuSeconds(work: () => unknown): number {
  const start = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1e6
}

const bad: readonly string[] = [
  '|',
  '^',
  '~',
  '&',
  '\\',
  '\\X',
  '\\.sp9\\',
  '""',
  ' ',
  '\n',
  '\r ',
  '\u001C',
  '\u001C|',
  ' |',
  '\u0000',
  '\r\n ',
  '\uD800',
]

test.each(bad)('ten megabytes of %j are read in linear time', piece => {
  const text = HEADER + 'PID|' + piece.repeat(LENGTH / piece.length) + 'x'
  const spent = cpuSeconds(() => {
    const message = readMessage(text, unlimited)
    if (!message.ok) throw new Error(message.failure.code)
    const segment = message.value.segments[1]
    segment?.text(1)
    segment?.text(9, 9, 9)
    segment?.repetitions(1).at(-1)?.text(2)
  })
  expect(spent).toBeLessThan(CPU_SECONDS_MAX)
})

test.each(bad)('a payload of ten megabytes of %j is split in linear time', piece => {
  const bytes = Buffer.from(HEADER + piece.repeat(LENGTH / piece.length) + 'x')
  const spent = cpuSeconds(() =>
    readPayload(bytes, { messageBytesMax: 4 * LENGTH, payloadBytesMax: 8 * LENGTH }),
  )
  expect(spent).toBeLessThan(CPU_SECONDS_MAX)
})

test('with the limits as delivered, ten megabytes of delimiters are refused in under a second', () => {
  const text = HEADER + '|^~\\&'.repeat(LENGTH / 5)
  const spent = cpuSeconds(() => {
    expect(readMessage(text)).toMatchObject({ ok: false, failure: { code: 'message-too-large' } })
    expect(readPayload(Buffer.from(text))).toMatchObject({
      value: [{ failure: { code: 'message-too-large' } }],
    })
  })
  expect(spent).toBeLessThan(1)
})

test('unescaping looks at each character a bounded number of times', () => {
  const steps = (length: number): number => {
    let looked = 0
    const text = '\\Q'.repeat(length)
    const counting = {
      indexOf: (mark: string, from = 0) => {
        const at = text.indexOf(mark, from)
        looked += (at < 0 ? text.length : at) - from + 1
        return at
      },
      slice: (from: number, to = text.length) => {
        looked += to - from
        return text.slice(from, to)
      },
    }
    // Only these two methods are used; the cast keeps the double as small as that.
    unescapeText(counting as unknown as string, standardDelimiters)
    return looked
  }
  expect(steps(2000) / steps(1000)).toBeLessThan(2.1)
})
