import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openFhirServer, type FhirReply, type FhirServer } from '../support/fhir-server.ts'

let server: FhirServer
beforeAll(async () => {
  server = await openFhirServer()
  await put({
    ...{ resourceType: 'CodeSystem', id: 'acuity', url: 'http://x.org/acuity', version: '2' },
    ...{ name: 'Acuity', status: 'active', content: 'complete' },
    concept: [
      {
        ...{ code: 'high', display: 'High acuity', definition: 'Much to do' },
        concept: [{ code: 'very-high', display: 'Very high acuity' }],
      },
      {
        ...{ code: 'low', display: 'Low acuity' },
        designation: [
          { language: 'de', value: 'Geringe Dringlichkeit' },
          { language: 'fr-CA', value: 'Faible' },
          { value: 'Lo' },
        ],
      },
    ],
  })
  await put({
    ...{ resourceType: 'ValueSet', id: 'high', url: 'http://x.org/vs/high', status: 'active' },
    compose: {
      include: [
        { system: 'http://x.org/acuity', filter: [{ property: 'concept', op: 'is-a', value: 'high' }] },
      ],
    },
  })
})
afterAll(() => server.close())

const get = (path: string) => server.call({ path })
const put = (resource: {
  readonly resourceType: string
  readonly id: string
  readonly [name: string]: unknown
}) => server.call({ method: 'PUT', path: `/${resource.resourceType}/${resource.id}`, body: resource })
const post = (path: string, ...parameter: readonly object[]) =>
  server.call({ method: 'POST', path, body: { resourceType: 'Parameters', parameter } })
const codes = (reply: FhirReply): readonly string[] =>
  (reply.json.expansion.contains ?? []).map(({ code }: { code: string }) => code)
const valueOf = (reply: FhirReply, name: string): unknown => {
  const found = reply.json.parameter?.find((each: { name: string }) => each.name === name)
  return found && Object.entries(found).find(([key]) => key.startsWith('value'))?.[1]
}
const refusal = (reply: FhirReply) => [reply.status, reply.json.issue[0].details.coding[0].code]

const ACUITY = 'system=http://x.org/acuity'

describe('ValueSet/$expand', () => {
  test('of a stored one, by id, url, version and as sent, in Parameters or alone', async () => {
    const expected = ['high', 'very-high']
    expect(codes(await get('/ValueSet/high/$expand'))).toEqual(expected)
    expect(codes(await get('/ValueSet/$expand?url=http://x.org/vs/high'))).toEqual(expected)
    const url = { name: 'url', valueUri: 'http://x.org/vs/high' }
    expect(codes(await post('/ValueSet/$expand', url))).toEqual(expected)
    const valueSet = {
      ...{ resourceType: 'ValueSet', status: 'draft' },
      compose: { include: [{ valueSet: ['http://x.org/vs/high'] }] },
    }
    expect(codes(await post('/ValueSet/$expand', { name: 'valueSet', resource: valueSet }))).toEqual(expected)
    const bare = (path: string, body: object) => server.call({ method: 'POST', path, body })
    expect(codes(await bare('/ValueSet/$expand?count=1', valueSet))).toEqual(['high'])
    const verdict = await bare(`/ValueSet/$validate-code?code=low&${ACUITY}`, valueSet)
    expect(valueOf(verdict, 'result')).toBe(false)
    expect(refusal(await bare('/ValueSet/$expand', { resourceType: 'Patient' }))).toEqual([
      ...[400, 'operation-input'],
    ])
    expect(refusal(await get('/ValueSet/$expand?url=http://x.org/vs/high&valueSetVersion=9'))).toEqual([
      ...[404, 'terminology-unknown'],
    ])
  })

  test('of what comes with R4, with displays, filtered and in pages', async () => {
    const url = 'url=http://hl7.org/fhir/ValueSet/administrative-gender'
    const whole = await get(`/ValueSet/$expand?${url}`)
    expect([codes(whole).toSorted(), whole.json.expansion.total]).toEqual([
      ...[['female', 'male', 'other', 'unknown'], 4],
    ])
    expect(whole.json.expansion.contains[0]).toMatchObject({
      system: 'http://hl7.org/fhir/administrative-gender',
      display: 'Male',
    })
    expect(codes(await get(`/ValueSet/$expand?${url}&filter=fem`))).toEqual(['female'])
    const page = await get(`/ValueSet/$expand?${url}&offset=1&count=2`)
    expect([codes(page).length, page.json.expansion.offset, page.json.expansion.total]).toEqual([2, 1, 4])
  })

  test('of hierarchies of v3, and of money', async () => {
    const v3 = await get('/ValueSet/$expand?url=http://terminology.hl7.org/ValueSet/v3-ActEncounterCode')
    expect(codes(v3)).toEqual(expect.arrayContaining(['IMP', 'ACUTE', 'AMB']))
    expect(codes(await get('/ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/currencies'))).toContain('EUR')
  })

  test('of what is not loaded says what is missing', async () => {
    expect(refusal(await get('/ValueSet/$expand?url=http://x.org/none'))).toEqual([
      404,
      'terminology-unknown',
    ])
    const loinc = await get('/ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/observation-codes')
    expect(refusal(loinc)).toEqual([422, 'code-system-not-loaded'])
    expect(loinc.json.issue[0].diagnostics).toContain('http://loinc.org')
    expect(refusal(await get('/ValueSet/$expand'))).toEqual([400, 'operation-input'])
    expect(refusal(await get('/ValueSet/$expand?url=x&offset=-1'))).toEqual([400, 'operation-input'])
  })
})

