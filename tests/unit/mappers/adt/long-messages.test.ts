import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { beforeAll, describe, expect, test } from 'vitest'
import { er7, type Er7 } from '../../../support/adt/er7.ts'
import { delivered, inOrder } from '../../../support/adt/hospital-ending.ts'

const LONG = 200_000
/** So many that what registers and facts of a few long texts are remembered by (store/loads/remembered-bodies.ts) doesn't show. */
const MESSAGES = 150
const filler = 'X'.repeat(LONG)

const kinds: Readonly<Record<string, (serial: number) => Partial<Er7>>> = {
  'a long time': serial => ({ pv1: { 44: `${serial}${filler}` } }),
  'a long visit number': serial => ({ visit: `V${serial}${filler}` }),
  'many names in long messages': serial => ({
    patient: `A-LONG-PATIENT-NUMBER-${serial}`,
    visit: `A-LONG-VISIT-NUMBER-${serial}`,
    pv1: { 7: `${serial}^A LONGER FAMILY NAME^ANN`, 44: `20261001100000.${1000 + serial}` },
    segments: [`ZZZ|${filler}`],
  }),
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

async function heapAfter(messages: number, kind: (serial: number) => Partial<Er7>): Promise<number> {
  for (let serial = 0; serial < messages; serial += 1) {
    const one = { event: 'A01', id: `L${serial}`, patient: `L${serial}`, visit: `L${serial}V` }
    await delivered([er7({ ...one, at: '20261001100000', ...kind(serial) })], inOrder)
  }
  await new Promise(resolve => setImmediate(resolve))
  collect()
  return process.memoryUsage().heapUsed
}

describe('no message stays in memory for what is remembered of it', () => {
  // Code and tables that the first messages bring in are no memory of them.
  beforeAll(() => heapAfter(MESSAGES, () => ({})))

  test.each(Object.entries(kinds))('with %s', async (_name, kind) => {
    const before = await heapAfter(3, kind)
    expect((await heapAfter(MESSAGES, kind)) - before).toBeLessThan(0.75 * LONG * MESSAGES)
  })
})
