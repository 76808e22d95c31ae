import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BASE, openFhirServer, type FhirReply, type FhirServer } from '../support/fhir-server.ts'

let server: FhirServer
beforeAll(async () => {
  server = await openFhirServer()
})
afterAll(() => server.close())

const get = (path: string) => server.call({ path })
const post = (path: string, body: object) => server.call({ method: 'POST', path, body })
const put = (resource: {
  readonly resourceType: string
  readonly id: string
  readonly [name: string]: unknown
}) => server.call({ method: 'PUT', path: `/${resource.resourceType}/${resource.id}`, body: resource })
const parameters = (...parameter: readonly object[]) => ({ resourceType: 'Parameters', parameter })
const codeOf = (reply: FhirReply) => [reply.status, reply.json.issue[0].details?.coding[0].code]
const severities = (reply: FhirReply) =>
  reply.json.issue.map(({ severity }: { severity: string }) => severity)
const keysOf = (reply: FhirReply, mode = 'match'): readonly string[] =>
  (reply.json.entry ?? [])
    .filter(({ search }: { search: { mode: string } }) => search.mode === mode)
    .map(({ fullUrl }: { fullUrl: string }) => fullUrl.slice(BASE.length + 1))
    // Who wrote it is in a patient's compartment too.
    .filter((key: string) => !key.startsWith('Provenance/'))
const nextOf = (reply: FhirReply): string | undefined =>
  reply.json.link.find((link: { relation: string }) => link.relation === 'next')?.url

describe('$validate', () => {
  const patient = { resourceType: 'Patient', id: 'v', gender: 'female' }

  test('answers 200 with what is wrong, or that nothing is, and writes nothing', async () => {
    const right = await post('/Patient/$validate', patient)
    expect([right.status, severities(right)]).toEqual([200, ['information']])
    const wrong = await post('/Patient/$validate', { ...patient, gender: 'F', birthDate: 'x' })
    expect([wrong.status, severities(wrong)]).toEqual([200, ['error', 'error']])
    const other = await post('/Patient/$validate', { resourceType: 'Encounter' })
    expect(other.json.issue.map(({ expression }: { expression: string[] }) => expression[0])).toContain(
      'resourceType',
    )
    expect((await get('/Patient/v')).status).toBe(404)
  })

  test('takes a Parameters with resource, mode and profile', async () => {
    const call = async (...more: readonly object[]) =>
      post('/Patient/$validate', parameters({ name: 'resource', resource: patient }, ...more))
    const base = 'http://hl7.org/fhir/StructureDefinition'
    expect(severities(await call({ name: 'mode', valueCode: 'create' }))).toEqual(['information'])
    expect(severities(await call({ name: 'profile', valueUri: `${base}/Patient` }))).toEqual(['information'])
    expect(severities(await call({ name: 'profile', valueUri: `${base}/Patient|4.0.1` }))).toEqual([
      'information',
    ])
    expect(severities(await call({ name: 'profile', valueUri: `${base}/Encounter` }))).toEqual(['error'])
    const unloaded = await call({ name: 'profile', valueUri: 'http://example.org/StructureDefinition/mine' })
    expect(codeOf(unloaded)).toEqual([400, 'profile-not-loaded'])
    expect(unloaded.json.issue[0].diagnostics).toContain('http://example.org/StructureDefinition/mine')
    expect(codeOf(await call({ name: 'mode', valueCode: 'sometimes' }))).toEqual([400, 'operation-input'])
    expect(codeOf(await call({ name: 'modus', valueCode: 'create' }))).toEqual([400, 'parameter-unknown'])
    expect(codeOf(await post('/Patient/$validate', parameters()))).toEqual([400, 'operation-input'])
  })

  test('warns of profiles that were not looked at', async () => {
    const claimed = { ...patient, meta: { profile: ['http://example.org/mine'] } }
    expect(severities(await post('/Patient/$validate', claimed))).toEqual(['warning'])
  })

  test('of an instance looks at the stored one, at what would replace it, and whether it is there to delete', async () => {
    await put({ ...patient, id: 'stored' })
    expect(severities(await get('/Patient/stored/$validate'))).toEqual(['information'])
    const replacing = (id: string) => post('/Patient/stored/$validate', { ...patient, id })
    expect(severities(await replacing('stored'))).toEqual(['information'])
    expect(severities(await replacing('another'))).toEqual(['error'])
    expect((await get('/Patient/stored/$validate?mode=delete')).status).toBe(200)
    expect((await get('/Patient/never/$validate?mode=delete')).status).toBe(404)
    expect((await get('/Patient/never/$validate')).status).toBe(404)
  })
})