test('ValueSet/$validate-code tells members by code, coding and concept, and checks the display', async () => {
  const ask = async (query: string) => valueOf(await get(`/ValueSet/high/$validate-code?${query}`), 'result')
  expect(await ask(`code=very-high&${ACUITY}`)).toBe(true)
  expect(await ask('code=very-high')).toBe(true)
  expect(await ask(`code=low&${ACUITY}`)).toBe(false)
  expect(await ask(`code=high&${ACUITY}&display=Low`)).toBe(false)
  const codeableConcept = {
    coding: [
      { system: 'urn:x', code: 'z' },
      { system: 'http://x.org/acuity', code: 'high' },
    ],
  }
  const concept = await post('/ValueSet/high/$validate-code', {
    name: 'codeableConcept',
    valueCodeableConcept: codeableConcept,
  })
  expect([valueOf(concept, 'result'), valueOf(concept, 'display')]).toEqual([true, 'High acuity'])
  expect(refusal(await get('/ValueSet/high/$validate-code'))).toEqual([400, 'operation-input'])
})

describe('a CodeSystem', () => {
  test('$lookup tells display, definition and place in the hierarchy', async () => {
    const reply = await get(`/CodeSystem/$lookup?${ACUITY}&code=high`)
    expect(['name', 'version', 'display'].map(name => valueOf(reply, name))).toEqual([
      'Acuity',
      '2',
      'High acuity',
    ])
    const parts = reply.json.parameter.filter(({ name }: { name: string }) => name === 'property')
    expect(JSON.stringify(parts)).toContain('"valueCode":"very-high"')
    expect(JSON.stringify(parts)).toContain('Much to do')
    const own = await get(
      '/CodeSystem/$lookup?system=http://terminology.hl7.org/CodeSystem/v3-ActCode&code=IMP',
    )
    expect(valueOf(own, 'display')).toBe('inpatient encounter')
    expect(refusal(await get(`/CodeSystem/$lookup?${ACUITY}&code=none`))).toEqual([404, 'code-unknown'])
    expect(refusal(await get('/CodeSystem/$lookup?system=http://snomed.info/sct&code=1'))[0]).toBe(404)
    expect(refusal(await get('/CodeSystem/$lookup?code=high'))).toEqual([400, 'operation-input'])
  })

  test('$validate-code and $subsumes', async () => {
    const valid = async (query: string) => valueOf(await get(`/CodeSystem/$validate-code?${query}`), 'result')
    expect(await valid('url=http://x.org/acuity&code=low')).toBe(true)
    expect(await valid('url=http://x.org/acuity&code=medium')).toBe(false)
    const outcome = async (a: string, b: string) =>
      valueOf(await get(`/CodeSystem/$subsumes?${ACUITY}&codeA=${a}&codeB=${b}`), 'outcome')
    expect(await outcome('high', 'very-high')).toBe('subsumes')
    expect(await outcome('very-high', 'high')).toBe('subsumed-by')
    expect(await outcome('low', 'high')).toBe('not-subsumed')
    const own = await get('/CodeSystem/acuity/$subsumes?codeA=high&codeB=very-high')
    expect(valueOf(own, 'outcome')).toBe('subsumes')
    expect(await valid('url=http://x.org/acuity&code=low&version=2')).toBe(true)
    for (const call of [
      '$validate-code?url=http://x.org/acuity&code=low',
      `$subsumes?${ACUITY}&codeA=low&codeB=low`,
    ])
      expect(refusal(await get(`/CodeSystem/${call}&version=9`))).toEqual([404, 'terminology-unknown'])
  })
})

