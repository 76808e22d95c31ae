import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { readMessage } from '../../../src/hl7v2/read-message.ts'

const LONG = 300_000
const MESSAGES = 40

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function heapWith(kept: (string | undefined)[]): number {
  for (let serial = 0; serial < MESSAGES; serial += 1) {
    const lines = [
      `MSH|^~\\&|ADTAPP|VALLEY|CW|CW|20261001||ADT^A01|L${serial}|P|2.5.1`,
      `PID|||LONG-PATIENT-NUMBER-${serial}^^^VALLEY^MR||RIVER^ALEX`,
      `ZZZ|${'X'.repeat(LONG)}`,
    ]
    const text = Buffer.from(lines.join('\r')).toString('latin1')
    const message = readMessage(text)
    kept.push(message.ok ? message.value.first('PID')?.rawField(3) : undefined)
  }
  collect()
  return process.memoryUsage().heapUsed
}

test('what registers keep of a long message (store/loads/remembered-bodies.ts) keeps no more of it in memory', () => {
  const kept: (string | undefined)[] = []
  collect()
  const before = process.memoryUsage().heapUsed
  expect(heapWith(kept) - before).toBeLessThan((LONG * MESSAGES) / 2)
  expect(kept.at(-1)).toBe(`LONG-PATIENT-NUMBER-${MESSAGES - 1}^^^VALLEY^MR`)
})
