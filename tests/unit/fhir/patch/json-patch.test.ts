import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyJsonPatch, readJsonPatch } from '../../../../src/fhir/patch/json-patch.ts'
import { parseJson } from '../../../../src/lib/json.ts'

const data = join(process.env['CASEWIRE_DATA'] ?? '../shared/data', 'fhir/patch/json-patch-tests.json')

interface PublicCase {
  readonly comment: string
  readonly doc: unknown
  readonly patch: unknown
  readonly expected?: unknown
  readonly error?: string
}

function patched(document: unknown, patch: unknown) {
  const read = readJsonPatch(patch)
  return read.ok ? applyJsonPatch(document, read.value) : read
}

const valueOf = (document: unknown, ...patch: readonly object[]): unknown => {
  const result = patched(document, patch)
  return result.ok ? result.value : result.failure.code
}

describe('the public cases of JSON Patch', () => {
  const isThere = existsSync(data)
  if (!isThere) process.stderr.write(`JSON Patch cases NOT run: no ${data}; set CASEWIRE_DATA.\n`)
  const cases = isThere ? (JSON.parse(readFileSync(data, 'utf8')) as readonly PublicCase[]) : []
  test.skipIf(!isThere).each(cases)('$comment', ({ doc, patch, expected, error }) => {
    const before = structuredClone(doc)
    const result = patched(doc, patch)
    expect(result.ok).toBe(error === undefined)
    if (result.ok) expect(result.value).toEqual(expected)
    expect(doc).toEqual(before)
  })
})

describe('a JSON Patch', () => {
  test('copies, moves within a list, replaces the whole and takes index and - of a list', () => {
    expect(valueOf({ a: [1] }, { op: 'copy', from: '/a/0', path: '/a/-' })).toEqual({ a: [1, 1] })
    expect(valueOf({ a: [1, 2, 3] }, { op: 'move', from: '/a/0', path: '/a/2' })).toEqual({ a: [2, 3, 1] })
    expect(valueOf({ a: 1 }, { op: 'replace', path: '', value: { b: 2 } })).toEqual({ b: 2 })
    expect(valueOf({ a: null }, { op: 'test', path: '/a', value: null })).toEqual({ a: null })
    expect(valueOf({ '': { '~': 1 } }, { op: 'remove', path: '//~0' })).toEqual({ '': {} })
  })

  test('is done as a whole or not at all', () => {
    const document = { a: 1 }
    const result = patched(document, [
      { op: 'add', path: '/b', value: 2 },
      { op: 'test', path: '/a', value: 2 },
    ])
    expect(result).toMatchObject({ ok: false, failure: { kind: 'unprocessable', code: 'patch-test-failed' } })
    expect(document).toEqual({ a: 1 })
  })

  test.each([
    [{ op: 'add', path: '/a/2', value: 0 }],
    [{ op: 'add', path: '/a/01', value: 0 }],
    [{ op: 'add', path: '/a/x', value: 0 }],
    [{ op: 'replace', path: '/a/-', value: 0 }],
    [{ op: 'replace', path: '/b', value: 0 }],
    [{ op: 'remove', path: '/a/1' }],
    [{ op: 'remove', path: '' }],
    [{ op: 'move', from: '/o', path: '/o/p' }],
    [{ op: 'copy', from: '/x', path: '/y' }],
    [{ op: 'remove', path: '/toString' }],
    [{ op: 'add', path: '/constructor/prototype/polluted', value: 1 }],
    [{ op: 'add', path: '/__proto__/polluted', value: 1 }],
    [{ op: 'add', path: '/__proto__', value: { polluted: 1 } }],
    [{ op: 'remove', path: '/n/rawJSON' }],
  ])('that leads nowhere is refused: %j', operation => {
    const document = parseJson('{"a":[1],"o":{},"n":1.50}')
    expect(valueOf(document, operation)).toBe('patch-not-applicable')
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  test('that is malformed lists every fault', () => {
    const result = readJsonPatch([
      { op: 'add', path: '/a' },
      { op: 'merge', path: '/a' },
      { op: 'remove', path: 'a' },
      { op: 'move', path: '/a' },
      { op: 'remove', path: '/~2' },
      7,
    ])
    expect(!result.ok && result.failure.code).toBe('patch-malformed')
    expect(!result.ok && result.failure.issues?.map(issue => issue.diagnostics.slice(0, 12))).toEqual(
      [0, 1, 2, 3, 4, 5].map(n => `operation ${n}:`),
    )
    expect(readJsonPatch({}).ok).toBe(false)
    expect(readJsonPatch(Array.from({ length: 1001 }, () => ({ op: 'remove', path: '/a' }))).ok).toBe(false)
  })

  test('keeps the digits of decimals and compares numbers by what they amount to', () => {
    const result = valueOf(
      parseJson('{"a":1.50,"b":2.0}'),
      { op: 'test', path: '/a', value: 1.5 },
      { op: 'test', path: '/b', value: parseJson('200e-2') },
      { op: 'move', from: '/a', path: '/c' },
      { op: 'add', path: '/d', value: parseJson('[3.10]') },
    )
    expect(JSON.stringify(result)).toBe('{"b":2.0,"c":1.50,"d":[3.10]}')
    expect(valueOf(parseJson('{"a":0.10}'), { op: 'test', path: '/a', value: 1 })).toBe('patch-test-failed')
  })

  test('can not be made to grow or nest without bound', () => {
    const doubling = Array.from({ length: 100 }, () => ({ op: 'copy', from: '/a', path: '/a/-' }))
    expect(valueOf({ a: [1] }, ...doubling)).toBe('patch-too-large')
    const nest = (depth: number): unknown => (depth === 0 ? 1 : [nest(depth - 1)])
    const deep = { op: 'add', path: '/a', value: nest(98) }
    expect(valueOf({}, deep)).toEqual({ a: nest(98) })
    expect(valueOf({}, deep, { op: 'move', from: '/a', path: '/b' })).toEqual({ b: nest(98) })
    expect(valueOf({ o: { o: {} } }, deep, { op: 'move', from: '/a', path: '/o/o/b' })).toBe(
      'patch-not-applicable',
    )
    expect(readJsonPatch([{ op: 'remove', path: '/a'.repeat(101) }]).ok).toBe(false)
  })

  test('what one operation adds another takes away', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.string(),
        fc.jsonValue(),
        (rest, name, value) => {
          fc.pre(name !== '__proto__' && !Object.hasOwn(rest, name) && !Object.hasOwn(rest, '__proto__'))
          const path = `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
          const result = patched(rest, [
            { op: 'add', path, value },
            { op: 'test', path, value },
            { op: 'remove', path },
          ])
          expect(result).toEqual({ ok: true, value: rest })
        },
      ),
    )
  })
})