test('ConceptMap/$translate by what comes with R4 and by what is stored', async () => {
  const gender = 'system=http://hl7.org/fhir/administrative-gender&code=female'
  const reply = await get(
    `/ConceptMap/$translate?${gender}&targetsystem=http://terminology.hl7.org/CodeSystem/v3-AdministrativeGender`,
  )
  expect(valueOf(reply, 'result')).toBe(true)
  expect(JSON.stringify(reply.json)).toContain('"code":"F"')
  await put({
    ...{ resourceType: 'ConceptMap', id: 'own', url: 'http://x.org/map', status: 'active' },
    group: [
      {
        source: 'urn:a',
        target: 'urn:b',
        element: [{ code: 'x', target: [{ code: 'y', equivalence: 'equal' }] }],
      },
    ],
  })
  const own = await get('/ConceptMap/own/$translate?system=urn:a&code=x')
  expect(JSON.stringify(own.json)).toContain('{"system":"urn:b","code":"y"}')
  expect(valueOf(await get('/ConceptMap/own/$translate?system=urn:b&code=y&reverse=true'), 'result')).toBe(
    true,
  )
  expect(valueOf(await get('/ConceptMap/$translate?url=http://x.org/map&code=none'), 'result')).toBe(false)
  expect(refusal(await get('/ConceptMap/$translate?url=http://x.org/none&code=x'))[0]).toBe(404)
})

