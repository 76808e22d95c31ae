import { describe, expect, test } from 'vitest'
import { writePageToken } from '../../../../src/fhir/search/page-token.ts'
import { parseSearch } from '../../../../src/fhir/search/parse-search.ts'

const BASE = 'http://x.org/fhir'
const NOW = Date.parse('2026-11-22T00:00:00Z')

const parse = (type: string, query: string, lenient = false) =>
  parseSearch({ type, pairs: [...new URLSearchParams(query)], lenient, base: BASE, nowMs: NOW })

function plan(type: string, query: string) {
  const parsed = parse(type, query)
  if (!parsed.ok) throw new Error(parsed.failure.message)
  return parsed.value.plan
}

const values = (type: string, query: string) =>
  plan(type, query).where.map(criterion => (criterion.kind === 'filter' ? criterion.filter.values : []))

describe('a value', () => {
  test('that holds a NUL, or of which folding leaves nothing, is refused', () => {
    for (const query of [
      'family=%00',
      'family:contains=%00',
      'family:exact=%00',
      'identifier=%00',
      'family=%CC%81',
    ])
      expect(parse('Patient', query).ok, query).toBe(false)
  })

  test('is split at commas and bars that no backslash protects', () => {
    expect(values('Patient', String.raw`identifier=a\,b\|c|d\\e,f`)).toEqual([
      [
        { kind: 'token', system: 'a,b|c', code: String.raw`d\e` },
        { kind: 'token', code: 'f' },
      ],
    ])
  })

  test('of a token tells an absent system from any system', () => {
    expect(values('Patient', 'identifier=|a,s|,a')).toEqual([
      [
        { kind: 'token', system: null, code: 'a' },
        { kind: 'token', system: 's' },
        { kind: 'token', code: 'a' },
      ],
    ])
  })

  test('of a reference is local under the own base, and an id may be of any target', () => {
    expect(
      values(
        'Encounter',
        `subject=${BASE}/Patient/1&subject=2&subject=http://y.org/Patient/3&subject:Group=4`,
      ),
    ).toEqual([
      [{ kind: 'reference', references: ['Patient/1'] }],
      [{ kind: 'reference', references: expect.arrayContaining(['Group/2', 'Patient/2']) }],
      [{ kind: 'reference', references: ['http://y.org/Patient/3'] }],
      [{ kind: 'reference', references: ['Group/4'] }],
    ])
  })

  test('of a date has a prefix; approximate is wider the longer ago', () => {
    expect(values('Patient', 'birthdate=ge2026-02')).toEqual([
      [{ kind: 'date', prefix: 'ge', lowMs: Date.parse('2026-02-01'), highMs: Date.parse('2026-03-01') }],
    ])
    const day = 86_400_000
    expect(values('Patient', 'birthdate=ap2026-11-12')).toEqual([
      [
        {
          kind: 'date',
          prefix: 'ap',
          lowMs: Date.parse('2026-11-11'),
          highMs: Date.parse('2026-11-12') + 2 * day,
        },
      ],
    ])
  })

  test.each([
    'identifier=',
    'identifier=a|b|c',
    'identifier=|',
    'birthdate=',
    'birthdate=xx2026',
    'general-practitioner=a b',
    'name=',
    `name=${'x'.repeat(193)}`,
    'active:missing=maybe',
    'name=a,,b',
  ])('%s is refused', query =>
    expect(parse('Patient', query)).toMatchObject({ ok: false, failure: { code: 'search-invalid' } }),
  )
})

describe('a request', () => {
  test('lists all its faults, and is unsupported only when nothing else is wrong', () => {
    const both = parse('Patient', 'foo=1&_query=1&birthdate=x')
    expect(both.ok ? [] : both.failure.issues?.map(({ code }) => code)).toEqual([
      'invalid',
      'not-supported',
      'value',
    ])
    expect(parse('Patient', '_contained=both')).toMatchObject({
      ok: false,
      failure: { kind: 'unsupported', code: 'search-not-supported' },
    })
  })

  test('handled leniently leaves out what is unknown and keeps what is wrong', () => {
    const parsed = parse('Patient', 'foo=1&_contained=both&gender=male&name:text=x', true)
    expect(parsed.ok && parsed.value.applied).toEqual([['gender', 'male']])
    expect(parse('Patient', 'foo=1&birthdate=x', true).ok).toBe(false)
  })

  test('pages from 50 to at most 1000, and 0 counts', () => {
    expect([plan('Patient', '').count, plan('Patient', '_count=5000').count]).toEqual([50, 1000])
    expect(plan('Patient', '_count=0')).toMatchObject({ countOnly: true, total: 'accurate' })
  })

  test('goes on from the place where the page before ended', () => {
    const place = writePageToken({ keys: ['a'], shard: 3, id: 'p1' })
    const parsed = parseSearch({
      ...{ type: 'Patient', pairs: [['_sort', 'family']], lenient: false, base: BASE, nowMs: NOW, place },
    })
    expect(parsed.ok && parsed.value.plan.after).toEqual({ keys: ['a'], shard: 3, id: 'p1' })
  })

  test('is bounded in parameters, values, sort keys and includes', () => {
    expect(parse('Patient', `_id=${'a,'.repeat(2500)}a`).ok).toBe(false)
    expect(parse('Patient', 'gender=male&'.repeat(101)).ok).toBe(false)
    expect(parse('Patient', '_sort=family,given,gender,birthdate,_id').ok).toBe(false)
    expect(parse('Patient', '_revinclude=Task:patient&'.repeat(21)).ok).toBe(false)
  })

  test('includes by a reference parameter of the right types only', () => {
    expect(plan('Encounter', '_include=Encounter:patient:Patient').includes).toMatchObject([
      { source: 'Encounter', target: 'Patient' },
    ])
    for (const query of [
      '_include=Encounter:status',
      '_include=Encounter:patient:Group',
      '_include=Encounter',
      '_revinclude=Nope:x',
    ]) {
      expect([query, parse('Encounter', query).ok]).toEqual([query, false])
    }
  })

  test('an include that no match can lead to brings nothing and is no error', () => {
    expect(plan('Encounter', '_include=Task:patient').includes).toEqual([])
    expect(plan('Encounter', '_revinclude=Task:owner').revIncludes).toEqual([])
    expect(plan('Encounter', '_include:iterate=Task:patient').includes).toHaveLength(1)
  })

  test('never repeats a value of the query in what it says', () => {
    const parsed = parse('Patient', 'birthdate=SECRET&name:SECRET2=1&gender|SECRET=x')
    expect(parsed.ok ? '' : JSON.stringify(parsed.failure)).not.toContain('=')
    expect(parsed.ok ? '' : parsed.failure.issues?.[0]?.diagnostics).not.toContain('SECRET')
  })
})

test('_sort said twice sorts by both, within the same limit', () => {
  expect(
    plan('Patient', '_sort=family&_sort=-birthdate').sort.map(({ by, descending }) => [by.code, descending]),
  ).toEqual([
    ['family', false],
    ['birthdate', true],
  ])
  expect(parse('Patient', '_sort=family,given,gender&_sort=birthdate,_id').ok).toBe(false)
})
