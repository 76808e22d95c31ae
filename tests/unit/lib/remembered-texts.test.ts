import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { rememberedByText } from '../../../src/lib/remembered-texts.ts'

describe('what is made of a text', () => {
  test('is made once, and the same object for each who asks again', () => {
    const made: string[] = []
    const of = rememberedByText(100, text => ({ text: (made.push(text), text) }))
    expect(of('a')).toBe(of('a'))
    expect(made).toEqual(['a'])
  })

  test('is forgotten when nobody asked for it while others filled the memory', () => {
    const made: string[] = []
    const of = rememberedByText(8, text => ({ text: (made.push(text), text) }))
    of('aa')
    of('bb')
    of('cc')
    of('aa')
    of('dd')
    of('ee')
    of('aa')
    of('bb')
    expect(made.filter(text => text === 'aa')).toHaveLength(1)
    expect(made.filter(text => text === 'bb')).toHaveLength(2)
  })

  test('keeps alive no longer text that it was cut out of', () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const of = rememberedByText(100_000, text => ({ text }))
    const remember = (rounds: number): void => {
      for (let i = 0; i < rounds; i += 1) {
        const message = Buffer.alloc(LONG, 'x').toString('latin1')
        of(`AL1|1|DA|PENICILLIN ${i % TEXTS}|${message}`.slice(0, 'AL1|1|DA|PENICILLIN 0000'.length))
      }
    }
    collect()
    const before = process.memoryUsage().heapUsed
    remember(2 * TEXTS)
    collect()
    expect(process.memoryUsage().heapUsed - before).toBeLessThan((TEXTS * LONG) / 4)
    expect(of('AL1|1|DA|\uD800 and more than a few').text).toBe('AL1|1|DA|\uD800 and more than a few')
  })
})

const LONG = 200_000
const TEXTS = 200