describe('what a concept map has no mapping for is said by the unmapped of its group', () => {
  const map = (id: string, unmapped: object) => ({
    ...{ resourceType: 'ConceptMap', id, url: `http://x.org/${id}`, status: 'active' },
    group: [
      {
        ...{ source: 'urn:from', target: `urn:${id}`, unmapped },
        element: [
          { code: 'known', target: [{ code: 'mapped', equivalence: 'equivalent' }] },
          { code: 'refused', target: [{ equivalence: 'unmatched' }] },
        ],
      },
    ],
  })
  beforeAll(async () => {
    await put(map('fixed', { mode: 'fixed', code: 'other' }))
    await put(map('provided', { mode: 'provided' }))
    await put(map('elsewhere', { mode: 'other-map', url: 'http://x.org/circle' }))
    await put(map('circle', { mode: 'other-map', url: 'http://x.org/elsewhere' }))
    await put(map('away', { mode: 'other-map', url: 'http://x.org/fixed' }))
  })

  test.each([
    ['fixed', 'system=urn:from&code=none', ['relatedto urn:fixed other']],
    ['provided', 'system=urn:from&code=none', ['equal urn:provided none']],
    ['away', 'system=urn:from&code=none', ['relatedto urn:fixed other']],
    ['elsewhere', 'system=urn:from&code=none', []],
    ['fixed', 'system=urn:from&code=known', ['equivalent urn:fixed mapped']],
    ['fixed', 'system=urn:from&code=refused', ['unmatched  ']],
    ['fixed', 'system=urn:else&code=none', []],
    ['fixed', 'code=none', []],
    ['fixed', 'system=urn:from&code=none&targetsystem=urn:else', []],
    ['fixed', 'system=urn:fixed&code=none&reverse=true', []],
  ])('%s for %s', async (id, query, expected) => {
    const reply = await get(`/ConceptMap/$translate?url=http://x.org/${id}&${query}`)
    const parts = (reply.json.parameter as { readonly name: string; readonly part?: readonly Part[] }[])
      .filter(({ name }) => name === 'match')
      .map(({ part = [] }) => {
        const of = (name: string): Part | undefined => part.find(each => each.name === name)
        const { system = '', code = '' } = of('concept')?.valueCoding ?? {}
        return `${of('equivalence')?.valueCode} ${system} ${code}`
      })
    expect(parts.map(text => text.replace(/^unmatched .*/, 'unmatched  '))).toEqual(expected)
    expect(valueOf(reply, 'result')).toBe(parts.some(text => !text.startsWith('unmatched')))
  })
})

interface Part {
  readonly name: string
  readonly valueCode?: string
  readonly valueCoding?: { readonly system?: string; readonly code?: string }
}

test('ConceptMap/$translate by the value sets that a map is between', async () => {
  const sets = 'http://hl7.org/fhir/ValueSet/composition-status'
  const result = async (query: string) =>
    valueOf(
      await get(
        `/ConceptMap/$translate?system=http://hl7.org/fhir/composition-status&code=preliminary${query}`,
      ),
      'result',
    )
  expect(await result(`&source=${sets}&target=http://terminology.hl7.org/ValueSet/v3-ActStatus`)).toBe(true)
  expect(await result(`&source=${sets}`)).toBe(true)
  expect(await result(`&source=${sets}|0.1`)).toBe(false)
  expect(await result(`&source=${sets}&target=http://x.org/vs/high`)).toBe(false)
  const back = `system=http://terminology.hl7.org/CodeSystem/v3-ActStatus&code=active&reverse=true`
  expect(valueOf(await get(`/ConceptMap/$translate?${back}&source=${sets}`), 'result')).toBe(true)
  expect(valueOf(await get(`/ConceptMap/$translate?${back}&target=${sets}`), 'result')).toBe(false)
  expect(refusal(await get('/ConceptMap/$translate?code=a&reverse=yes'))).toEqual([400, 'operation-input'])
})

test('searches by :in, :not-in and :below ask the same terminology', async () => {
  const code = (value: string) => ({ coding: [{ system: 'http://x.org/acuity', code: value }] })
  for (const value of ['high', 'very-high', 'low']) {
    await put({ resourceType: 'Basic', id: value, code: code(value) })
  }
  const ids = async (query: string): Promise<readonly string[]> =>
    ((await get(`/Basic?${query}`)).json.entry ?? [])
      .map(({ resource }: { resource: { id: string } }) => resource.id)
      .toSorted()
  expect(await ids('code:in=http://x.org/vs/high')).toEqual(['high', 'very-high'])
  expect(await ids('code:not-in=http://x.org/vs/high')).toEqual(['low'])
  expect(await ids('code:below=http://x.org/acuity|high')).toEqual(['high', 'very-high'])
  expect(await ids('code:above=http://x.org/acuity|very-high')).toEqual(['high', 'very-high'])
  expect((await get('/Basic?code:in=http://x.org/none')).status).toBe(400)
  expect(await ids('_filter=code in http://x.org/vs/high')).toEqual(['high', 'very-high'])
  expect(await ids('_filter=not (code in "http://x.org/vs/high")')).toEqual(['low'])
  expect(await ids('_filter=code ni http://x.org/vs/high and _id pr true')).toEqual(['low'])
  expect(await ids('_filter=code ss http://x.org/acuity|high')).toEqual(['high', 'very-high'])
  expect((await get('/Basic?_filter=code in http://x.org/none')).status).toBe(400)
})

