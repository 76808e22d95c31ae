import { describe, expect, test } from 'vitest'
import { parseSearch } from '../../../../src/fhir/search/parse-search.ts'
import type { Criterion } from '../../../../src/fhir/search/plan.ts'
import type { Terminology } from '../../../../src/fhir/search/terminology.ts'

const terminology: Terminology = {
  expand: url =>
    url === 'http://x.org/vs'
      ? [{ system: 'urn:s', code: 'a' }, { code: 'b' }]
      : url === 'http://x.org/huge'
        ? Array.from({ length: 3000 }, (_, n) => ({ code: String(n) }))
        : undefined,
  subsumed: (system, code, direction) => (system === 'urn:s' ? [code, `${direction}-${code}`] : undefined),
}

const parse = (type: string, query: string, more: { terminology?: Terminology; lenient?: boolean } = {}) =>
  parseSearch({
    type,
    pairs: [...new URLSearchParams(query)],
    lenient: false,
    base: 'http://x.org/fhir',
    nowMs: Date.parse('2026-11-22T00:00:00Z'),
    ...more,
  })

/** A criterion in short: enough to see its form. */
function shape(criterion: Criterion): string {
  switch (criterion.kind) {
    case 'filter': {
      const { parameter, modifier, values } = criterion.filter
      return `${parameter.code}${modifier ? `:${modifier}` : ''}=${values.map(value => ('code' in value ? value.code : 'text' in value ? value.text : value.kind)).join(',')}`
    }
    case 'not':
      return `not(${shape(criterion.of)})`
    case 'all':
    case 'any':
      return `${criterion.kind}(${criterion.of.map(shape).join(' ')})`
    case 'chain':
      return `${criterion.parameter.code}>${criterion.target}(${shape(criterion.where)})`
    case 'has':
      return `${criterion.source}.${criterion.parameter.code}<(${shape(criterion.where)})`
  }
}

const shapes = (type: string, query: string) => {
  const parsed = parse(type, query, { terminology })
  return parsed.ok
    ? parsed.value.plan.where.map(shape).join('; ')
    : (parsed.failure.issues ?? []).map(({ code, diagnostics }) => `${code}: ${diagnostics}`).join('; ')
}

const faults = (type: string, query: string) => {
  const parsed = parse(type, query)
  return parsed.ok ? [] : parsed.failure.issues?.map(({ code }) => code)
}