describe('$meta', () => {
  const tag = (code: string) => ({ system: 'urn:tags', code })
  const returned = (reply: FhirReply) => reply.json.parameter[0].valueMeta

  test('is read, added to and taken from, and the rest of the resource stays', async () => {
    const one = { ...tag('one'), display: 'One' }
    await put({ resourceType: 'Patient', id: 'm', gender: 'male', meta: { tag: [one] } })
    expect(returned(await get('/Patient/m/$meta'))).toMatchObject({ versionId: '1', tag: [one] })
    const meta = { tag: [tag('two'), tag('one')], profile: ['http://example.org/mine'] }
    const added = await post('/Patient/m/$meta-add', parameters({ name: 'meta', valueMeta: meta }))
    expect([added.status, returned(added)]).toMatchObject([
      200,
      { tag: [one, tag('two')], profile: ['http://example.org/mine'], versionId: '2' },
    ])
    const gone = await post('/Patient/m/$meta-delete', parameters({ name: 'meta', valueMeta: meta }))
    expect(returned(gone)).toMatchObject({ versionId: '3' })
    expect([returned(gone).tag, returned(gone).profile]).toEqual([undefined, undefined])
    expect((await get('/Patient/m')).json.gender).toBe('male')
  })

  test('of a type and of the system is what is in use there, each label once', async () => {
    const labelled = (id: string, meta: object, resourceType = 'Substance') =>
      put({ resourceType, id, ...(resourceType === 'Substance' && { code: { text: 'x' } }), meta })
    await labelled('s1', {
      tag: [tag('a'), { ...tag('b'), display: 'B' }],
      profile: ['http://example.org/p'],
    })
    await labelled('s2', { tag: [tag('a')], security: [{ system: 'urn:secret', code: 'R' }] })
    await labelled('s3', { tag: [tag('gone')] })
    await server.call({ method: 'DELETE', path: '/Substance/s3' })
    await labelled(
      'd1',
      { tag: [tag('device')], profile: [`http://example.org/${'long'.repeat(80)}`] },
      'Device',
    )
    const expected = {
      tag: [tag('a'), { ...tag('b'), display: 'B' }],
      profile: ['http://example.org/p'],
      security: [{ system: 'urn:secret', code: 'R' }],
    }
    expect(returned(await get('/Substance/$meta'))).toEqual(expected)
    expect(returned(await post('/Substance/$meta', parameters()))).toEqual(expected)
    const all = returned(await get('/$meta'))
    expect(all.tag).toEqual(expect.arrayContaining([tag('a'), tag('device')]))
    expect(all.tag).not.toContainEqual(tag('gone'))
    expect(all.profile).toContain(`http://example.org/${'long'.repeat(80)}`)
    expect(returned(await get('/Basic/$meta'))).toEqual({})
    expect((await get('/Nope/$meta')).status).toBe(404)
  })

  test('refuses what is no Meta, what is not there, and a change by GET', async () => {
    const add = (meta: object) => post('/Patient/m/$meta-add', parameters(meta))
    expect(codeOf(await add({ name: 'meta', valueString: 'x' }))).toEqual([400, 'operation-input'])
    expect(codeOf(await add({ name: 'meta', valueMeta: { tag: 'x' } }))[0]).toBe(400)
    expect((await get('/Patient/never/$meta')).status).toBe(404)
    const byGet = await get('/Patient/m/$meta-add')
    expect([byGet.status, byGet.headers['allow']]).toEqual([405, 'POST'])
  })
})

