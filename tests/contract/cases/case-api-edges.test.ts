import { afterAll, beforeAll, expect, test } from 'vitest'
import { openCaseServer, type CaseServer } from '../../support/case-server.ts'
import { identifiedCase } from '../../support/case-story.ts'

/** Times, pages, filters and preconditions of the case API at their edges. */
let server: CaseServer
let id: string
const BORN = '2026-10-13T13:00:00Z'
beforeAll(async () => {
  server = await openCaseServer(BORN)
  id = await identifiedCase(server, 'e0')
}, 120_000)
afterAll(() => server.close())

const get = (path: string) => server.call({ path })
const codeOf = async (path: string) => {
  const { status, json } = await get(path)
  return [status, json.code]
}

const NO_TIMES = [
  '2026-10-13T09:00:00-15:00',
  '2026-10-13T09:00:00%2B14:01',
  '2026-10-13T09:00:00%2B99:99',
  '2026-02-30T09:00:00Z',
  '2026-10-13T24:00:00Z',
  '2026-10-13T09:00:00',
  '0000-01-01T00:00:00Z',
]

test.each(NO_TIMES)('%s is no time at any door', async text => {
  const known = '2026-10-13T13:30:00Z'
  for (const path of [
    `/cases/${id}?at=${text}`,
    `/cases/${id}/obligations?at=${text}`,
    `/cases/${id}/timeline?at=${text}`,
    `/cases/${id}/diff?from=${text}`,
    `/cases/${id}/diff?from=${known}&to=${text}`,
  ])
    // oxlint-disable-next-line no-await-in-loop -- one server
    expect([path, ...(await codeOf(path))]).toEqual([path, 400, 'at-malformed'])
  const at = decodeURIComponent(text)
  const told = await server.command(id, 'StratifyRisk', { acuity: 'high', at })
  expect([told.status, told.json.code, told.json.location]).toEqual([400, 'at-malformed', 'at'])
  const body = { patient: 'e0', caseType: 'chronic', reason: 'x', at }
  const made = await server.call({ method: 'POST', path: '/cases', body })
  expect([made.status, made.json.code]).toEqual([400, 'at-malformed'])
  const supposed = await server.call({
    ...{ method: 'POST', path: `/cases/${id}/what-if` },
    body: { admission: { at } },
  })
  expect([supposed.status, supposed.json.location]).toEqual([400, 'admission.at'])
})

test.each([
  ['0001-01-01', 400],
  ['1920-02-30', 400],
  ['1950-01-01T00:00:00Z', 200],
  ['2110-01-01', 200],
  ['9999-12-31T23:59:59-14:00', 400],
])('what would be at %s is answered or refused, and no fault', async (at, status) => {
  for (const body of [{ admission: { at } }, { model: { id: 'clinical', since: at } }]) {
    // oxlint-disable-next-line no-await-in-loop -- one server
    const supposed = await server.call({ method: 'POST', path: `/cases/${id}/what-if`, body })
    const refused = 'model' in body && status === 200 ? 409 : status
    expect([JSON.stringify(body), supposed.status]).toEqual([JSON.stringify(body), refused])
  }
})

test.each(NO_TIMES.slice(0, 4))('%s is no time of a FHIR read either', async text => {
  const { status, text: said } = await get(`/fhir/EpisodeOfCare/${id}?_at=${text}`)
  expect([status, said.includes('at-malformed')]).toEqual([400, true])
})

test('a time that other fields are wrong beside is one fault among them', async () => {
  const told = await server.command(id, 'StratifyRisk', { acuity: 'bogus', at: 'x' })
  expect([told.status, told.json.code]).toEqual([400, 'request-malformed'])
})

test('there is no timeline of a time before the case was known', async () => {
  expect(await codeOf(`/cases/${id}/timeline?at=2026-10-13T12:59:59Z`)).toEqual([404, 'case-unknown'])
  expect((await get(`/cases/${id}/timeline?at=2026-10-13T13:30:00%2B00:00`)).json.events).not.toEqual([])
})

