import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { purgeAll } from '../../../src/commands/inbox/retention.ts'
import type { Call, Reply } from '../../support/case-server.ts'
import { AUDIENCE, type GuardedServer } from '../../support/guarded-server.ts'
import {
  aimedReads,
  aimedWrites,
  outsideWrites,
  wideReads,
  type Aim,
  type LeakRequest,
} from '../../support/leak-requests.ts'
import { ids, observationOf, PATIENT_MARK, RECORD_MARK, seedTwoPatients } from '../../support/two-patients.ts'

/**
 * Scope x interaction x resource: nothing of another patient is in any answer, and what is forbidden, what was deleted there
 * and what never was answer byte for byte alike (but Date and X-Request-Id).
 * `every`: each one of so many requests, where each costs more.
 */
export function accessMatrixContract(open: () => Promise<GuardedServer>, { every = 1 } = {}): void {
  const some = (requests: readonly LeakRequest[]) => requests.filter((_, at) => at % every === 0)
  let server: GuardedServer
  beforeAll(async () => {
    server = await open()
    await seedTwoPatients(server)
  }, 120_000)
  afterAll(() => server.close())

  const CATEGORY = 'http://terminology.hl7.org/CodeSystem/condition-category'
  const asPatient = { fhirUser: `${AUDIENCE}/Patient/${ids.own.patient}` }
  const asStaff = { fhirUser: `${AUDIENCE}/Practitioner/ines` }

  interface Holder {
    readonly claims: Readonly<Record<string, unknown>>
    /** What must not be in any answer. */
    readonly hidden: readonly RegExp[]
  }

  const limited = (scope: string, claims: object = {}, whose = ''): readonly [string, Holder] => [
    scope === '' ? 'no scope' : `${scope} ${whose}`.trim(),
    { claims: { scope, patient: ids.own.patient, ...claims }, hidden: [PATIENT_MARK, RECORD_MARK] },
  ]

  const limitedHolders = [
    limited(''),
    limited('patient/*.rs'),
    limited('patient/*.r'),
    limited('patient/Observation.rs'),
    limited(`patient/Condition.rs?category=${CATEGORY}|encounter-diagnosis`),
    limited('patient/*.read'),
    limited('patient/*.cud'),
    limited('patient/*.write'),
    limited('patient/*.cruds'),
    limited('patient/Patient.rs patient/Observation.cruds'),
    limited('user/*.cruds', asPatient),
    limited('user/*.cruds', { fhirUser: 'https://ehr.example/fhir/Patient/1' }, 'for a patient elsewhere'),
  ]

  /** Not by whose record it is, but by what stands in it. */
  const byContent = limited(
    'system/Patient.cruds?family=ownpat-family system/Observation.cruds?code=ownres-code system/Provenance.rs?_id=ownres-p1',
  )

  const [own, other, never] = [ids.own, ids.other, ids.never]
  const atOther: Aim = { ...pick(other), mark: 'zbzres', patientMark: 'zbzpat' }
  const atDeleted: Aim = { ...atOther, observation: other.deleted }
  const atNever: Aim = { ...pick(never), mark: 'nvrres', patientMark: 'nvrpat' }
  const atOwn: Aim = { ...pick(own), mark: 'ownres', patientMark: 'ownpat' }

  function pick({ patient, observation }: { readonly patient: string; readonly observation: string }) {
    return { patient, observation }
  }

  const tokens = new Map<Holder, Promise<string>>()

  async function ask(holder: Holder, request: LeakRequest, aim: Aim): Promise<Reply> {
    const token = tokens.get(holder) ?? server.oauth.sign(holder.claims)
    tokens.set(holder, token)
    return server.as(await token, request.call(aim))
  }

  /** The whole answer as text. What the caller itself sent (ids, codes) is shown as such, and what each answer has anew. */
  function shown({ status, headers, text }: Reply, aim: Aim): string {
    const { date: _date, 'x-request-id': _id, 'content-length': length, ...others } = headers
    // A sealed page of what the caller sent is compressed: its length is that of what was sent, not of what was found.
    const kept = text.includes('_page=') ? others : { ...others, length }
    return [...Object.values(aim)]
      .toSorted((a, b) => b.length - a.length)
      .reduce((all, sent: string) => all.replaceAll(sent, '<sent>'), JSON.stringify([status, kept, text]))
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\bc[0-9a-f]{32}\b/g, '<id>')
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z|\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT/g, '<time>')
      .replaceAll(/_page=[\w-]+/g, '_page=<page>')
  }

  function expectNothingOfOther(holder: Holder, text: string): void {
    for (const mark of holder.hidden) expect(text).not.toMatch(mark)
  }

  describe.each([...limitedHolders, byContent])('with %s', (_name, holder) => {
    test.each(some(aimedReads))('$name answers for what is hidden as for what never was', async request => {
      const expected = shown(await ask(holder, request, atNever), atNever)
      for (const aim of [atOther, atDeleted]) {
        const answer = shown(await ask(holder, request, aim), aim)
        expect(answer).toBe(expected)
        expectNothingOfOther(holder, answer)
      }
    })

    test.each(some(wideReads))('$name tells nothing of another', async request => {
      const reply = await ask(holder, request, atOwn)
      expectNothingOfOther(holder, JSON.stringify([reply.headers, withoutSelf(reply.text)]))
      expect(reply.status).toBeLessThan(500)
    })

    test.each(some(aimedReads))('$name of an own resource tells nothing of another', async request => {
      expectNothingOfOther(holder, JSON.stringify(await ask(holder, request, atOwn)))
    })

    test.each(some(aimedWrites))('$name answers for what is hidden as for what never was', async request => {
      const expected = shown(await ask(holder, request, atNever), atNever)
      for (const aim of [atOther, atDeleted]) {
        const answer = shown(await ask(holder, request, aim), aim)
        expect(answer).toBe(expected)
        expectNothingOfOther(holder, answer)
      }
    })
  })

  describe.each(limitedHolders)('with %s', (_name, holder) => {
    test.each(some(outsideWrites))('$name is refused', async request => {
      const reply = await ask(holder, request, atOther)
      expect(reply.status).toBe(403)
      expectNothingOfOther(holder, shown(reply, atOther))
    })
  })

  /** The address that the client itself sent. */
  const withoutSelf = (text: string): string =>
    text.replaceAll(/\{"relation":"self","url":"[^"]*"\}/g, '').replaceAll('zbzres-code', '')

  describe('with user/Patient.r', () => {
    const holder: Holder = { claims: { scope: 'user/Patient.r', ...asStaff }, hidden: [RECORD_MARK] }

    test('every Patient can be read', async () => {
      const [read] = aimedReads
      if (read) expect((await ask(holder, read, atOther)).status).toBe(200)
    })

    test.each(some([...aimedReads, ...wideReads, ...aimedWrites]))(
      '$name tells nothing of the records',
      async request => {
        expectNothingOfOther(holder, withoutSelf(shown(await ask(holder, request, atOther), atOther)))
      },
    )
  })

  describe.each(['user/*.rs', 'system/*.cruds', 'system/*.read'])('with %s', scope => {
    const holder: Holder = { claims: { scope, ...asStaff }, hidden: [] }

    test.each(some(aimedReads.filter(({ name }) => !/HEAD|fits|as it was|not/.test(name))))(
      '$name finds what is aimed at',
      async request => {
        const reply = await ask(holder, request, atOther)
        expect([200, 304]).toContain(reply.status)
      },
    )

    test('what was deleted is gone, and what never was is not found', async () => {
      const read = aimedReads.find(({ name }) => name === 'read of an Observation')
      if (!read) throw new Error('there is no such request')
      expect((await ask(holder, read, atDeleted)).status).toBe(410)
      expect((await ask(holder, read, atNever)).status).toBe(404)
    })
  })

  describe('with patient/*.rs', () => {
    const holder = new Map(limitedHolders).get('patient/*.rs') ?? limited('')[1]
    const statusOf = async (name: string, aim = atOwn) => {
      const request = [...aimedReads, ...wideReads].find(each => each.name === name)
      if (!request) throw new Error('there is no such request')
      return ask(holder, request, aim)
    }

    test('the own record is read, searched, counted and told whole', async () => {
      expect((await statusOf('read of a Patient')).json.id).toBe(own.patient)
      expect((await statusOf('search by token')).json.entry.length).toBeGreaterThan(0)
      expect(
        (await statusOf('_include')).json.entry.map((entry: Entry) => entry.resource.resourceType),
      ).toContain('Patient')
      expect((await statusOf('$everything')).json.entry.length).toBeGreaterThan(4)
      expect((await statusOf('history of a type')).json.entry.length).toBeGreaterThan(2)
      const tagsOf = async (name: string) => (await statusOf(name)).json.parameter[0].valueMeta.tag
      expect(await tagsOf('$meta of a type')).toMatchObject([{ code: 'ownres-tag' }])
      expect(await tagsOf('$meta of the system')).toMatchObject([
        { code: 'ownres-e1' },
        { code: 'ownres-tag' },
      ])
      expect((await statusOf('$everything of a case')).text).toContain('EpisodeOfCare/ownres-e1')
    })

    test('a Provenance is in the record of a patient that it names, as R4’s compartment has it; one that names none is in no record', async () => {
      const token = await server.oauth.sign(holder.claims)
      const asked = async (path: string) => server.as(token, { path: `/fhir${path}` })
      const idsOf = ({ json }: Reply) =>
        (json.entry as readonly Entry[])
          .filter(({ resource }) => resource.resourceType === 'Provenance')
          .map(({ fullUrl }) => fullUrl.replace(/.*\//, ''))
          .filter(id => id.endsWith('-p1'))
      for (const path of [
        `/Observation?_id=${own.observation}&_revinclude=Provenance:target`,
        '/Patient?_revinclude=Provenance:target',
        '/Provenance',
        `/Provenance?target=Patient/${own.patient}`,
        `/Patient/${own.patient}/Provenance`,
      ])
        expect([path, idsOf(await asked(path))]).toEqual([path, ['ownres-p1']])
      for (const id of ['zbzres-p1', 'nobody-p1', 'never-p1'])
        expect([id, (await asked(`/Provenance/${id}`)).status]).toEqual([id, 404])
    })

    test('$explain tells nothing of a message that the caller named as a source, whether it came or not', async () => {
      const segments = [
        'MSH|^~\\&|ADT|NORTH|CW|CW|20260101090000||ADT^A01|ZM1|P|2.5.1',
        'PID|1||ZM1^^^NORTH^MR||Zbzpat^X||19700101|M',
        'PV1|1|I|W1^101^1^NORTH||||||||||||||||ZM1^^^NORTH',
      ]
      const system = await server.oauth.sign({ scope: 'system/*.cruds' })
      const sent = { method: 'POST', path: '/adt', body: segments.join('\r') } as const
      expect((await server.as(system, sent)).text).toContain('MSA|AA')
      const clock = { nowMs: () => Date.parse('2036-01-01T00:00:00Z') }
      const { inbox } = server.app.store
      await purgeAll({ inbox, tenants: [1], retention: { textDays: 1 }, clock }, () => false)
      const token = await server.oauth.sign({ scope: 'patient/*.cruds', patient: own.patient })
      const explained = async (controlId: string) => {
        const source = `https://casewire.example/fhir/sid/message/ADT%7CNORTH/${controlId}#0123456789abcdef`
        const { id: _id, ...body } = observationOf('x', own.patient, 'ownres')
        const made = await server.as(token, {
          ...{ method: 'POST', path: '/fhir/Observation', body: { ...body, meta: { source } } },
        })
        return (await server.as(token, { path: `/fhir/Observation/${made.json.id}/$explain` })).json
      }
      expect(await explained('NM1')).toEqual({ resourceType: 'Parameters' })
      expect(await explained('ZM1')).toEqual({ resourceType: 'Parameters' })
    })

    test('what was deleted in the own record is gone', async () => {
      expect((await statusOf('read of an Observation', { ...atOwn, observation: own.deleted })).status).toBe(
        410,
      )
    })

    test('a history by pages leads to its end, and tells every version of the own record once', async () => {
      const seen: string[] = []
      let path = '/fhir/Observation/_history?_count=1'
      for (let page = 0; path !== '' && page < 100; page += 1) {
        const { json } = await server.as(await server.oauth.sign(holder.claims), { path })
        seen.push(...(json.entry ?? []).map((entry: Entry) => `${entry.fullUrl} ${entry.response.etag}`))
        path = next(json)
      }
      expect(seen.some(text => RECORD_MARK.test(text))).toBe(false)
      expect(new Set(seen).size).toBe(seen.length)
      expect(seen.filter(text => text.includes(own.moved))).toEqual([expect.stringContaining('W/"2"')])
    })
  })

  test('a link to a page opens nothing for the same client on behalf of another patient', async () => {
    const [token, others] = await Promise.all(
      [own.patient, other.patient].map(patient => server.oauth.sign({ scope: 'patient/*.rs', patient })),
    )
    for (const path of ['/Observation?code:not=x&_count=1', '/Observation/_history?_count=1']) {
      const page = next((await server.as(token, { path: `/fhir${path}` })).json)
      expect([path, (await server.as(token, { path: page })).status]).toEqual([path, 200])
      expect([path, (await server.as(others, { path: page })).status]).toEqual([path, 400])
    }
  })

  interface Entry {
    readonly fullUrl: string
    readonly resource: { readonly resourceType: string }
    readonly response: { readonly etag: string }
  }

  interface Linked {
    readonly link: readonly { readonly relation: string; readonly url: string }[]
  }

  const next = ({ link }: Linked): string =>
    (link.find(({ relation }) => relation === 'next')?.url ?? '').replace(/^https?:\/\/[^/]+/, '')

  describe('scopes together', () => {
    const write = async (scope: string, call: Call) =>
      (await server.as(await server.oauth.sign({ scope, ...asStaff, patient: own.patient }), call)).status
    const observed = (patient: string, category: string) => ({
      ...observationOf('ownres-w1', patient, 'ownres'),
      category: [{ coding: [{ code: category }] }],
    })

    test('reach what one of them reaches, and no sum of their parts', async () => {
      const scope = 'patient/Observation.cru user/Observation.cru?category=laboratory'
      const create = (patient: string, category: string) => {
        const { id: _id, ...body } = observed(patient, category)
        return write(scope, { method: 'POST', path: '/fhir/Observation', body })
      }
      expect(await create(own.patient, 'vital-signs')).toBe(201)
      expect(await create(other.patient, 'laboratory')).toBe(201)
      expect(await create(other.patient, 'vital-signs')).toBe(403)
      const sent = {
        resourceType: 'Communication',
        status: 'completed',
        sender: { reference: `Patient/${own.patient}` },
        subject: { reference: `Patient/${other.patient}` },
      }
      const both = 'patient/Communication.c user/Communication.c?category=alert'
      expect(await write(both, { method: 'POST', path: '/fhir/Communication', body: sent })).toBe(403)
    })

    test('an update of what is not there needs the permission to create', async () => {
      const call = {
        ...{ method: 'PUT', path: '/fhir/Observation/ownres-w1' },
        body: observed(own.patient, 'laboratory'),
      } as const
      expect(await write('user/Observation.u', call)).toBe(403)
      expect(await write('user/Observation.cu', call)).toBe(201)
      expect(await write('user/Observation.u', call)).toBe(200)
    })

    test('who may write and not read gets id and version, and nothing that stands', async () => {
      const { id: _id, ...body } = observed(own.patient, 'laboratory')
      const token = await server.oauth.sign({ scope: 'patient/Observation.cu', patient: own.patient })
      const reply = await server.as(token, { method: 'POST', path: '/fhir/Observation', body })
      expect([reply.status, Object.keys(reply.json).toSorted()]).toEqual([
        201,
        ['id', 'meta', 'resourceType'],
      ])
      expect(reply.headers['location']).toContain(reply.json.id)
    })
  })

  // Two thousand writes one after the other: a part of the long settings.
  test.runIf(process.env['CASEWIRE_LONG'] === '1')(
    'a long history of what is hidden is not there either',
    async () => {
      const id = 'zbzres-h1'
      const versions = Array.from({ length: 2_005 }, (_, n) => ({
        resource: { ...observationOf(id, other.patient, 'zbzres'), note: [{ text: String(n) }] },
        request: { method: 'PUT', url: `Observation/${id}` },
      }))
      const written = { resourceType: 'Bundle', type: 'batch', entry: versions }
      const system = await server.oauth.sign({ scope: 'system/*.cruds' })
      expect((await server.as(system, { method: 'POST', path: '/fhir', body: written })).status).toBe(200)
      const token = await server.oauth.sign({ scope: 'patient/*.rs', patient: own.patient })
      for (const query of ['', '?_count=1', '?_since=2000-01-01'])
        expect((await server.as(token, { path: `/fhir/Observation/${id}/_history${query}` })).status).toBe(
          404,
        )
    },
    60_000,
  )

  test('after all that the other record stands as it stood', async () => {
    const token = await server.oauth.sign({ scope: 'system/*.cruds' })
    for (const [path, version] of [
      [`Observation/${other.observation}`, '2'],
      [`Patient/${other.patient}`, '2'],
      [`Observation/${ids.named}`, '1'],
    ]) {
      const { json } = await server.as(token, { path: `/fhir/${path}` })
      expect([path, json.meta.versionId]).toEqual([path, version])
    }
  })
}
