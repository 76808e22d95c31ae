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
})
