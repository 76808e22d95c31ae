import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BASE, type FhirReply, type FhirServer } from '../../support/fhir-server.ts'

interface Entry {
  readonly search: { readonly mode: string }
  readonly resource: { readonly resourceType: string; readonly id: string; readonly [name: string]: unknown }
}

type Resource = { readonly resourceType: string; readonly id: string; readonly [name: string]: unknown }

/** What the FHIR surface promises of the results of searches over any store; `large`: with thousands of resources, too. */
export function searchResultsContract(open: () => Promise<FhirServer>, { large = false } = {}): void {
  let server: FhirServer

  const put = async (resource: Resource) => {
    const path = `/${resource.resourceType}/${resource.id}`
    const reply = await server.call({ method: 'PUT', path, body: resource })
    if (reply.status > 201) throw new Error(`${path}: ${reply.status} ${reply.text}`)
    server.clock.nowMs += 1000
  }

  const ok = async (path: string, more: Parameters<FhirServer['call']>[0] | object = {}) => {
    const reply = await server.call({ path, ...more })
    if (reply.status !== 200) throw new Error(`${path}: ${reply.status} ${reply.text}`)
    return reply
  }
  const entries = ({ json }: FhirReply): readonly Entry[] => json.entry ?? []
  const keys = (reply: FhirReply, mode = 'match') =>
    entries(reply)
      .filter(({ search }) => search.mode === mode)
      .map(({ resource }) => `${resource.resourceType}/${resource.id}`)
  const link = ({ json }: FhirReply, relation: string): string | undefined =>
    json.link.find((each: { relation: string }) => each.relation === relation)?.url
  const matches = async (path: string) => keys(await ok(path)).join(' ')
  const included = async (path: string) =>
    keys(await ok(path), 'include')
      .toSorted()
      .join(' ')

  /** Every page by its links, one match each. */
  const onePerPage = async (path: string) => {
    const found: string[] = []
    let reply = await ok(`${path}${path.includes('?') ? '&' : '?'}_count=1`)
    for (;;) {
      found.push(...keys(reply))
      const next = link(reply, 'next')
      if (next === undefined) return found.join(' ')
      reply = await ok(next)
    }
  }

  const post = (path: string, body: string) =>
    server.call({
      ...{ method: 'POST', path, body },
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })

  const patient = (id: string, family: string, more: object = {}) => ({
    ...{ resourceType: 'Patient', id, name: [{ family }], gender: 'female' },
    text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">who</div>' },
    maritalStatus: { text: 'married' },
    ...more,
  })
  const observation = (id: string, of: string, value: object, more: object = {}) => ({
    ...{ resourceType: 'Observation', id, status: 'final', subject: { reference: `Patient/${of}` } },
    code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
    valueQuantity: { system: 'http://unitsofmeasure.org', ...value },
    ...more,
  })

  beforeAll(async () => {
    server = await open()
    await put({ resourceType: 'Organization', id: 'top', name: 'Top' })
    await put({
      resourceType: 'Organization',
      id: 'mid',
      name: 'Mid',
      partOf: { reference: 'Organization/top' },
    })
    await put({
      resourceType: 'Organization',
      id: 'low',
      name: 'Low',
      partOf: { reference: 'Organization/mid' },
    })
    const generalPractitioner = [{ reference: 'Organization/low' }]
    await put(patient('a', 'Secretson', { generalPractitioner, meta: { tag: [{ code: 'vip' }] } }))
    await put(patient('b', 'Hiddenby', { link: [{ other: { reference: 'Patient/a' }, type: 'seealso' }] }))
    await put(patient('c', 'Coverton'))
    await put(
      observation('heavy', 'a', { value: 2, code: 'kg', unit: 'kg' }, { effectiveDateTime: '2026-02-01' }),
    )
    await put(
      observation('light', 'a', { value: 1, code: 'g', unit: 'g' }, { effectiveDateTime: '2026-03-01' }),
    )
    await put(
      observation(
        'middle',
        'b',
        { value: 500, code: 'g', unit: 'g' },
        {
          effectiveDateTime: '2026-01-01',
          derivedFrom: [{ reference: 'Observation/heavy' }],
        },
      ),
    )
    await put({
      ...{ resourceType: 'Condition', id: 'flu', subject: { reference: 'Patient/a' } },
      ...{ recordedDate: '2026-02-15', meta: { tag: [{ code: 'vip' }] } },
      code: { text: 'flu' },
    })
    await put({
      resourceType: 'RiskAssessment',
      id: 'r1',
      status: 'final',
      subject: { reference: 'Patient/a' },
      prediction: [{ probabilityDecimal: 0.7 }],
    })
    await put({
      resourceType: 'RiskAssessment',
      id: 'r2',
      status: 'final',
      subject: { reference: 'Patient/b' },
      prediction: [{ probabilityDecimal: 0.06 }],
    })
    await put({ resourceType: 'Practitioner', id: 'dr', name: [{ family: 'House' }] })
  })
  afterAll(() => server.close())

  describe('a part of each match', () => {
    const first = async (path: string) =>
      entries(await ok(path))[0]?.resource as Readonly<Record<string, unknown>>

    test('is its summary, its text, its data or named elements, and says so by a tag', async () => {
      const tag = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' }
      const parts: readonly (readonly [string, readonly string[]])[] = [
        ['_summary=true', ['gender', 'id', 'meta', 'name', 'resourceType']],
        ['_summary=text', ['id', 'meta', 'resourceType', 'text']],
        ['_summary=data', ['gender', 'id', 'maritalStatus', 'meta', 'name', 'resourceType']],
        ['_elements=gender,maritalStatus', ['gender', 'id', 'maritalStatus', 'meta', 'resourceType']],
      ]
      for (const [part, names] of parts) {
        const found = await first(`/Patient?_id=c&${part}`)
        expect([part, Object.keys(found).toSorted()]).toEqual([part, names])
        expect(found['meta']).toMatchObject({ tag: [tag] })
      }
      const whole = await first('/Patient?_id=c&_summary=false')
      expect([whole['maritalStatus'], (whole['meta'] as { tag?: unknown }).tag]).toEqual([
        { text: 'married' },
        undefined,
      ])
    })

    test('has the mandatory elements, asked for or not', async () => {
      expect(await first('/Observation?_id=light&_elements=subject')).toMatchObject({
        status: 'final',
        code: {},
      })
    })

    test('is of matches alone: what comes along comes whole', async () => {
      const reply = await ok('/Observation?_id=light&_include=Observation:subject&_elements=code')
      expect(Object.keys(entries(reply)[1]?.resource ?? {})).toContain('maritalStatus')
    })
  })

  describe('includes', () => {
    test.each([
      ['/Patient?_id=a&_include=Patient:general-practitioner', 'Organization/low'],
      [
        '/Patient?_id=a&_include=Patient:general-practitioner&_include:iterate=Organization:partof',
        'Organization/low Organization/mid Organization/top',
      ],
      ['/Organization?_id=low&_include=Organization:partof', 'Organization/mid'],
      ['/Organization?_id=low&_include:recurse=Organization:partof', 'Organization/mid Organization/top'],
      ['/Organization?_id=top&_revinclude=Organization:partof', 'Organization/mid'],
      ['/Organization?_id=top&_revinclude:iterate=Organization:partof', 'Organization/low Organization/mid'],
      ['/Patient?_id=a&_revinclude=Observation:subject', 'Observation/heavy Observation/light'],
      ['/Patient?_id=a&_revinclude=Observation:subject:Patient', 'Observation/heavy Observation/light'],
      ['/Patient?_id=a&_revinclude=Observation:*', 'Observation/heavy Observation/light'],
      ['/Observation?_id=middle&_include=*', 'Observation/heavy Patient/b'],
      ['/Observation?_id=middle&_include=Observation:*', 'Observation/heavy Patient/b'],
      ['/Observation?_id=middle&_include=Observation:subject:Patient', 'Patient/b'],
      ['/Observation?_id=middle&_include=Observation:subject:Group', ''],
      [
        '/Observation?_id=middle&_include=Observation:subject&_include:iterate=Patient:link',
        'Patient/a Patient/b',
      ],
      [
        '/Patient?_id=b&_revinclude=Observation:subject&_include:iterate=Observation:derived-from',
        'Observation/heavy Observation/middle',
      ],
    ])('%s brings %s', async (path, expected) => expect(await included(path)).toBe(expected))

    test('end in a circle, each resource once and no match again', async () => {
      await put({ resourceType: 'Location', id: 'x', partOf: { reference: 'Location/y' } })
      await put({ resourceType: 'Location', id: 'y', partOf: { reference: 'Location/x' } })
      expect(await included('/Location?_id=x&_include:iterate=Location:partof')).toBe('Location/y')
      expect(await included('/Location?_include:iterate=Location:partof')).toBe('')
    })

    test.runIf(large)(
      'that are too many are cut, and an outcome says so',
      async () => {
        const entry = Array.from({ length: 2100 }, (_, at) => ({
          request: { method: 'PUT', url: `Basic/many-${at}` },
          resource: {
            resourceType: 'Basic',
            id: `many-${at}`,
            code: { text: 'x' },
            subject: { reference: 'Patient/c' },
          },
        }))
        const stored = await server.call({
          ...{ method: 'POST', path: '/' },
          body: { resourceType: 'Bundle', type: 'transaction', entry },
        })
        expect(stored.status).toBe(200)
        const reply = await ok('/Patient?_id=c&_revinclude=Basic:subject')
        expect([keys(reply, 'include').length, keys(reply, 'outcome').length]).toEqual([2000, 1])
        expect(entries(reply).at(-1)?.resource).toMatchObject({
          issue: [{ severity: 'warning', code: 'too-costly' }],
        })
      },
      180_000,
    )
  })

  describe('a search of several types', () => {
    test.each([
      ['/?_type=Condition,RiskAssessment&_sort=_id', 'Condition/flu RiskAssessment/r1 RiskAssessment/r2'],
      ['/?_type=RiskAssessment,Condition&_sort=-_id', 'RiskAssessment/r2 RiskAssessment/r1 Condition/flu'],
      ['/?_type=Condition,Observation&patient=a&_sort=date', ''],
      [
        '/?_type=Condition,Observation&subject=Patient/a&_sort=_lastUpdated',
        'Observation/heavy Observation/light Condition/flu',
      ],
      ['/?_type=Organization', 'Organization/low Organization/mid Organization/top'],
      ['/?_tag=vip&_sort=-_lastUpdated', 'Condition/flu Patient/a'],
      ['/?_id=dr', 'Practitioner/dr'],
      ['/?_type=Group', ''],
    ])('%s finds %s', async (path, expected) => {
      if (expected === '' && path.includes('date')) {
        const reply = await server.call({ path })
        expect([reply.status, reply.json.issue[0].code]).toEqual([400, 'value'])
        return
      }
      const reply = await ok(path)
      const sorted = path.includes('_sort') ? keys(reply) : keys(reply).toSorted()
      expect(sorted.join(' ')).toBe(expected)
      const paged = await onePerPage(path)
      expect(paged).toBe(keys(reply).join(' '))
    })

    test('is posted too, counted and included from', async () => {
      const reply = await post(
        '/_search?_type=Condition,Observation',
        'subject=Patient/a&_total=accurate&_count=2',
      )
      expect([reply.json.total, keys(reply).length]).toEqual([3, 2])
      expect(keys(await ok(link(reply, 'next') ?? '')).length).toBe(1)
      const counted = await ok('/?_type=Condition,Observation&_summary=count')
      expect([counted.json.total, counted.json.entry]).toEqual([4, undefined])
      expect(await included('/?_type=Condition,Observation&_id=flu&_include=Condition:subject')).toBe(
        'Patient/a',
      )
      expect(await included('/?_type=Organization,Patient&_id=a,top&_revinclude=Condition:subject')).toBe(
        'Condition/flu',
      )
    })

    test.each([
      ['/?_type=Nothing', 'value'],
      ['/?_type=Patient&_type=Group', 'value'],
      ['/?subject=Patient/a', 'invalid'],
      ['/?_type=Patient,Observation&family=x', 'invalid'],
    ])('%s is refused', async (path, code) => {
      const reply = await server.call({ path })
      expect([reply.status, reply.json.issue[0].code]).toEqual([400, code])
    })

    test('leaves out with lenient handling what is not common to all', async () => {
      const headers = { prefer: 'handling=lenient' }
      const reply = await ok('/?_type=Condition,RiskAssessment&probability=gt0.5', { headers })
      expect(keys(reply).length).toBe(3)
      expect(link(reply, 'self')).toBe(`${BASE}?_type=Condition%2CRiskAssessment`)
    })
  })

  describe('a compartment', () => {
    test.each([
      ['/Patient/a/Observation?_sort=date', 'Observation/heavy Observation/light'],
      ['/Patient/a/Observation?date=ge2026-02-15', 'Observation/light'],
      ['/Patient/b/Condition', ''],
      ['/Patient/a/Patient?_sort=_id', 'Patient/a Patient/b'],
      ['/Patient/a/*?_type=Condition,RiskAssessment&_sort=_id', 'Condition/flu RiskAssessment/r1'],
    ])('%s finds %s', async (path, expected) => {
      expect(await matches(path)).toBe(expected)
      expect(await onePerPage(path)).toBe(expected)
    })

    test('is searched whole', async () => {
      const found = keys(await ok('/Patient/b/*')).filter(key => !/Provenance|AuditEvent/.test(key))
      expect(found.toSorted()).toEqual(['Observation/middle', 'Patient/b', 'RiskAssessment/r2'])
    })

    test('a compartment is searched by a form too, of one type or of all, and no link shows what was asked', async () => {
      const posted = async (path: string, body: string) =>
        ok(path, { method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded' } })
      const one = await posted('/Patient/a/Observation/_search?_count=1', '_sort=date')
      expect(keys(one)).toEqual(['Observation/heavy'])
      expect(link(one, 'self')).toMatch(/\/Patient\/a\/Observation\?_page=[\w-]+$/)
      expect(keys(await ok(link(one, 'next') ?? ''))).toEqual(['Observation/light'])
      const all = await posted('/Patient/a/_search', '_type=Condition,RiskAssessment&_sort=_id')
      expect(keys(all)).toEqual(['Condition/flu', 'RiskAssessment/r1'])
      const strange = await server.call({ method: 'POST', path: '/Organization/a/Patient/_search' })
      expect([strange.status, strange.json.issue[0].details.coding[0].code]).toEqual([
        404,
        'compartment-unknown',
      ])
    })

    test.each([
      ['/Observation/heavy/Patient', 'compartment-unknown'],
      ['/Patient/a/Organization', 'compartment-unknown'],
      ['/Patient/a/Nothing', 'type-unknown'],
    ])('%s is unknown', async (path, code) => {
      const reply = await server.call({ path })
      expect([reply.status, reply.json.issue[0].details.coding[0].code]).toEqual([404, code])
    })
  })

  describe('order and totals', () => {
    test.each([
      ['/Observation?_sort=value-quantity', 'Observation/light Observation/middle Observation/heavy'],
      ['/Observation?_sort=-value-quantity', 'Observation/heavy Observation/middle Observation/light'],
      ['/RiskAssessment?_sort=probability', 'RiskAssessment/r2 RiskAssessment/r1'],
      ['/Observation?_sort=subject,-date', 'Observation/light Observation/heavy Observation/middle'],
      ['/Observation?_sort=code,status,date', 'Observation/middle Observation/heavy Observation/light'],
    ])('%s gives %s', async (path, expected) => {
      expect(await matches(path)).toBe(expected)
      expect(await onePerPage(path)).toBe(expected)
    })

    test('a total is none, an estimate or accurate, as asked, and told unasked where the first page is the only one', async () => {
      const total = async (query: string) => (await ok(`/Observation?${query}`)).json.total
      expect(await total('_total=none')).toBeUndefined()
      expect(await total('_count=1')).toBeUndefined()
      expect([await total('_count=3'), await total('code=none')]).toEqual([3, 0])
      expect(await total('_total=accurate&_count=1')).toBe(3)
      expect(await total('_total=estimate')).toBe(3)
      expect(await total('_total=estimate&_count=1')).toBeGreaterThanOrEqual(2)
      expect((await ok('/?_type=Observation,Condition&_total=estimate')).json.total).toBe(4)
    })
  })

  describe('a request that says less', () => {
    test('by a parameter without a value is answered as without it; a condition to write by is refused', async () => {
      for (const more of ['&gender=', '&gender', '&nothing=', '&_sort=&_count=&_elements=&_include=', '&=']) {
        const reply = await ok(`/Patient?_id=a${more}`)
        expect([keys(reply), link(reply, 'self')]).toEqual([['Patient/a'], `${BASE}/Patient?_id=a`])
      }
      const body = { resourceType: 'Patient' }
      const headers = { 'if-none-exist': 'gender=female&family=' }
      expect((await server.call({ method: 'POST', path: '/Patient', body, headers })).status).toBe(400)
      expect((await server.call({ method: 'DELETE', path: '/Patient?_id=a&family=' })).status).toBe(400)
    })

    test('with an empty body of a search by POST may name any type of content', async () => {
      const headers = { 'content-type': 'application/fhir+json', 'content-length': '0' }
      const reply = await ok('/Patient/_search?_id=a', { method: 'POST', body: '', headers })
      expect(keys(reply)).toEqual(['Patient/a'])
    })
  })
}
