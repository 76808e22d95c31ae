import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BASE, type FhirServer } from '../../support/fhir-server.ts'

/** What the FHIR surface promises over any store. */
export function searchContract(open: () => Promise<FhirServer>): void {
  let server: FhirServer

  const put = async (resource: { resourceType: string; id: string; [element: string]: unknown }) => {
    const reply = await server.call({
      method: 'PUT',
      path: `/${resource.resourceType}/${resource.id}`,
      body: resource,
    })
    if (reply.status !== 201)
      throw new Error(`${resource.resourceType}/${resource.id}: ${reply.status} ${reply.text}`)
    server.clock.nowMs += 1000
  }

  beforeAll(async () => {
    server = await open()
    await put({
      resourceType: 'Patient',
      id: 'p1',
      identifier: [{ system: 'urn:mrn', value: 'A|1,2' }, { value: 'bare' }],
      name: [{ family: 'García-López', given: ['Ana María'] }],
      gender: 'female',
      birthDate: '1980-02-29',
      telecom: [
        { system: 'phone', value: '555' },
        { system: 'email', value: 'a@x.org' },
      ],
      deceasedDateTime: '2026-01-01',
      meta: { tag: [{ system: 'urn:tag', code: 'vip' }], profile: ['http://x.org/p'], source: 'urn:src' },
    })
    await put({
      resourceType: 'Patient',
      id: 'p2',
      identifier: [{ system: 'urn:mrn', value: 'B2' }],
      name: [{ family: 'Garcia', given: ['Bob'] }],
      gender: 'male',
      birthDate: '1980-02',
      generalPractitioner: [{ reference: 'Practitioner/d1' }],
    })
    await put({
      resourceType: 'Patient',
      id: 'p3',
      name: [{ text: 'Zoë' }],
      birthDate: '1980',
      deceasedBoolean: false,
    })
    await put({ resourceType: 'Practitioner', id: 'd1', name: [{ family: 'House' }] })
    await put({
      resourceType: 'Encounter',
      id: 'e1',
      status: 'finished',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
      subject: { reference: 'Patient/p1' },
      period: { start: '2026-03-14T10:00:00+02:00', end: '2026-03-16' },
    })
    await put({
      resourceType: 'Encounter',
      id: 'e2',
      status: 'in-progress',
      class: { code: 'AMB' },
      subject: { reference: 'Patient/p2/_history/1' },
      period: { start: '2026-03-15' },
    })
    await put({
      resourceType: 'Encounter',
      id: 'e3',
      status: 'planned',
      class: { code: 'AMB' },
      subject: { reference: 'Group/p1' },
    })
    await put({
      resourceType: 'Task',
      id: 't1',
      status: 'requested',
      intent: 'order',
      for: { reference: 'Patient/p1' },
      owner: { reference: 'Practitioner/d1' },
      focus: { reference: 'Encounter/e1' },
      authoredOn: '2026-03-14T12:00:00Z',
      code: {
        coding: [
          { system: 'urn:c', code: 'screen' },
          { system: 'urn:d', code: 'screen' },
        ],
      },
    })
    await put({
      resourceType: 'Task',
      id: 't2',
      status: 'accepted',
      intent: 'order',
      for: { reference: 'http://other.org/Patient/p1' },
    })
    await put({
      resourceType: 'Provenance',
      id: 'pv1',
      target: [{ reference: 'Task/t1' }, { reference: 'Encounter/e1' }],
      recorded: '2026-03-14T12:00:00Z',
      agent: [{ who: { reference: 'Practitioner/d1' } }],
    })
    await put({
      resourceType: 'Observation',
      id: 'o1',
      status: 'final',
      code: { coding: [{ system: 'http://loinc.org', code: '1-8' }] },
      effectiveDateTime: '2026-02-10',
      subject: { reference: 'Patient/p1' },
    })
    await put({
      resourceType: 'ValueSet',
      id: 'v1',
      status: 'active',
      url: 'http://x.org/vs',
      date: '2026-05-01',
    })
  })
  afterAll(() => server.close())

  interface Entry {
    readonly search: { readonly mode: string }
    readonly resource: { readonly id: string }
    readonly fullUrl: string
  }

  const ids = async (path: string, mode = 'match') => {
    const reply = await server.call({ path })
    if (reply.status !== 200) throw new Error(`${path}: ${reply.status} ${reply.text}`)
    return ((reply.json.entry ?? []) as Entry[])
      .filter(entry => entry.search.mode === mode)
      .map(entry => entry.resource.id)
  }

  const found = async (path: string) => (await ids(path)).toSorted().join(' ')

  describe('token', () => {
    test.each([
      ['/Patient?identifier=urn:mrn%7CA%5C%7C1%5C,2', 'p1'],
      ['/Patient?identifier=B2', 'p2'],
      ['/Patient?identifier=urn:mrn%7C', 'p1 p2'],
      ['/Patient?identifier=%7Cbare', 'p1'],
      ['/Patient?identifier=urn:other%7CB2', ''],
      ['/Patient?identifier=B2,bare', 'p1 p2'],
      ['/Patient?identifier:not=B2', 'p1 p3'],
      ['/Patient?identifier:missing=true', 'p3'],
      ['/Patient?identifier:missing=false', 'p1 p2'],
      ['/Patient?gender=female', 'p1'],
      ['/Patient?gender=http://hl7.org/fhir/administrative-gender%7Cmale', 'p2'],
      ['/Patient?gender:not=female', 'p2 p3'],
      ['/Patient?deceased=true', 'p1'],
      ['/Patient?deceased=false', 'p2 p3'],
      ['/Patient?email=a@x.org', 'p1'],
      ['/Patient?phone=555', 'p1'],
      ['/Patient?phone=a@x.org', ''],
      ['/Patient?_id=p1,p3,nobody', 'p1 p3'],
      ['/Patient?_id:not=p1', 'p2 p3'],
      ['/Patient?_tag=urn:tag%7Cvip', 'p1'],
      ['/Encounter?status=finished,planned', 'e1 e3'],
      ['/Encounter?status:not=finished', 'e2 e3'],
      ['/Encounter?class=http://terminology.hl7.org/CodeSystem/v3-ActCode%7CIMP', 'e1'],
      ['/Encounter?class=%7CAMB', 'e2 e3'],
      ['/Task?code=urn:d%7Cscreen', 't1'],
      ['/Task?status=http://hl7.org/fhir/task-status%7Caccepted', 't2'],
    ])('%s finds %s', async (path, expected) => expect(await found(path)).toBe(expected))
  })

  describe('string and uri', () => {
    test.each([
      ['/Patient?family=garcia', 'p1 p2'],
      ['/Patient?family=GARCÍA-L', 'p1'],
      ['/Patient?name=maria', ''],
      ['/Patient?name:contains=maria', 'p1'],
      ['/Patient?name=zoe', 'p3'],
      ['/Patient?family:exact=Garcia', 'p2'],
      ['/Patient?family:exact=garcia', ''],
      ['/Patient?family=100%25', ''],
      ['/ValueSet?url=http://x.org/vs', 'v1'],
      ['/ValueSet?url=http://x.org/v', ''],
      ['/Patient?_profile=http://x.org/p', 'p1'],
      ['/Patient?_source=urn:src', 'p1'],
    ])('%s finds %s', async (path, expected) => expect(await found(path)).toBe(expected))
  })

  describe('date', () => {
    test.each([
      ['/Patient?birthdate=1980-02', 'p1 p2'],
      ['/Patient?birthdate=1980-02-29', 'p1'],
      ['/Patient?birthdate=1980', 'p1 p2 p3'],
      ['/Patient?birthdate=gt1980-02', 'p3'],
      ['/Patient?birthdate=lt1980-02', 'p3'],
      ['/Patient?birthdate=ge1980-02', 'p1 p2 p3'],
      ['/Patient?birthdate=sa1979', 'p1 p2 p3'],
      ['/Patient?birthdate=ne1980-02', 'p3'],
      ['/Patient?birthdate=ge1980-02-01&birthdate=lt1980-03-01', 'p1 p2 p3'],
      ['/Patient?gender=female&birthdate=1980', 'p1'],
      ['/Patient?birthdate=1980-02&gender=http://hl7.org/fhir/administrative-gender%7Cmale', 'p2'],
      ['/Patient?birthdate=1980&gender=male,female', 'p1 p2'],
      ['/Encounter?date=2026-03-15', ''],
      ['/Encounter?date=ge2026-03-16', 'e2'],
      ['/Encounter?date=gt2026-03-16', 'e2'],
      ['/Encounter?date=lt2026-03-15', 'e1'],
      ['/Encounter?date=sa2026-03-14', 'e2'],
      ['/Encounter?date=eb2026-03-17', 'e1'],
      ['/Encounter?date=2026-03', 'e1'],
      ['/Encounter?date:missing=true', 'e3'],
      ['/Encounter?date=ne2026-03', 'e2'],
      ['/Observation?date=2026-02', 'o1'],
      ['/ValueSet?date=2026-05-01', 'v1'],
      ['/ValueSet?date=gt2026', ''],
      ['/Patient?_lastUpdated=ge2026-11-22T08:00:01Z', 'p2 p3'],
      ['/Patient?_lastUpdated=lt2026-11-22T08:00:01Z', 'p1'],
      ['/Patient?_lastUpdated=2026-11-22', 'p1 p2 p3'],
    ])('%s finds %s', async (path, expected) => expect(await found(path)).toBe(expected))
  })

  describe('reference', () => {
    test.each([
      ['/Encounter?patient=p1', 'e1'],
      ['/Encounter?patient=Patient/p2', 'e2'],
      [`/Encounter?patient=${encodeURIComponent(`${BASE}/Patient/p1`)}`, 'e1'],
      ['/Encounter?subject=p1', 'e1 e3'],
      ['/Encounter?subject:Patient=p1', 'e1'],
      ['/Encounter?subject:Group=p1', 'e3'],
      ['/Encounter?subject:missing=true', ''],
      ['/Encounter?patient:missing=true', 'e3'],
      ['/Task?patient=p1', 't1'],
      ['/Task?patient=http://other.org/Patient/p1', 't2'],
      ['/Task?owner=Practitioner/d1', 't1'],
      ['/Task?owner=d1&status=requested', 't1'],
      ['/Task?owner:missing=true', 't2'],
      ['/Task?focus=Encounter/e1', 't1'],
      ['/Task?focus=e1', 't1'],
      ['/Provenance?target=Task/t1&agent=d1', 'pv1'],
      ['/Patient?general-practitioner=d1', 'p2'],
    ])('%s finds %s', async (path, expected) => expect(await found(path)).toBe(expected))
  })

  describe('sort', () => {
    test.each([
      ['/Patient?_sort=family', 'p2 p1 p3'],
      ['/Patient?_sort=-family', 'p1 p2 p3'],
      ['/Patient?_sort=-_lastUpdated', 'p3 p2 p1'],
      ['/Patient?_sort=birthdate', 'p3 p2 p1'],
      ['/Patient?gender=male,female&birthdate=1980&_sort=birthdate', 'p2 p1'],
      ['/Patient?_sort=-_id', 'p3 p2 p1'],
      ['/Encounter?_sort=-date', 'e2 e1 e3'],
      ['/Encounter?_sort=status,-_id', 'e1 e2 e3'],
      ['/Patient?_sort=gender,_id', 'p1 p2 p3'],
      ['/Patient?_sort=-gender,family', 'p2 p1 p3'],
      ['/Encounter?_sort=date', 'e1 e2 e3'],
      ['/Patient?_sort=email,-family', 'p1 p2 p3'],
      ['/Patient?_sort=identifier', 'p1 p2 p3'],
      ['/Patient?_sort=-identifier', 'p1 p2 p3'],
    ])('%s gives %s', async (path, expected) => {
      expect((await ids(path)).join(' ')).toBe(expected)
      const byOne: string[] = []
      let next: string | undefined = `${path}&_count=1`
      while (next !== undefined) {
        const page = await server.call({ path: next })
        byOne.push(...page.json.entry.map((entry: Entry) => entry.resource.id))
        next = page.json.link.find((link: { relation: string }) => link.relation === 'next')?.url
      }
      expect(byOne.join(' ')).toBe(expected)
    })
  })

  test('a reference written out below the own base is found as a local one, in its compartment and shard', async () => {
    const subject = { reference: `${BASE}/Patient/p1` }
    const code = { text: 'written out' }
    await server.call({
      ...{ method: 'PUT', path: '/Observation/out' },
      body: { resourceType: 'Observation', id: 'out', status: 'final', code, subject },
    })
    expect(await found('/Observation?patient=p1&status=final&_id=out')).toBe('out')
    const page = await server.call({ path: '/Observation?_id=out&_include=Observation:patient' })
    expect(page.json.entry.map((entry: { resource: { id: string } }) => entry.resource.id)).toEqual([
      'out',
      'p1',
    ])
    const reply = await server.call({ path: '/Observation/out' })
    expect(reply.json.subject).toEqual({ reference: 'Patient/p1' })
    expect(reply.status).toBe(200)
    await server.call({ method: 'DELETE', path: '/Observation/out' })
  })

  describe('the result', () => {
    test('has full URLs, modes and a self link that says what was applied', async () => {
      const { json } = await server.call({
        path: '/Patient?gender=female&foo=1',
        headers: { prefer: 'handling=lenient' },
      })
      expect(json).toMatchObject({ resourceType: 'Bundle', type: 'searchset' })
      expect(json.link).toEqual([{ relation: 'self', url: `${BASE}/Patient?gender=female` }])
      expect(json.entry[0]).toMatchObject({ fullUrl: `${BASE}/Patient/p1`, search: { mode: 'match' } })
      expect(json.total).toBe(json.entry.length)
    })

    test('has a total when asked, and nothing else with _summary=count', async () => {
      expect((await server.call({ path: '/Patient?_total=accurate&_count=1' })).json).toMatchObject({
        total: 3,
      })
      const counted = (await server.call({ path: '/Patient?_summary=count' })).json
      expect([counted.total, counted.entry]).toEqual([3, undefined])
      expect((await server.call({ path: '/Patient?_count=0' })).json.total).toBe(3)
      const none = (await server.call({ path: '/Patient?gender=other&_total=accurate' })).json
      expect([none.total, none.entry]).toEqual([0, undefined])
    })

    test('includes what matches refer to, and what refers to them, once', async () => {
      expect(
        await ids('/Task?_include=Task:owner&_include=Task:focus&_include=Task:patient', 'include'),
      ).toEqual(expect.arrayContaining(['d1', 'e1', 'p1']))
      expect(await ids('/Task?_include=Task:patient:Patient', 'include')).toEqual(['p1'])
      expect(
        (
          await ids('/Patient?_id=p1&_revinclude=Encounter:patient&_revinclude=Task:patient', 'include')
        ).toSorted(),
      ).toEqual(['e1', 't1'])
      // One that was written, and one that each Task's own write left.
      const said = await ids('/Task?_revinclude=Provenance:target', 'include')
      expect([said.includes('pv1'), said.length]).toEqual([true, 3])
      expect(await ids('/Practitioner?_revinclude=Task:owner', 'include')).toEqual(['t1'])
    })

    test('a form is searched by as a query is', async () => {
      const form = { 'content-type': 'application/x-www-form-urlencoded' }
      const reply = await server.call({
        method: 'POST',
        path: '/Patient/_search?gender=male',
        body: 'family=gar',
        headers: form,
      })
      expect(reply.json.entry.map((entry: Entry) => entry.resource.id)).toEqual(['p2'])
      const json = await server.call({ method: 'POST', path: '/Patient/_search', body: {} })
      expect(json.status).toBe(415)
    })

    test('a form says how to answer as a query does', async () => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const post = (body: string) => server.call({ method: 'POST', path: '/Patient/_search', body, headers })
      expect((await post('family=gar&_format=xml')).status).toBe(406)
      const reply = await post('family=gar&_format=json&_pretty=true')
      expect([reply.status, reply.text.includes('\n')]).toEqual([200, true])
    })

    test('changes with the resource and ends with it', async () => {
      await put({ resourceType: 'Patient', id: 'px', name: [{ family: 'Mutable' }], gender: 'other' })
      expect(await found('/Patient?family=mutable')).toBe('px')
      await server.call({
        method: 'PUT',
        path: '/Patient/px',
        body: { resourceType: 'Patient', id: 'px', name: [{ family: 'Changed' }] },
      })
      expect([await found('/Patient?family=mutable'), await found('/Patient?family=changed')]).toEqual([
        '',
        'px',
      ])
      await server.call({ method: 'DELETE', path: '/Patient/px' })
      expect([await found('/Patient?family=changed'), await found('/Patient?_id=px')]).toEqual(['', ''])
    })
  })

  describe('a search that is refused', () => {
    const codes = async (path: string) => {
      const reply = await server.call({ path })
      return [reply.status, ...reply.json.issue.map((issue: { code: string }) => issue.code)]
    }

    test.each([
      ['/Patient?foo=1', [400, 'invalid']],
      ['/Patient?name:foo=1', [400, 'invalid']],
      ['/Patient?birthdate=2026-02-30', [400, 'value']],
      ['/Patient?birthdate=yesterday&foo=1&name:text=x', [400, 'value', 'invalid', 'not-supported']],
      ['/Patient?_count=abc', [400, 'value']],
      ['/Patient?_sort=foo', [400, 'value']],
      ['/Patient?_page=abc', [400, 'value']],
      ['/Patient?_include=Encounter:nothing', [400, 'value']],
      ['/Patient?_revinclude=Task:nothing', [400, 'value']],
      ['/Patient?_has:Encounter:service-provider:status=planned', [400, 'invalid']],
      ['/Patient?_has:Task:patient=x', [400, 'invalid']],
      ['/Encounter?status.name=x', [400, 'not-supported']],
      ['/Encounter?subject:Practitioner.name=x', [400, 'not-supported']],
      ['/Task?focus.name=x', [400, 'not-supported']],
      ['/Encounter?subject:Patient.nothing=x', [400, 'invalid']],
      ['/Encounter?subject:Patient.birthdate=x', [400, 'value']],
      ['/Patient?_elements=nothing', [400, 'value']],
      ['/Patient?_summary=some', [400, 'value']],
      ['/Patient?_summary=true&_elements=name', [400, 'invalid']],
      ['/Patient?_summary=text&_revinclude=Task:patient', [400, 'invalid']],
      ['/Patient?_contained=true', [400, 'not-supported']],
      ['/Patient?_containedType=contained', [400, 'not-supported']],
      ['/Patient?_type=Patient', [400, 'not-supported']],
      ['/Patient?_filter=name%20eq', [400, 'value']],
      ['/Patient?_filter=nothing%20eq%20x', [400, 'invalid']],
      ['/Patient?_filter=gender%20co%20x', [400, 'not-supported']],
      ['/Patient?_query=x', [400, 'not-supported']],
      ['/Patient?_content:exact=x', [400, 'not-supported']],
      ['/Patient?_list=$current-problems', [400, 'not-supported']],
      ['/Patient?general-practitioner:below=x', [400, 'not-supported']],
      ['/Patient?name:contains=ab', [400, 'too-costly']],
      ['/Observation?value-quantity=five', [400, 'value']],
      ['/Observation?code-value-quantity=1', [400, 'value']],
      ['/Patient?_include:iterate=Patient:nothing', [400, 'value']],
      ['/Patient?_include:iterate=*', [400, 'too-costly']],
      ['/Patient?_include:more=Patient:link', [400, 'not-supported']],
      ['/Patient?_revinclude=*', [400, 'too-costly']],
      ['/Patient?_sort=_text', [400, 'value']],
      ['/Observation?_sort=code-value-quantity', [400, 'value']],
      ['/Patient?_total=about', [400, 'value']],
      ['/Location?near=1', [400, 'value']],
    ])('%s', async (path, expected) => expect(await codes(path)).toEqual(expected))

    test('names no value of the request', async () => {
      const reply = await server.call({ path: '/Patient?birthdate=SECRET' })
      expect(reply.text).not.toContain('SECRET')
    })
  })
}