describe('a name of the query', () => {
  test.each([
    ['Encounter', 'subject:Patient.name=a', 'subject>Patient(name=a)'],
    ['Observation', 'subject.name=a', 'any(subject>Patient(name=a) subject>Location(name=a))'],
    [
      'Encounter',
      'subject:Patient.general-practitioner:Practitioner.name:exact=A',
      'subject>Patient(general-practitioner>Practitioner(name:exact=A))',
    ],
    ['Patient', '_has:Observation:patient:code=a', 'Observation.patient<(code=a)'],
    [
      'Practitioner',
      '_has:Patient:general-practitioner:_has:Encounter:patient:status=planned',
      'Patient.general-practitioner<(Encounter.patient<(status=planned))',
    ],
    ['Patient', '_has:Task:patient:owner:Practitioner.name=a', 'Task.patient<(owner>Practitioner(name=a))'],
    ['Encounter', 'subject:Patient._has:Task:patient:status=a', 'subject>Patient(Task.patient<(status=a))'],
    ['Patient', '_list=1,2', 'List.item<(_id=1,2)'],
    ['Patient', '_text=a', '_text=words'],
    ['Patient', 'identifier:of-type=s|c|v', 'identifier:of-type=s|c|v'],
    ['Patient', 'organization:identifier=s|v', 'organization:identifier=v'],
    ['Observation', 'code:text=a', 'code:text=a'],
    ['Observation', 'code:in=http://x.org/vs', 'code=a,b'],
    ['Observation', 'code:not-in=http://x.org/vs', 'code:not=a,b'],
    ['Observation', 'code:below=urn:s|a', 'code=a,below-a'],
    ['Observation', 'code:above=urn:s|a', 'code=a,above-a'],
    ['Observation', '_filter=code in http://x.org/vs', 'code=a,b'],
    ['Observation', '_filter=code ni http://x.org/vs', 'code:not=a,b'],
    ['Observation', '_filter=code ss urn:s|a', 'code=a,below-a'],
    ['Observation', '_filter=code sb urn:s|a', 'code=a,above-a'],
    ['ValueSet', 'url:above=http://a/b', 'url=http://a/b,http://a/b/,http://a,http://a/'],
    ['ValueSet', 'url:below=http://a/b', 'url:below=http://a/b'],
    ['Patient', '_filter=not (name eq "a" or gender ne male)', 'not(any(name:equals=a gender:unequal=male))'],
    ['Patient', '_filter=name ew "a,b\\\\c"', 'name:ends=a,b\\c'],
    [
      'Encounter',
      '_filter=subject[gender eq male].name eq a',
      'subject>Patient(all(gender=male name:equals=a))',
    ],
  ])('%s?%s', (type, query, wanted) => expect(shapes(type, query)).toBe(wanted))

  test.each([
    ['Patient', '_has=1', ['invalid']],
    ['Patient', '_has:Nope:patient:code=1', ['invalid']],
    ['Patient', '_has:Observation:code:code=1', ['invalid']],
    ['Patient', '_has:Observation:patient=1', ['invalid']],
    ['Task', 'focus.status=a', ['not-supported']],
    ['Task', 'focus:Nope.status=a', ['not-supported']],
    ['Encounter', 'status.a=a', ['not-supported']],
    ['Encounter', 'a.b.c.d=a', ['invalid']],
    ['Patient', 'link:Patient.link:Patient.link:Patient.link:Patient.link:Patient.name=a', ['too-costly']],
    ['Patient', 'link:Patient.link:Patient.link:Patient.link:Patient.name=a', []],
    ['Patient', '_content=a', []],
    ['Patient', '_content:exact=a', ['not-supported']],
    ['Patient', '_query=a', ['not-supported']],
    ['Patient', '_list=$current-allergies', ['not-supported']],
    ['Patient', '_text:exact=a', ['not-supported']],
    ['Patient', '_text=(a', ['value']],
    ['Patient', '_text=a or', ['value']],
    ['Bundle', '_text=a', ['not-supported']],
    ['Observation', 'code:in=http://x.org/vs', ['not-supported']],
    ['Observation', 'subject:above=a', ['not-supported']],
    ['Observation', 'date:exact=2026', ['not-supported']],
    ['Observation', 'date:foo=2026', ['invalid']],
    ['ValueSet', 'url:below=urn:oid:1.2', ['value']],
    ['Patient', 'identifier:of-type=a|b', ['value']],
    ['Patient', '_filter=name eq', ['value']],
    ['Patient', '_filter=name zz a', ['value']],
    ['Patient', '_filter=gender sw a', ['not-supported']],
    ['Patient', '_filter=birthdate co 2026', ['not-supported']],
    ['Patient', '_filter=birthdate eq ge2026', ['value']],
    ['Patient', '_filter=name pr maybe', ['value']],
    ['Patient', '_filter=name co a', ['too-costly']],
    ['Patient', `_filter=${'link.'.repeat(5)}name eq a`, ['too-costly']],
    ['Patient', 'foo=1&_filter=a&name:contains=a&_has=1', ['invalid', 'value', 'too-costly', 'invalid']],
  ])('%s?%s: %j', (type, query, wanted) => expect(faults(type, query)).toEqual(wanted))

  test('of a value set that is not loaded, or is too large, is refused', () => {
    expect(shapes('Observation', 'code:in=http://x.org/none')).toMatch(/^value: .*not loaded/)
    expect(shapes('Observation', 'code:in=http://x.org/huge')).toMatch(/^too-costly: .*smaller/)
    expect(shapes('Observation', 'code:below=urn:other|a')).toMatch(/^value: /)
  })

  test('is left out by lenient handling when it is not known at the end of a chain', () => {
    const parsed = parse('Encounter', 'subject:Patient.foo=1&status=planned', { lenient: true })
    expect(parsed.ok && parsed.value.applied).toEqual([['status', 'planned']])
  })
})