describe('$everything', () => {
  const subject = { reference: 'Patient/e1' }
  const encounter = (id: string, start: string) => ({
    ...{ resourceType: 'Encounter', id, status: 'finished', class: { code: 'IMP' }, subject },
    period: { start, end: start },
    serviceProvider: { reference: 'Organization/ward' },
  })
  const began = Date.parse('2026-11-22T09:00:00Z')

  beforeAll(async () => {
    server.clock.nowMs = began
    await put({ resourceType: 'Organization', id: 'ward', name: 'Ward' })
    await put({ resourceType: 'Organization', id: 'unrelated', name: 'Other' })
    await put({ resourceType: 'Patient', id: 'e1', birthDate: '1970-05-01' })
    await put({ resourceType: 'Patient', id: 'e2' })
    await put({ resourceType: 'Condition', id: 'other', subject: { reference: 'Patient/e2' } })
    for (const [n, day] of ['2026-01-01', '2026-02-01', '2026-03-01'].entries()) {
      await put(encounter(`stay-${n}`, `${day}T10:00:00Z`))
    }
    server.clock.nowMs = began + 60_000
    await put({ resourceType: 'Condition', id: 'c1', subject })
  })

  test('of a patient is the compartment and what it refers to', async () => {
    const reply = await get('/Patient/e1/$everything')
    expect([reply.status, reply.json.type]).toEqual([200, 'searchset'])
    expect(keysOf(reply).toSorted()).toEqual([
      ...['Condition/c1', 'Encounter/stay-0', 'Encounter/stay-1', 'Encounter/stay-2', 'Patient/e1'],
    ])
    expect(keysOf(reply, 'include')).toEqual(['Organization/ward'])
    expect(keysOf(await post('/Patient/e1/$everything', parameters()))).toHaveLength(5)
    expect((await get('/Patient/never/$everything')).status).toBe(404)
  })

  test('is narrowed by type, time of change and time of care', async () => {
    const keys = async (query: string) => keysOf(await get(`/Patient/e1/$everything?${query}`)).toSorted()
    expect(await keys('_type=Condition,Patient')).toEqual(['Condition/c1', 'Patient/e1'])
    expect(await keys('_since=2026-11-22T09:00:30Z')).toEqual(['Condition/c1'])
    expect(await keys('start=2026-02-01&end=2026-02-28')).toEqual([
      ...['Condition/c1', 'Encounter/stay-1', 'Patient/e1'],
    ])
  })

  test('comes in pages that hold each match once', async () => {
    const seen: string[] = []
    let next: string | undefined = '/Patient/e1/$everything?_count=2&_since=2020-01-01'
    while (next !== undefined) {
      const page: FhirReply = await get(next)
      seen.push(...keysOf(page))
      next = nextOf(page)
    }
    expect([seen.length, new Set(seen).size]).toEqual([5, 5])
  })

  test('of all patients holds every compartment', async () => {
    const keys = keysOf(await get('/Patient/$everything?_count=1000'))
    expect(keys).toEqual(
      expect.arrayContaining(['Patient/e1', 'Patient/e2', 'Condition/other', 'Condition/c1']),
    )
    expect(keys).not.toContain('Organization/unrelated')
  })

  test('of an EpisodeOfCare is what belongs to it, with its patient', async () => {
    const episode = (id: string) => ({
      ...{ resourceType: 'EpisodeOfCare', id, status: 'active', patient: subject },
      identifier: [{ system: 'urn:cases', value: id }],
    })
    const named = { reference: 'EpisodeOfCare/case-1' }
    await put(episode('case-1'))
    await put(episode('case-2'))
    await put({ ...encounter('visit', '2026-04-01T10:00:00Z'), episodeOfCare: [named] })
    await put({
      resourceType: 'Goal',
      id: 'g1',
      lifecycleStatus: 'active',
      description: { text: 'x' },
      subject,
    })
    const plan = (id: string, episodeOf: string) => ({
      ...{ resourceType: 'CarePlan', id, status: 'active', intent: 'plan', subject },
      supportingInfo: [{ reference: episodeOf }],
      goal: [{ reference: 'Goal/g1' }],
    })
    await put(plan('plan-1', 'EpisodeOfCare/case-1'))
    await put(plan('plan-2', 'EpisodeOfCare/case-2'))
    const groupIdentifier = { system: 'urn:cases', value: 'case-1' }
    await put({
      resourceType: 'Task',
      id: 't1',
      status: 'ready',
      intent: 'order',
      for: subject,
      groupIdentifier,
    })
    const path = '/EpisodeOfCare/case-1/$everything'
    const reply = await get(path)
    const expected = [
      ...['CarePlan/plan-1', 'Encounter/visit', 'EpisodeOfCare/case-1', 'Goal/g1', 'Patient/e1', 'Task/t1'],
    ]
    expect(keysOf(reply).toSorted()).toEqual(expected)
    expect(keysOf(reply, 'include')).toEqual(['Organization/ward'])
    const first = await get(`${path}?_count=4`)
    const second = await get(nextOf(first) ?? '')
    expect([...keysOf(first), ...keysOf(second)].toSorted()).toEqual(expected)
    expect(keysOf(await get(`${path}?_type=Task`))).toEqual(['Task/t1'])
  })

  test('the place in its links is sealed for its address and its caller, and holds for an hour', async () => {
    const next = nextOf(await get('/Patient/e1/$everything?_count=1')) ?? ''
    const token = new URL(next).searchParams.get('_page') ?? ''
    expect(Buffer.from(token, 'base64url').toString('latin1')).not.toContain('e1')
    expect(codeOf(await get(`/Patient/$everything?_page=${token}`))).toEqual([400, 'operation-input'])
    const other = await server.call({ path: next, headers: { 'x-actor': 'Practitioner/other' } })
    expect(codeOf(other)).toEqual([400, 'operation-input'])
    server.clock.nowMs += 3_600_000
    expect(codeOf(await get(next))).toEqual([410, 'page-expired'])
    server.clock.nowMs -= 3_600_000
    expect((await get(next)).status).toBe(200)
  })

  test('refuses what it can not read', async () => {
    for (const query of [
      '_type=Patients',
      '_since=x',
      'start=x',
      '_count=x',
      '_page=x',
      '_count=1&_count=2',
    ]) {
      expect(codeOf(await get(`/Patient/e1/$everything?${query}`))).toEqual([400, 'operation-input'])
    }
    expect(codeOf(await get('/Patient/e1/$everything?_sort=date'))).toEqual([400, 'parameter-unknown'])
  })
})

