import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FhirServer } from '../../support/fhir-server.ts'

/** What the FHIR surface promises over any store. */
export function transactionContract(open: () => Promise<FhirServer>): void {
  let server: FhirServer
  beforeAll(async () => {
    server = await open()
  })
  afterAll(() => server.close())

  type Entry = Readonly<Record<string, unknown>>

  const bundle = (type: string, ...entry: readonly Entry[]) => ({ resourceType: 'Bundle', type, entry })
  const send = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
    server.call({ method: 'POST', path: '/', body, headers })
  const post = (
    resource: { resourceType: string; [element: string]: unknown },
    more: Entry = {},
    request: Entry = {},
  ) => ({
    ...more,
    resource,
    request: { method: 'POST', url: resource.resourceType, ...request },
  })
  const put = (
    resource: { resourceType: string; id: string; [element: string]: unknown },
    request: Entry = {},
  ) => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}`, ...request },
  })
  const remove = (url: string, request: Entry = {}) => ({ request: { method: 'DELETE', url, ...request } })
  const get = (url: string, request: Entry = {}) => ({ request: { method: 'GET', url, ...request } })

  const patient = (more: object = {}) => ({ resourceType: 'Patient', ...more })
  const encounter = (subject: string, more: object = {}) => ({
    resourceType: 'Encounter',
    status: 'planned',
    class: { code: 'IMP' },
    subject: { reference: subject },
    ...more,
  })
  const marked = patient({ identifier: [{ system: 'urn:mark', value: '1' }] })
  const URN = 'urn:uuid:11111111-1111-4111-8111-111111111111'
  const URN2 = 'urn:uuid:22222222-2222-4222-8222-222222222222'

  const statuses = (reply: { json: { entry: { response: { status: string } }[] } }) =>
    reply.json.entry.map(entry => entry.response.status.slice(0, 3))
  const locationOf = (reply: { json: { entry: { response: { location: string } }[] } }, index: number) =>
    reply.json.entry[index]?.response.location.replace(/\/_history.*/, '') ?? ''
  const read = async (path: string) => (await server.call({ path: `/${path}` })).json

  describe('a transaction', () => {
    test('links its entries, whatever the order, and answers in request order', async () => {
      const reply = await send(
        bundle(
          'transaction',
          post(encounter(URN), { fullUrl: URN2 }),
          post(patient(), { fullUrl: URN }),
          get('Patient?_summary=count'),
        ),
      )
      expect([reply.status, reply.json.type]).toEqual([200, 'transaction-response'])
      expect(statuses(reply)).toEqual(['201', '201', '200'])
      const made = await read(locationOf(reply, 0))
      expect(made.subject.reference).toBe(locationOf(reply, 1))
      expect(made.id.slice(14, 18)).toBe(
        locationOf(reply, 1).split('/')[1]?.slice(14, 18).replace(/.$/, made.id.slice(17, 18)),
      )
      expect(reply.json.entry[2].resource.type).toBe('searchset')
    })

    test('rewrites links in contained resources, extensions, uri values and narratives, and no plain strings', async () => {
      const reply = await send(
        bundle(
          'transaction',
          post(patient(), { fullUrl: URN }),
          post(
            {
              resourceType: 'Basic',
              code: { text: 'x' },
              identifier: [{ system: 'urn:ietf:rfc:3986', value: URN }],
              text: {
                status: 'generated',
                div: `<div xmlns="http://www.w3.org/1999/xhtml"><a href="${URN}">${URN}</a></div>`,
              },
              contained: [
                {
                  resourceType: 'Group',
                  id: 'g',
                  type: 'person',
                  actual: true,
                  member: [{ entity: { reference: URN } }],
                },
              ],
              extension: [
                { url: 'http://x.org/uri', valueUri: URN },
                { url: 'http://x.org/string', valueString: URN },
                { url: 'http://x.org/ref', valueReference: { reference: URN } },
              ],
              subject: { reference: '#g' },
            },
            { fullUrl: 'urn:oid:1.2.3' },
          ),
          post({ resourceType: 'Basic', code: { text: 'y' }, subject: { reference: 'urn:oid:1.2.3' } }),
        ),
      )
      expect(statuses(reply)).toEqual(['201', '201', '201'])
      const target = locationOf(reply, 0)
      const basic = await read(locationOf(reply, 1))
      expect(basic.identifier[0].value).toBe(URN)
      expect(basic.text.div).toContain(`<a href="${target}">${URN}</a>`)
      expect(basic.contained[0].member[0].entity.reference).toBe(target)
      expect(
        basic.extension.map(
          (e: Entry) =>
            e['valueUri'] ?? e['valueString'] ?? (e['valueReference'] as { reference: string }).reference,
        ),
      ).toEqual([target, URN, target])
      expect((await read(locationOf(reply, 2))).subject.reference).toBe(locationOf(reply, 1))
    })

    test('resolves a relative reference against the root of the entry that holds it', async () => {
      const reply = await send(
        bundle(
          'transaction',
          post(patient(), { fullUrl: 'http://far.org/r4/Patient/9' }),
          post(encounter('Patient/9'), { fullUrl: 'http://far.org/r4/Encounter/1' }),
          post(encounter('Patient/9'), { fullUrl: 'http://other.org/r4/Encounter/1' }),
        ),
      )
      expect((await read(locationOf(reply, 1))).subject.reference).toBe(locationOf(reply, 0))
      expect((await read(locationOf(reply, 2))).subject.reference).toBe('Patient/9')
    })

    test('takes effect in the order DELETE, POST, PUT, GET', async () => {
      await send(bundle('transaction', put({ ...patient(), id: 'order-1' })))
      const reply = await send(
        bundle(
          'transaction',
          get('Patient/order-2'),
          put({ ...patient({ gender: 'male' }), id: 'order-2' }),
          remove('Patient/order-1'),
        ),
      )
      expect(statuses(reply)).toEqual(['200', '201', '204'])
      expect(reply.json.entry[0].resource.gender).toBe('male')
    })

    test('with one bad entry writes nothing and says which', async () => {
      const before = (await read('Patient?_summary=count')).total
      const reply = await send(bundle('transaction', post(patient()), post(patient({ gender: 'F' }))))
      expect([reply.status, reply.json.issue[0].expression[0]]).toEqual([
        400,
        'Bundle.entry[1].resource.gender',
      ])
      expect((await read('Patient?_summary=count')).total).toBe(before)
    })

    test('lists every entry that can not be understood', async () => {
      const reply = await send(
        bundle(
          'transaction',
          { resource: patient() },
          { resource: patient(), request: { method: 'PATCH', url: 'Patient/1' } },
          { resource: patient(), request: { method: 'POST', url: 'Encounter' } },
          put({ ...patient(), id: 'a' }, { url: 'Patient/b' }),
          post(patient(), {}, { url: 'Patient/$match' }),
          { request: { method: 'POST', url: 'Patient' } },
        ),
      )
      expect(reply.json.issue.map((issue: { expression: string[] }) => issue.expression[0])).toEqual(
        [0, 1, 2, 3, 4, 5].map(n => `Bundle.entry[${n}]`),
      )
      expect(reply.json.issue.map((issue: { code: string }) => issue.code)).toEqual([
        'invalid',
        'invalid',
        'invalid',
        'invalid',
        'not-supported',
        'invalid',
      ])
    })

    test('fails as a whole on a stale If-Match, a repeated fullUrl, two writes of one resource, a dangling urn or a read of nothing', async () => {
      await send(bundle('transaction', put({ ...patient(), id: 'whole' })))
      const cases: readonly (readonly [number, ...Entry[]])[] = [
        [412, post(marked), put({ ...patient({ gender: 'male' }), id: 'whole' }, { ifMatch: 'W/"9"' })],
        [412, post(marked), remove('Patient/whole', { ifMatch: 'W/"9"' })],
        [400, post(marked, { fullUrl: URN }), post(patient(), { fullUrl: URN })],
        [400, put({ ...marked, id: 'whole' }), remove('Patient/whole')],
        [400, post(marked), post(encounter(URN2))],
        [404, post(marked), get('Patient/nobody-here')],
        [400, post(marked), get('Patient?foo=1')],
        [412, post(marked), post(encounter('Patient?identifier=none-has-this'))],
      ]
      for (const [status, ...entries] of cases) {
        const reply = await send(bundle('transaction', ...entries))
        expect([reply.status, reply.json.resourceType]).toEqual([status, 'OperationOutcome'])
        expect(reply.text).toContain('Bundle.entry[1]')
      }
      expect((await read('Patient?identifier=urn:mark%7C1&_summary=count')).total).toBe(0)
      expect((await read('Patient/whole')).meta.versionId).toBe('1')
    })

    test('a conditional create that finds one writes nothing and links go to the one found', async () => {
      const identified = patient({ identifier: [{ system: 'urn:t', value: '1' }] })
      const condition = { ifNoneExist: 'identifier=urn:t|1' }
      const first = await send(
        bundle('transaction', post(identified, { fullUrl: URN }, condition), post(encounter(URN))),
      )
      const second = await send(
        bundle('transaction', post(encounter(URN)), post(identified, { fullUrl: URN }, condition)),
      )
      expect(statuses(second)).toEqual(['201', '200'])
      expect(locationOf(second, 1)).toBe(locationOf(first, 0))
      expect((await read(locationOf(second, 0))).subject.reference).toBe(locationOf(first, 0))
    })

    test('fails when a conditional create finds what another entry writes', async () => {
      const identified = patient({ identifier: [{ system: 'urn:t', value: '30' }] })
      const found = post(identified, {}, { ifNoneExist: 'identifier=urn:t|30' })
      await send(bundle('transaction', put({ ...identified, id: 'overlap' })))
      const other = put({ ...identified, gender: 'male', id: 'overlap' })
      for (const entries of [
        [found, other],
        [other, found],
      ]) {
        const reply = await send(bundle('transaction', ...entries))
        expect([reply.status, reply.json.issue[0].details.coding[0].code]).toEqual([
          400,
          'bundle-identity-overlap',
        ])
      }
      expect((await read('Patient/overlap')).meta.versionId).toBe('1')
      expect(statuses(await send(bundle('transaction', found, found)))).toEqual(['200', '200'])
    })

    test('a conditional reference finds what is there, or what an entry with the same condition makes', async () => {
      await send(
        bundle(
          'transaction',
          put({ ...patient({ identifier: [{ system: 'urn:t', value: '2' }] }), id: 'cond-2' }),
        ),
      )
      const reply = await send(
        bundle(
          'transaction',
          post(encounter('Patient?identifier=urn:t|2')),
          post(
            patient({ identifier: [{ system: 'urn:t', value: '3' }] }),
            {},
            { ifNoneExist: 'identifier=urn:t|3' },
          ),
          post(encounter('Patient?identifier=urn:t|3')),
        ),
      )
      expect(reply.text).toContain('transaction-response')
      expect((await read(locationOf(reply, 0))).subject.reference).toBe('Patient/cond-2')
      expect((await read(locationOf(reply, 2))).subject.reference).toBe(locationOf(reply, 1))
    })

    test('a conditional reference finds what another entry of the Bundle creates, whatever its type', async () => {
      const identifier = (value: string) => [{ system: 'urn:t', value }]
      const at = { managingOrganization: { reference: 'Organization?identifier=urn:t|41' } }
      const reply = await send(
        bundle(
          'transaction',
          post(encounter('Patient?identifier=urn:t|40')),
          post(patient({ identifier: identifier('40'), ...at })),
          post({ resourceType: 'Organization', name: 'North', identifier: identifier('41') }),
          post(patient({ identifier: identifier('42') })),
        ),
      )
      expect(reply.status).toBe(200)
      expect((await read(locationOf(reply, 0))).subject.reference).toBe(locationOf(reply, 1))
      expect((await read(locationOf(reply, 1))).managingOrganization.reference).toBe(locationOf(reply, 2))
      const twice = post(patient({ identifier: identifier('43') }))
      const reference = post(encounter('Patient?identifier=urn:t|43'))
      const several = await send(bundle('transaction', twice, twice, reference))
      expect([several.status, several.json.issue[0].code]).toEqual([412, 'multiple-matches'])
      const none = await send(bundle('transaction', post(encounter('Patient?identifier=urn:t|44'))))
      expect([none.status, none.json.issue[0].code]).toEqual([412, 'not-found'])
    })

    test('takes a relative fullUrl and resolves references by it', async () => {
      const reply = await send(
        bundle(
          'transaction',
          post(encounter('Patient/123'), { fullUrl: 'Encounter/9' }),
          post(patient(), { fullUrl: 'Patient/123' }),
        ),
      )
      expect(reply.status).toBe(200)
      expect((await read(locationOf(reply, 0))).subject.reference).toBe(locationOf(reply, 1))
      const crooked = await send(bundle('transaction', post(patient(), { fullUrl: 'no address' })))
      expect(crooked.json.issue[0].expression).toEqual(['Bundle.entry[0].fullUrl'])
    })

    test('a urn reference may name the version that the entry becomes', async () => {
      const reply = await send(
        bundle('transaction', post(patient(), { fullUrl: URN }), post(encounter(`${URN}/_history/1`))),
      )
      expect((await read(locationOf(reply, 1))).subject.reference).toBe(`${locationOf(reply, 0)}/_history/1`)
    })

    test('side by side with others on one condition makes one resource', async () => {
      const body = bundle(
        'transaction',
        post(
          patient({ identifier: [{ system: 'urn:t', value: '20' }] }),
          { fullUrl: URN },
          { ifNoneExist: 'identifier=urn:t|20' },
        ),
        post(encounter(URN)),
      )
      const replies = await Promise.all(Array.from({ length: 20 }, () => send(body)))
      expect(new Set(replies.map(reply => locationOf(reply, 0))).size).toBe(1)
      expect((await read('Patient?identifier=urn:t|20&_summary=count')).total).toBe(1)
      expect(
        (await read(`Encounter?patient=${locationOf(replies[0] as never, 0)}&_summary=count`)).total,
      ).toBe(20)
    })

    test('gives the resources back when the client prefers it', async () => {
      const reply = await send(bundle('transaction', post(patient({ gender: 'male' }))), {
        prefer: 'return=representation',
      })
      expect(reply.json.entry[0].resource.gender).toBe('male')
      const minimal = await send(bundle('transaction', post(patient())))
      expect(minimal.json.entry[0].resource).toBeUndefined()
      expect(minimal.json.entry[0].response).toMatchObject({ status: '201 Created', etag: 'W/"1"' })
    })

    test('of five hundred entries is one unit', async () => {
      const reply = await send(
        bundle(
          'transaction',
          post(patient(), { fullUrl: URN }),
          ...Array.from({ length: 499 }, () => post(encounter(URN))),
        ),
      )
      expect(new Set(statuses(reply))).toEqual(new Set(['201']))
      expect((await read(`Encounter?patient=${locationOf(reply, 0)}&_summary=count`)).total).toBe(499)
    })
  })

  describe('a batch', () => {
    test('treats each entry on its own', async () => {
      const reply = await send(
        bundle(
          'batch',
          post(patient()),
          post(patient({ gender: 'F' })),
          get('Patient/nobody-here'),
          put({ ...patient(), id: 'batch-1' }),
          get('Patient/batch-1'),
          get('Patient/batch-1/_history'),
          get('Patient/batch-1/_history/1', { ifNoneMatch: 'W/"1"' }),
          remove('Patient/batch-1'),
          get('Patient?foo=1'),
          { request: { method: 'PATCH', url: 'Patient/1' } },
        ),
      )
      expect([reply.status, reply.json.type]).toEqual([200, 'batch-response'])
      expect(statuses(reply)).toEqual(['201', '400', '404', '201', '200', '200', '304', '204', '400', '400'])
      expect(reply.json.entry[1].response.outcome.issue[0].expression).toEqual([
        'Bundle.entry[1].resource.gender',
      ])
    })
  })

  test('handling=lenient holds for the searches in a Bundle', async () => {
    for (const type of ['batch', 'transaction']) {
      const reply = await send(bundle(type, get('Patient?foo=1')), { prefer: 'handling=lenient' })
      expect([statuses(reply), reply.json.entry[0].resource.type]).toEqual([['200'], 'searchset'])
    }
  })

  test('the CapabilityStatement can be read in a Bundle', async () => {
    const reply = await send(bundle('batch', get('metadata'), get('/metadata')))
    expect(statuses(reply)).toEqual(['200', '200'])
    expect(reply.json.entry[0].resource.resourceType).toBe('CapabilityStatement')
  })

  test('a Bundle of another type, or nothing of the kind, is refused', async () => {
    expect((await send(bundle('collection'))).status).toBe(400)
    expect((await send(patient())).status).toBe(400)
    expect((await send({ resourceType: 'Bundle' })).status).toBe(400)
  })

  const rules = join(process.env['CASEWIRE_DATA'] ?? '../shared/data', 'fhir/transaction-rules')
  if (!existsSync(rules)) {
    throw new Error(
      `The public transaction rules are missing at ${rules}: set CASEWIRE_DATA to the data folder`,
    )
  }

  describe('the public transaction rules', () => {
    test.each([
      ['TransactionWithConditionalCreateAndReference', 400],
      ['TransactionWithMultipleEntriesModifyingSameResource', 400],
      ['TransactionWithMultipleResourcesWithSameFullUrl', 400],
      ['TransactionWithPOSTFullUrlMatchesWithPUTRequestUrl', 400],
      ['TransactionWithConditionalReferenceInResourceBody', 412],
      ['TransactionWithForeignReferenceInResourceBody', 400],
      ['TransactionWithInvalidResourceType', 400],
      ['TransactionWithInvalidProcessingRoutes', 400],
      ['TransactionForRollBack', 404],
      ['TransactionForRollBackWithDelete', 400],
      ['InvalidBundleType', 400],
      ['TypeMissing', 400],
      ['Batch', 200],
      ['MissingIdentifier', 200],
    ] as const)('Bundle-%s is answered with %i', async (name, status) => {
      const reply = await send(readFileSync(join(rules, `Bundle-${name}.json`), 'utf8'))
      expect([reply.status, reply.text.slice(0, 600)]).toEqual([status, expect.any(String)])
    })
  })
}