test('what is published as an example of a time is one that has passed', async () => {
  const text = (await get('/openapi.json')).text
  const named = text.match(/"examples":\["\d{4}-[^"]*T[^"]*"\]/g) ?? []
  expect(named.length).toBeGreaterThan(5)
  expect(new Set(named.filter(one => !one.includes('2026-11-26')))).toEqual(
    new Set(['"examples":["2026-10-13T09:00:00-04:00"]']),
  )
  server.clock.nowMs = Date.parse('2026-10-13T13:30:00Z')
  const { status } = await get(`/cases/${id}?at=2026-10-13T09:00:00-04:00`)
  expect(status).toBe(200)
})

test('a walk through the pages meets every case once, although all of them change meanwhile', async () => {
  const ids = [id]
  for (let n = 1; n < 9; n += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one case after the other
    ids.push(await identifiedCase(server, `e${n}`))
  }
  const met: string[] = []
  let next: string | undefined
  do {
    server.clock.nowMs += 60_000
    // oxlint-disable-next-line no-await-in-loop -- the walk itself
    for (const one of ids) await server.command(one, 'StratifyRisk', { acuity: 'high' })
    // oxlint-disable-next-line no-await-in-loop -- the walk itself
    const page = (await get(`/cases?count=2${next === undefined ? '' : `&next=${next}`}`)).json
    met.push(...page.cases.map((one: { readonly id: string }) => one.id))
    next = page.next
  } while (next !== undefined)
  expect(met.toSorted()).toEqual(ids.toSorted())
})

test.each([
  ['X-Actor', 'actor-malformed', ['noor', 'Practitioner/', 'Encounter/1', 'Practitioner/a b', '']],
  ['If-Match', 'if-match-malformed', ['1f0c2a', 'W/1f0c2a', '"a" "b"', '"a', 'W/"a";', '']],
  ['Idempotency-Key', 'idempotency-key-malformed', ['a b', 'x'.repeat(256), 'é', '']],
])('what is no %s is 400 by its own code, and the header is named', async (name, code, values) => {
  const document = (await get('/openapi.json')).json
  const operation = document.paths['/cases/{id}/commands/StratifyRisk'].post
  const described = operation.parameters.find((one: { in: string; name: string }) => {
    return one.in === 'header' && one.name === name.toLowerCase()
  })
  expect(described.schema.pattern).toBeTypeOf('string')
  for (const value of values) {
    const headers = { [name]: value }
    // oxlint-disable-next-line no-await-in-loop -- one server
    const reply = await server.command(id, 'StratifyRisk', { acuity: 'high' }, headers)
    expect([value, reply.status, reply.json.code]).toEqual([value, 400, code])
    expect(reply.headers['content-type']).toContain('application/problem+json')
    expect(reply.json.detail).toContain(name)
    expect(new RegExp(described.schema.pattern, 'u').test(value)).toBe(false)
  }
})

test('cursors of cases and of a timeline are sealed for their caller and hold for an hour', async () => {
  for (const path of ['/cases', `/cases/${id}/timeline`]) {
    // oxlint-disable-next-line no-await-in-loop -- one list after the other
    const { next } = (await get(`${path}?count=1`)).json
    expect(Buffer.from(next, 'base64url').toString('latin1')).not.toMatch(/[\d-]{10}/)
    const again = `${path}?count=1&next=${next}`
    const headers = { 'x-actor': 'Practitioner/other' }
    // oxlint-disable-next-line no-await-in-loop -- one list after the other
    expect((await server.call({ path: again, headers })).json.code).toBe('cursor-malformed')
    server.clock.nowMs += 3_600_000
    // oxlint-disable-next-line no-await-in-loop -- one list after the other
    expect(await codeOf(again)).toEqual([410, 'page-expired'])
    server.clock.nowMs -= 3_600_000
    // oxlint-disable-next-line no-await-in-loop -- one list after the other
    expect((await get(again)).status).toBe(200)
  }
})

