import { describe, expect, test } from 'vitest'
import { rememberingParser } from '../../../../src/commands/work/parsed-resources.ts'
import type { Stored } from '../../../../src/commands/ports/store.ts'

const row = (id: string, text: string, version = 1): Stored => ({
  ...{ type: 'Basic', id, shard: 0, version, deleted: false, indexHash: 0n },
  updated: '2026-10-05T12:00:00.000Z',
  content: JSON.stringify({ resourceType: 'Basic', id, text }),
})

describe('the memory of parsed resources', () => {
  test('the same content is the same object, so that what was read of it stays known', () => {
    const parse = rememberingParser(10_000)
    expect(parse(row('a', 'one'))).toBe(parse(row('a', 'one')))
  })

  test('other content under the same key and version is parsed anew: another database, another tenant', () => {
    const parse = rememberingParser(10_000)
    parse(row('a', 'one'))
    expect(parse(row('a', 'two'))).toMatchObject({ text: 'two' })
    expect(parse(row('a', 'one'))).toMatchObject({ text: 'one' })
  })

  test('what nobody asks for again is forgotten, what is asked for stays', () => {
    const size = row('a', 'one').content.length
    const parse = rememberingParser(size * 8)
    const [kept, left] = [parse(row('a', 'one')), parse(row('b', 'one'))]
    for (let n = 10; n < 40; n += 1) {
      parse(row(String(n), 'x'))
      expect(parse(row('a', 'one'))).toBe(kept)
    }
    expect(parse(row('b', 'one'))).not.toBe(left)
  })

  test('decimals keep their digits', () => {
    const parse = rememberingParser(10_000)
    const content = '{"resourceType":"Basic","id":"a","value":1.50}'
    expect(JSON.stringify(parse({ ...row('a', ''), content }))).toBe(content)
  })
})