describe('Observation/$lastn', () => {
  const vitals = [{ coding: [{ system: 'urn:categories', code: 'vital-signs' }] }]
  const observation = (id: string, code: string, day: number, patient = 'n1') =>
    put({
      ...{ resourceType: 'Observation', id, status: 'final', category: vitals },
      code: { coding: [{ system: 'urn:codes', code }] },
      subject: { reference: `Patient/${patient}` },
      effectiveDateTime: `2026-03-0${day}T10:00:00Z`,
    })

  beforeAll(async () => {
    for (const day of [2, 3, 1]) await observation(`pulse-${day}`, 'pulse', day)
    for (const day of [4, 1]) await observation(`weight-${day}`, 'weight', day)
    await observation('foreign', 'pulse', 9, 'n2')
  })

  test('gives the last of each code, newest first', async () => {
    const keys = async (query: string) => keysOf(await get(`/Observation/$lastn?${query}`))
    expect(await keys('patient=n1&category=vital-signs')).toEqual([
      ...['Observation/weight-4', 'Observation/pulse-3'],
    ])
    expect(await keys('subject=Patient/n1&code=urn:codes|pulse&max=2')).toEqual([
      ...['Observation/pulse-3', 'Observation/pulse-2'],
    ])
    expect(await keys('patient=n1&category=vital-signs&date=lt2026-03-03')).toHaveLength(2)
  })

  test('asks for whose and what, and refuses what it can not do', async () => {
    for (const query of [
      'patient=n1',
      'category=x',
      'patient=n1&code=x&max=0',
      'patient=n1&code=x&_sort=date',
    ]) {
      expect(codeOf(await get(`/Observation/$lastn?${query}`))).toEqual([400, 'operation-input'])
    }
    expect(codeOf(await get('/Observation/$lastn?patient=n1&code=x&colour=red'))).toEqual([
      400,
      'search-invalid',
    ])
  })
})

test('an operation that there is not is 404 and names those that there are', async () => {
  for (const path of ['/$nothing', '/Patient/$nothing', '/Patient/m/$nothing', '/Observation/$everything']) {
    for (const reply of [await get(path), await post(path, {})]) {
      expect(codeOf(reply)).toEqual([404, 'operation-unknown'])
      expect(reply.json.issue[0]).toMatchObject({ code: 'not-supported' })
      expect(reply.json.issue[0].diagnostics).toContain('$everything')
    }
  }
})

test('the CapabilityStatement lists the operations of each type', async () => {
  const { json } = await get('/metadata')
  const namesOf = (type: string): readonly string[] =>
    json.rest[0].resource
      .find((resource: { type: string }) => resource.type === type)
      .operation.map(({ name }: { name: string }) => name)
  expect(namesOf('Patient')).toEqual(expect.arrayContaining(['validate', 'everything', 'meta']))
  expect(namesOf('Observation')).not.toContain('everything')
})
