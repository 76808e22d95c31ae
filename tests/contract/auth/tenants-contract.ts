import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Call, Reply } from '../../support/case-server.ts'
import { type GuardedServer } from '../../support/guarded-server.ts'

/** Two tenants of one server: whatever one of them has, the other sees as if it had never been. */
export function tenantsContract(
  open: (environment?: Readonly<Record<string, string>>) => Promise<GuardedServer>,
): void {
  let server: GuardedServer
  const tokens = { north: '', south: '' }
  const asNorth = (call: Call): Promise<Reply> => server.as(tokens.north, call)
  const asSouth = (call: Call): Promise<Reply> => server.as(tokens.south, call)

  const SECRET = 'Nordlicht'
  const north = { patient: 'north-1', case: '', message: '', encounter: '' }

  const tokenOf = (tenant: string | undefined) =>
    server.oauth.sign({
      client_id: 'app',
      scope: 'system/*.cruds',
      org: tenant,
      exp: Math.floor(server.clock.nowMs / 1000) + 86_400,
    })

  const patientOf = (id: string) => ({
    resourceType: 'Patient',
    id,
    identifier: [{ system: 'urn:mrn', value: 'N-1' }],
    name: [{ family: SECRET }],
  })

  const identified = (patient: string) => ({ patient, caseType: 'acute', reason: 'referral' })

  const ADT = [
    'MSH|^~\\&|ADT|NORTH|CW|CW|20261001090000||ADT^A01|NORTH-MSG-1|P|2.5.1',
    'PID|1||N-77^^^NORTH^MR||Nordlicht^Nils||19700101|M',
    'PV1|1|I|W1^101^1^NORTH||||||||||||||||V-1^^^NORTH|||||||||||||||||||||||||20261001090000',
  ].join('\r')

  beforeAll(async () => {
    server = await open({ TENANT_CLAIM: 'org', TENANTS: 'north,south' })
    tokens.north = await tokenOf('north')
    tokens.south = await tokenOf('south')
    const put = { method: 'PUT' as const, path: '/fhir/Patient/north-1', body: patientOf('north-1') }
    expect((await asNorth(put)).status).toBe(201)
    const observation = {
      resourceType: 'Observation',
      id: 'north-o',
      status: 'final',
      code: { text: SECRET, coding: [{ system: 'urn:c', code: 'x' }] },
      subject: { reference: 'Patient/north-1' },
    }
    expect(
      (await asNorth({ method: 'PUT', path: '/fhir/Observation/north-o', body: observation })).status,
    ).toBe(201)
    const opened = await asNorth({ method: 'POST', path: '/cases', body: identified('north-1') })
    expect([opened.status, opened.text.slice(0, 200)]).toEqual([201, expect.anything()])
    north.case = opened.json.case.id as string
    const adt = await server.call({
      method: 'POST',
      path: '/adt',
      body: ADT,
      headers: { authorization: `Bearer ${tokens.north}`, accept: 'application/json' },
    })
    expect(adt.json.verdicts).toMatchObject([{ outcome: 'applied' }])
    north.message = (await asNorth({ path: '/admin/messages' })).json.messages[0].id as string
    north.encounter = (await asNorth({ path: '/fhir/Encounter' })).json.entry[0].resource.id as string
  }, 120_000)
  afterAll(() => server.close())

  describe('a tenant', () => {
    test('is said by the claim of the token: without one, or with a name that is not configured, nobody comes in', async () => {
      for (const tenant of [undefined, 'west', 'NORTH', '1']) {
        const reply = await server.as(await tokenOf(tenant), { path: '/fhir/Patient' })
        expect([tenant, reply.status, reply.json.issue[0].details.coding[0].code]).toEqual([
          tenant,
          403,
          'tenant-unknown',
        ])
      }
    })

    test('sees what it has', async () => {
      expect((await asNorth({ path: '/fhir/Patient/north-1' })).text).toContain(SECRET)
      expect((await asNorth({ path: '/fhir/Patient?_summary=count' })).json.total).toBe(2)
      expect((await asNorth({ path: `/cases/${north.case}` })).status).toBe(200)
    })

    test('gets models and questionnaires of its own', async () => {
      const [one, other] = await Promise.all([asNorth, asSouth].map(as => as({ path: '/models' })))
      expect(other?.json.models.length).toBe(one?.json.models.length)
      expect(other?.json.models[0].planDefinition).not.toBe(one?.json.models[0].planDefinition)
      const questionnaires = { path: '/fhir/Questionnaire?_summary=count' }
      expect((await asSouth(questionnaires)).json.total).toBe((await asNorth(questionnaires)).json.total)
    })
  })

  describe('of another tenant nothing is seen', () => {
    /** By every route that reads; `never` stands where an id that nobody has ever had would stand. */
    const reads = (ids: typeof north): readonly string[] => [
      `/fhir/Patient/${ids.patient}`,
      `/fhir/Patient/${ids.patient}?_at=2036-01-01T00:00:00Z`,
      `/fhir/Patient/${ids.patient}/_history`,
      `/fhir/Patient/${ids.patient}/_history/1`,
      `/fhir/Patient/${ids.patient}/$everything`,
      `/fhir/Patient/${ids.patient}/$explain`,
      `/fhir/Patient/${ids.patient}/$meta`,
      `/fhir/Patient/${ids.patient}/$validate`,
      `/fhir/Encounter/${ids.encounter}`,
      `/fhir/Encounter/${ids.encounter}/$explain`,
      `/fhir/EpisodeOfCare/${ids.case}/$explain?element=status`,
      `/fhir/EpisodeOfCare/${ids.case}`,
      `/fhir/EpisodeOfCare/${ids.case}/$everything`,
      `/cases/${ids.case}`,
      ...['plan', 'team', 'risk', 'timeline', 'obligations', 'lint', 'minutes', 'fidelity', 'commands'].map(
        view => `/cases/${ids.case}/${view}`,
      ),
      `/cases/${ids.case}/diff?from=2026-01-01T00:00:00Z`,
      `/cases/${ids.case}/switch-preview?model=clinical`,
      `/admin/messages/${ids.message}`,
      `/admin/dead-letters/${ids.message}`,
    ]
    const never = {
      patient: 'never-1',
      case: '00000000-0000-8000-8000-000000000000',
      encounter: '00000000-0000-8000-8000-000000000001',
      message: 'bmV2ZXI',
    }
    const bare = ({ status, headers, text }: Reply, ids: typeof north) => {
      const { date: _date, 'x-request-id': _id, ...rest } = headers
      const named = Object.values(ids).reduce((all, id) => all.replaceAll(id, 'ID'), text)
      return { status, headers: { ...rest, 'content-length': '' }, text: named }
    }

    test('by an address: it is answered like one that was never used, byte for byte', async () => {
      const [taken, unused] = [reads(north), reads(never)]
      for (const [index, path] of taken.entries()) {
        const one = await asSouth({ path })
        const other = await asSouth({ path: unused[index] ?? '' })
        expect([path, one.status < 400]).toEqual([path, false])
        expect({ path, ...bare(one, north) }).toEqual({ path, ...bare(other, never) })
        expect(one.text).not.toContain(SECRET)
      }
    })

    test.each([
      '/fhir/Patient',
      '/fhir/Patient?_id=north-1',
      `/fhir/Patient?name=${SECRET}`,
      '/fhir/Patient?identifier=urn:mrn|N-1',
      '/fhir/Patient?_summary=count',
      '/fhir/Patient?_total=accurate',
      '/fhir/Observation?subject=Patient/north-1',
      '/fhir/Observation?patient=north-1&_include=Observation:subject',
      '/fhir/Patient?_revinclude=Observation:subject',
      `/fhir/Observation?subject:Patient.name=${SECRET}`,
      '/fhir/Patient?_has:Observation:subject:code=x',
      '/fhir/Encounter',
      '/fhir/Provenance',
      '/fhir/Task',
      '/fhir/EpisodeOfCare?_sort=-_lastUpdated',
      '/fhir/Patient/_history',
      '/fhir/Patient/north-1/Observation',
      '/cases?total=true',
      '/cases?patient=north-1',
      '/caseload?manager=Practitioner/noor',
      '/admin/messages',
      '/admin/messages?patient=north-1',
      '/admin/messages?controlId=NORTH-MSG-1',
      '/admin/dead-letters',
      '/admin/events',
      '/admin/peers',
    ])('by a list: %s', async path => {
      const reply = await asSouth({ path })
      const own = await asNorth({ path })
      expect([path, reply.status]).toEqual([path, own.status])
      for (const word of [SECRET, 'north-1', 'north-o', north.case, 'NORTH-MSG-1', north.encounter]) {
        const isEcho = decodeURIComponent(path).includes(word)
        if (!isEcho) expect([word, reply.text.includes(word)]).toEqual([word, false])
      }
      if (reply.status < 300 && reply.json.resourceType === 'Bundle') {
        expect([reply.json.total ?? 0, reply.json.entry ?? []]).toEqual([0, []])
      }
    })

    test('in the history of everything', async () => {
      const reply = await asSouth({ path: '/fhir/_history?_count=1000' })
      for (const word of [SECRET, 'north-1', north.case]) expect(reply.text).not.toContain(word)
    })

    test('by a write: ids, conditions and versions of one tenant mean nothing to the other', async () => {
      const create = {
        method: 'POST' as const,
        path: '/fhir/Patient',
        body: { ...patientOf('x'), id: undefined },
      }
      const made = await asSouth({ ...create, headers: { 'if-none-exist': 'identifier=urn:mrn|N-1' } })
      expect(made.status).toBe(201)
      const put = { method: 'PUT' as const, path: '/fhir/Patient/north-1' }
      const stale = await asSouth({ ...put, body: patientOf('north-1'), headers: { 'if-match': 'W/"1"' } })
      const unknown = await asSouth({
        ...{ method: 'PUT', path: '/fhir/Patient/never-2', body: patientOf('never-2') },
        headers: { 'if-match': 'W/"1"' },
      })
      expect(stale.status).toBe(unknown.status)
      const own = await asSouth({ ...put, body: { ...patientOf('north-1'), name: [{ family: 'Sur' }] } })
      expect([own.status, own.headers['etag']]).toEqual([201, 'W/"1"'])
      expect((await asNorth({ path: '/fhir/Patient/north-1' })).text).toContain(SECRET)
      expect((await asSouth({ path: '/fhir/Patient/north-1' })).text).not.toContain(SECRET)
      expect((await asSouth({ method: 'DELETE', path: '/fhir/Patient/north-1' })).status).toBeLessThan(300)
      expect((await asNorth({ path: '/fhir/Patient/north-1' })).status).toBe(200)
      expect((await asSouth({ method: 'DELETE', path: '/fhir/Observation/north-o' })).status).toBeLessThan(
        300,
      )
      expect((await asNorth({ path: '/fhir/Observation/north-o' })).status).toBe(200)
    })

    test('by a link to a page', async () => {
      for (const path of [
        '/fhir/Task?_count=1',
        '/fhir/_history?_count=1',
        '/fhir/Patient/$everything?_count=1',
      ]) {
        const { json } = await asNorth({ path })
        const links = json.link as readonly { readonly relation: string; readonly url: string }[]
        const page = links.find(({ relation }) => relation === 'next')?.url.replace(/^https?:\/\/[^/]+/, '')
        expect([path, page]).toEqual([path, expect.any(String)])
        expect([path, (await asSouth({ path: page ?? '' })).status]).toEqual([path, 400])
      }
    })

    test('by the entries of a Bundle', async () => {
      const entry = ['Observation/north-o', `Encounter/${north.encounter}`, 'Observation?code=x'].map(
        url => ({
          request: { method: 'GET', url },
        }),
      )
      const reply = await asSouth({
        ...{ method: 'POST', path: '/fhir' },
        body: { resourceType: 'Bundle', type: 'batch', entry },
      })
      expect(reply.status).toBe(200)
      expect(reply.text).not.toContain(SECRET)
      expect(reply.json.entry[2].resource.entry ?? []).toEqual([])
    })

    test('by a command, a duty or a message', async () => {
      const call = (id: string) =>
        asSouth({ method: 'POST', path: `/cases/${id}/commands/HoldCase`, body: { reason: 'other' } })
      const [one, other] = [await call(north.case), await call(never.case)]
      expect([one.status, one.text]).toEqual([other.status, other.text])
      const replay = (id: string) => asSouth({ method: 'POST', path: `/admin/messages/${id}/replay` })
      const [first, second] = [await replay(north.message), await replay(never.message)]
      expect([first.status, first.text]).toEqual([second.status, second.text])
      const opened = {
        method: 'POST' as const,
        path: '/cases',
        body: identified('north-2'),
      }
      expect((await asSouth(opened)).json.code).toBe('patient-unknown')
      const sent = await server.call({
        ...{ method: 'POST', path: '/adt', body: ADT },
        headers: { authorization: `Bearer ${tokens.south}`, accept: 'application/json' },
      })
      expect(sent.json.verdicts).toMatchObject([{ outcome: 'applied' }])
      expect((await asNorth({ path: '/admin/messages' })).json.messages).toHaveLength(1)
    })

    test('by an Idempotency-Key', async () => {
      const headers = { 'idempotency-key': 'same-key' }
      const put = { method: 'PUT' as const, path: '/fhir/Patient/both', body: patientOf('both') }
      await asNorth(put)
      await asSouth(put)
      const opening = { method: 'POST' as const, path: '/cases', headers }
      const body = identified('both')
      const [one, other] = [await asNorth({ ...opening, body }), await asSouth({ ...opening, body })]
      expect([one.status, other.status]).toEqual([201, 201])
      expect(other.json.case.id).not.toBe(one.json.case.id)
    })

    test('in the audit: a refusal stands with the tenant of who was refused, and of whom nobody knows no record is named', async () => {
      const seconds = Math.floor(server.clock.nowMs / 1000)
      const refused: readonly (readonly [string, number, string | undefined])[] = [
        ['expired', 401, await server.oauth.sign({ org: 'south', exp: seconds - 60 })],
        ['nobody', 401, undefined],
        ['stranger', 403, await tokenOf('west')],
        ['poor', 403, await server.oauth.sign({ org: 'south', scope: 'user/Task.r', client_id: 'poor-app' })],
      ]
      for (const [name, status, token] of refused)
        for (const path of [`/fhir/Patient/south-${name}`, `/cases/south-${name}?patient=south-${name}`])
          expect([path, (await server.as(token, { path })).status]).toEqual([path, status])
      const auditOf = async (as: typeof asNorth) =>
        (await as({ path: '/admin/audit?refused=true&count=500' })).text
      await expect.poll(() => auditOf(asSouth), { timeout: 10_000 }).toContain('EpisodeOfCare/south-poor')
      expect(await auditOf(asSouth)).toContain('poor-app')
      await expect.poll(() => auditOf(asNorth), { timeout: 10_000 }).toContain('"outcomeDesc":"401"')
      expect(await auditOf(asNorth)).not.toContain('south-')
    })

    test('and what counts over all of them is for operators of the first', async () => {
      expect((await asNorth({ path: '/metrics' })).status).toBe(200)
      expect((await asSouth({ path: '/metrics' })).status).toBe(403)
    })
  })
}