describe('displayLanguage and designations', () => {
  const inline = {
    ...{ resourceType: 'ValueSet', status: 'active' },
    compose: {
      include: [
        {
          system: 'http://x.org/acuity',
          concept: [{ code: 'low' }, { code: 'high', designation: [{ language: 'de', value: 'Hohe' }] }],
        },
      ],
    },
  }
  const expanded = async (...parameter: readonly object[]) =>
    (await post('/ValueSet/$expand', { name: 'valueSet', resource: inline }, ...parameter)).json.expansion

  test('$expand names codes in the language that is asked for, and says so', async () => {
    const { contains, parameter } = await expanded({ name: 'displayLanguage', valueCode: 'de-CH' })
    expect(contains.map(({ display }: { display: string }) => display)).toEqual([
      'Geringe Dringlichkeit',
      'Hohe',
    ])
    expect(parameter).toEqual([{ name: 'displayLanguage', valueCode: 'de-CH' }])
    expect((await expanded()).contains[0]).toEqual({
      ...{ system: 'http://x.org/acuity', version: '2', code: 'low', display: 'Low acuity' },
    })
  })

  test('$expand tells the other names of codes when they are asked for', async () => {
    const { contains, parameter } = await expanded({ name: 'includeDesignations', valueBoolean: true })
    expect(parameter).toEqual([{ name: 'includeDesignations', valueBoolean: true }])
    expect(contains[1].designation[0]).toEqual({ language: 'de', value: 'Hohe' })
    expect((await expanded()).contains[1]).not.toHaveProperty('designation')
    const wrong = await post(
      '/ValueSet/$expand',
      { name: 'valueSet', resource: inline },
      { name: 'includeDesignations', valueString: 'some' },
    )
    expect(wrong.status).toBe(400)
  })

  test('a filter finds the name in that language', async () => {
    const named = { name: 'displayLanguage', valueCode: 'de' }
    const { contains } = await expanded(named, { name: 'filter', valueString: 'dring' })
    expect(contains.map(({ code }: { code: string }) => code)).toEqual(['low'])
  })

  test.each([
    ['de', 'Geringe Dringlichkeit'],
    ['DE', 'Geringe Dringlichkeit'],
    ['fr', 'Faible'],
    ['it', 'Low acuity'],
  ])('$lookup in %s tells %s', async (language, display) => {
    const reply = await get(`/CodeSystem/$lookup?${ACUITY}&code=low&displayLanguage=${language}`)
    expect(valueOf(reply, 'display')).toBe(display)
  })

  test.each(['Low acuity', 'geringe dringlichkeit', 'Lo', 'Faible'])(
    '$validate-code takes every name of a code for its display: %s',
    async display => {
      const query = new URLSearchParams({ system: 'http://x.org/acuity', code: 'low', display }).toString()
      const url = encodeURIComponent('http://x.org/acuity')
      expect(valueOf(await get(`/CodeSystem/$validate-code?url=${url}&${query}`), 'result')).toBe(true)
      const inSet = await post(
        '/ValueSet/$validate-code',
        { name: 'valueSet', resource: inline },
        { name: 'coding', valueCoding: { system: 'http://x.org/acuity', code: 'low', display } },
      )
      expect(valueOf(inSet, 'result')).toBe(true)
    },
  )

  test('$validate-code refuses another name, and tells the one in the language asked for', async () => {
    const reply = await get(
      `/CodeSystem/$validate-code?url=http://x.org/acuity&code=low&display=Hohe&displayLanguage=de`,
    )
    expect(valueOf(reply, 'result')).toBe(false)
    expect(valueOf(reply, 'display')).toBe('Geringe Dringlichkeit')
  })
})