describe('what costs too much', () => {
  test.each([
    ['conditions', 'gender=male&'.repeat(101)],
    ['values', `_id=${'a,'.repeat(2500)}a`],
    ['references to follow', 'general-practitioner:Practitioner.name=a&'.repeat(41)],
    ['texts to search within', 'name:contains=abc&'.repeat(4)],
  ])('in %s is refused, naming the parameter and what to do', (what, query) => {
    const said = shapes('Patient', query)
    expect(said).toMatch(/^too-costly: at most \d+/)
    expect(said).toContain(what)
    expect(said).toMatch(/ has \d+: \w+/)
  })
})

describe('a number', () => {
  const value = (type: string, query: string) => {
    const parsed = parse(type, query)
    const [criterion] = parsed.ok ? parsed.value.plan.where : []
    return criterion?.kind === 'filter' ? criterion.filter.values[0] : undefined
  }

  test.each([
    ['5.4', { prefix: 'eq', low: '5.35', high: '5.45', value: '5.4' }],
    ['ge100', { prefix: 'ge', low: '99.5', high: '100.5', value: '100' }],
    ['ap100', { prefix: 'ap', low: '90.0', high: '110.0' }],
    ['ap0', { prefix: 'ap', low: '-0.5', high: '0.5' }],
    ['sa-1', { prefix: 'sa', value: '-1' }],
  ])('%s', (text, wanted) => expect(value('RiskAssessment', `probability=${text}`)).toMatchObject(wanted))

  test.each([
    ['5.4|http://unitsofmeasure.org|mg', { unit: { system: 'http://unitsofmeasure.org', code: 'mg' } }],
    ['le5.4||mg', { prefix: 'le', unit: { code: 'mg' } }],
    ['5.4|urn:s|', { unit: { system: 'urn:s' } }],
  ])('%s with its unit', (text, wanted) =>
    expect(value('Observation', `value-quantity=${encodeURIComponent(text)}`)).toMatchObject(wanted),
  )

  test.each(['', 'a', '5|mg', '5|a|b|c', 'gt', '1e9999'])('%s is none', text =>
    expect(faults('Observation', `value-quantity=${encodeURIComponent(text)}`)).toEqual(['value']),
  )

  test('is one component of a composite, and there are as many values as components', () => {
    expect(value('Observation', 'code-value-quantity=a$gt5||mg')).toMatchObject({
      kind: 'composite',
      parts: [
        { kind: 'token', code: 'a' },
        { kind: 'number', prefix: 'gt', unit: { code: 'mg' } },
      ],
    })
    expect(value('Observation', String.raw`code-value-quantity=a\$b$5`)).toMatchObject({
      parts: [{ code: 'a$b' }, { value: '5' }],
    })
    for (const text of ['a', 'a$5$6', 'a$b', '$5'])
      expect(faults('Observation', `code-value-quantity=${text}`)).toEqual(['value'])
  })

  test.each([
    ['1|2', { metres: 10_000 }],
    ['-83.69|42.25|11.2|km', { latitude: -83.69, longitude: 42.25, metres: 11_200 }],
    ['1|2|3', { metres: 3000 }],
    ['1|2|1|[mi_us]', { metres: 1609.34721869 }],
  ])('%s is a place', (text, wanted) =>
    expect(value('Location', `near=${text}`)).toMatchObject({
      ...wanted,
      metres: expect.closeTo(wanted.metres, 3),
    }),
  )

  test.each(['1', '91|0', '0|181', '1|2|-3|km', '1|2|3|kg', '1|2||km', '1|2|3|km|5', 'a|b'])(
    '%s is no place',
    text => expect(faults('Location', `near=${text}`)).toEqual(['value']),
  )
})
