import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Resource } from '../../../src/fhir/resource.ts'
import { validateResource } from '../../../src/fhir/validation/validate-resource.ts'
import { AUDIENCE, type GuardedServer } from '../../support/guarded-server.ts'

/** Every request leaves an AuditEvent that operators find. */
export function auditContract(
  open: (environment?: Readonly<Record<string, string>>) => Promise<GuardedServer>,
): void {
  let server: GuardedServer
  let operator: string
  let patient: string
  beforeAll(async () => {
    server = await open()
    operator = await server.oauth.sign({ scope: 'system/*.cruds', client_id: 'ops' })
    const created = await server.as(operator, {
      ...{ method: 'POST', path: '/fhir/Patient' },
      body: { resourceType: 'Patient', name: [{ family: 'Secretfamily' }] },
    })
    patient = created.json.id
  }, 60_000)
  afterAll(() => server.close())

  // eslint-disable-next-line typescript/no-explicit-any -- tests look into answers of any shape
  const found = async (query: string): Promise<readonly any[]> =>
    (await server.as(operator, { path: `/admin/audit?${query}` })).json.events

  const eventOf = async (requestId: string) => {
    await expect.poll(async () => (await found(`requestId=${requestId}`)).length, { timeout: 10_000 }).toBe(1)
    return (await found(`requestId=${requestId}`))[0]
  }

  async function asked(token: string | undefined, path: string, requestId: string) {
    await server.as(token, { path, headers: { 'x-request-id': requestId } })
    return eventOf(requestId)
  }

  const staff = () =>
    server.oauth.sign({ scope: 'user/*.rs', fhirUser: `${AUDIENCE}/Practitioner/ines`, client_id: 'app' })

  describe('a request is kept', () => {
    test('with who read what when by which client, as a valid AuditEvent', async () => {
      const event = await asked(await staff(), `/fhir/Patient/${patient}`, 'audit-read')
      expect(event).toMatchObject({
        resourceType: 'AuditEvent',
        ...{ action: 'R', outcome: '0', outcomeDesc: '200' },
        subtype: [{ display: 'GET /fhir/:type/:id' }],
      })
      expect(event.agent[0]).toMatchObject({ who: { reference: 'Practitioner/ines' }, requestor: true })
      expect(event.agent[1].who.display).toContain('app')
      expect(event.entity[0].what.reference).toBe(`Patient/${patient}`)
      expect(validateResource(event as Resource).filter(({ severity }) => severity === 'error')).toEqual([])
    })

    test('when it creates, with the address of what it made', async () => {
      const [event] = await found(`entity=Patient/${patient}&count=500`).then(all =>
        all.filter(({ action }) => action === 'C'),
      )
      expect(event.agent[0].who.reference).toBe('Device/client-ops')
    })

    test('when it searches, with the patient that it names and nothing else of the query', async () => {
      const path = `/fhir/Observation?patient=Patient/${patient}&code=secretcode`
      const event = await asked(await staff(), path, 'audit-search')
      expect(event.entity[0].what.type).toBe('Observation')
      expect(event.entity[1].what.reference).toBe(`Patient/${patient}`)
      expect(JSON.stringify(event)).not.toContain('secretcode')
    })

    test('when it is refused: without a token, without the scope, outside the scope', async () => {
      const away = await asked(undefined, `/fhir/Patient/${patient}`, 'audit-401')
      expect([away.outcome, away.outcomeDesc, away.agent[0].who.reference]).toEqual(['4', '401', undefined])
      const poor = await server.oauth.sign({ scope: 'user/Observation.rs' })
      expect((await asked(poor, `/fhir/Patient/${patient}`, 'audit-403')).outcomeDesc).toBe('403')
      const other = await server.oauth.sign({ scope: 'patient/*.rs', patient: 'somebody' })
      const hidden = await asked(other, `/fhir/Patient/${patient}`, 'audit-404')
      expect([hidden.outcome, hidden.outcomeDesc]).toEqual(['4', '404'])
      const refused = await found('refused=true')
      expect(refused.every(({ outcome }) => outcome !== '0')).toBe(true)
      expect(refused.length).toBeGreaterThanOrEqual(3)
    })

    test('of the case API, by the case', async () => {
      const event = await asked(await staff(), '/cases/nowhere-1', 'audit-case')
      expect(event.entity[0].what.reference).toBe('EpisodeOfCare/nowhere-1')
    })
  })

  describe('the audit is read', () => {
    test('by patient, actor, time and pages', async () => {
      expect((await found(`patient=${patient}&actor=Practitioner/ines`)).length).toBe(2)
      expect(await found('before=2000-01-01T00:00:00Z')).toEqual([])
      const first = (await server.as(operator, { path: '/admin/audit?count=2' })).json
      const second = (await server.as(operator, { path: `/admin/audit?count=2&after=${first.next}` })).json
      const ids = [...first.events, ...second.events].map(({ id }: Resource) => id)
      expect(new Set(ids).size).toBe(4)
      expect((await server.as(operator, { path: '/admin/audit?who=me' })).status).toBe(400)
    })

    test('by operators only', async () => {
      expect((await server.as(await staff(), { path: '/admin/audit' })).status).toBe(403)
    })

    test('without a patient’s data in it', async () => {
      expect(JSON.stringify(await found('count=500'))).not.toContain('Secretfamily')
    })
  })

  test('what everybody may see is not kept', async () => {
    await server.as(undefined, { path: '/livez', headers: { 'x-request-id': 'audit-live' } })
    await asked(await staff(), '/fhir/Patient?_count=1', 'audit-after-live')
    expect(await found('requestId=audit-live')).toEqual([])
  })
}