test('a cursor of another order is none', async () => {
  const { next } = (await get('/cases?count=2&sort=-updated')).json
  expect((await get(`/cases?count=2&sort=-updated&next=${next}`)).status).toBe(200)
  for (const query of ['', '&sort=updated', '&sort=start', '&sort=-start', '&sort=id'])
    // oxlint-disable-next-line no-await-in-loop -- one server
    expect(await codeOf(`/cases?count=2${query}&next=${next}`)).toEqual([400, 'cursor-malformed'])
})

test.each([
  ['state', 'bogus', 'identified'],
  ['status', 'open', 'onhold'],
  ['type', 'acute,bogus', 'acute'],
  ['acuity', 'highest', 'moderate'],
])('a %s that there is none of is refused with those that there are', async (field, wrong, legal) => {
  const { status, json } = await get(`/cases?${field}=${wrong}`)
  expect([status, json.code, json.location]).toEqual([400, 'request-malformed', field])
  expect(json.detail).toContain(legal)
  expect((await get(`/cases?${field}=${legal}`)).status).toBe(200)
})

test('If-Match takes weak and strong tags, one or several; a refusal says why and what stands', async () => {
  const versionNow = async () => (await get(`/cases/${id}`)).json.version as string
  const acuities = ['low', 'high', 'low', 'high']
  for (const header of [(v: string) => `W/"${v}"`, (v: string) => `"${v}"`, (v: string) => `"x", W/"${v}"`]) {
    // oxlint-disable-next-line no-await-in-loop -- each on the version before
    const version = await versionNow()
    // oxlint-disable-next-line no-await-in-loop -- each on the version before
    const done = await server.command(
      id,
      'StratifyRisk',
      { acuity: acuities.pop() },
      {
        'if-match': header(version),
      },
    )
    expect([header(version), done.status]).toEqual([header(version), 200])
  }
  const stale = await server.command(id, 'StratifyRisk', { acuity: 'low' }, { 'if-match': 'W/"a", "b"' })
  const version = await versionNow()
  expect([stale.status, stale.json.code, stale.json.version, stale.headers['etag']]).toEqual([
    ...[412, 'version-stale', version, `W/"${version}"`],
  ])
  expect(stale.json.why).toContain('changed')
})

test('a draft takes what was read of it, changed, and refuses another id, version or state', async () => {
  const body = { id: 'sent-back', title: 'Sent back' }
  await server.call({ method: 'POST', path: '/models/clinical/clone', body })
  const read = await get('/models/sent-back?version=1.0.0')
  const path = '/models/sent-back/versions/1.0.0'
  const put = (content: object) => server.call({ method: 'PUT', path, body: content })
  const done = await put({ ...read.json, ratio: 21 })
  expect([done.status, done.json.ratio]).toEqual([200, 21])
  for (const [field, other] of Object.entries({
    id: 'other',
    version: '2.0.0',
    state: 'published',
    planDefinition: 'x',
  })) {
    // oxlint-disable-next-line no-await-in-loop -- one server
    const refused = await put({ ...read.json, [field]: other })
    expect([refused.status, refused.json.code, refused.json.location]).toEqual([422, 'model-invalid', field])
  }
})

test('an EpisodeOfCare that is no case is not listed and has no view', async () => {
  const patient = { reference: 'Patient/e0' }
  const body = { resourceType: 'EpisodeOfCare', id: 'plain', status: 'active', patient }
  await server.call({ method: 'PUT', path: '/fhir/EpisodeOfCare/plain', body })
  const listed = (await get('/cases?patient=e0')).json.cases.map((one: { id: string }) => one.id)
  expect(listed).toContain(id)
  expect(listed).not.toContain('plain')
  expect((await get('/cases/plain')).status).toBe(404)
})
