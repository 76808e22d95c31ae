import { afterAll, beforeAll, expect, test } from 'vitest'
import { defaultCaseRules } from '../../src/care-plan/case/case-rules.ts'
import { modelLookup, shippedModels } from '../../src/care-plan/models/shipped-models.ts'
import { applyInbound } from '../../src/commands/apply-inbound.ts'
import type { Resource } from '../../src/fhir/resource.ts'
import { holidayCalendar } from '../../src/lib/holiday-calendars.ts'
import { applyCaseLaw } from '../../src/mappers/case/law/law.ts'
import { er7 } from '../support/adt/er7.ts'
import { sourceSettings } from '../../src/mappers/adt/source.ts'
import { openCaseServer, type CaseServer } from '../support/case-server.ts'

const CM = 'https://casewire.example/fhir'
const [NOOR, SUPERVISOR] = ['Practitioner/noor', 'Practitioner/supervisor']
const FHIR = { 'content-type': 'application/fhir+json' }

let server: CaseServer
let [caseId, patient] = ['', '']

beforeAll(async () => {
  server = await openCaseServer('2026-10-13T13:00:00Z')
  const message = er7({ event: 'A01', id: 'C1', at: '20261012183000', visit: 'V1', pv1: { 2: 'I', 4: 'E' } })
  const told = await server.call({ method: 'POST', path: '/adt', body: message })
  expect(told.status).toBe(200)
  const episode = (await server.call({ path: '/fhir/EpisodeOfCare' })).json.entry[0].resource
  caseId = episode.id
  patient = episode.patient.reference
})
afterAll(() => server?.close())

type Written = Resource & { readonly id: string }

const put = async (resource: Written, actor = NOOR) => {
  server.clock.nowMs += 60_000
  const path = `/fhir/${resource.resourceType}/${resource.id}`
  return server.call({ method: 'PUT', path, body: resource, headers: { ...FHIR, 'x-actor': actor } })
}
const read = async (reference: string) => (await server.call({ path: `/fhir/${reference}` })).json
const stateTo = async (state: string, status: string, actor = NOOR) => {
  const episode = await read(`EpisodeOfCare/${caseId}`)
  const others = episode.extension.filter(({ url }: { url: string }) => !url.endsWith('/state'))
  const stated = { url: `${CM}/StructureDefinition/state`, valueCode: state }
  const model = { coding: [{ system: `${CM}/CodeSystem/model`, version: '1.0.0', code: 'clinical' }] }
  const type = [episode.type[0], ...(state === 'open' ? [model] : [])]
  return put({ ...episode, status, type, extension: [...others, stated] }, actor)
}
const consent = (): Written => ({
  ...{ resourceType: 'Consent', id: 'consent', meta: tag(), status: 'active' },
  scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'treatment' }] },
  category: [{ coding: [{ system: `${CM}/CodeSystem/consent-scope`, code: 'case-management' }] }],
  patient: { reference: patient },
  policyRule: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'OPTIN' }] },
})
const tag = () => ({ tag: [{ system: `${CM}/sid/case`, code: caseId }] })
const tagged = async (type: string): Promise<readonly Written[]> => {
  const { json } = await server.call({ path: `/fhir/${type}?_tag=${CM}/sid/case|${caseId}` })
  return (json.entry ?? []).map((one: { readonly resource: Written }) => one.resource)
}

test.each(['EpisodeOfCare', 'CareTeam', 'Task', 'Encounter'])(
  'a %s of a case that a message told is found by the tag of the case, and its own tags stay beside it',
  async type => {
    const [first] = await tagged(type)
    if (!first) throw new Error(`no ${type} has the tag`)
    const own = { system: 'urn:theirs', code: 'round' }
    const { meta } = first
    expect((await put({ ...first, meta: { ...meta, tag: [...(meta?.tag ?? []), own] } })).status).toBe(200)
    const again = er7({
      event: 'A08',
      id: `C1-${type}`,
      at: '20261012190000',
      visit: 'V1',
      pv1: { 2: 'I', 4: 'E', 10: type },
    })
    expect((await server.call({ method: 'POST', path: '/adt', body: again })).status).toBe(200)
    const stands = await read(`${type}/${first.id}`)
    expect(stands.meta.tag).toEqual(expect.arrayContaining([own, ...tag().tag]))
  },
)

const duties = async () =>
  (await server.call({ path: `/cases/${caseId}/obligations` })).json.obligations.map(
    ({ rule, state }: { rule: string; state: string }) => `${rule} ${state}`,
  ) as readonly string[]
const events = async () =>
  (await server.call({ path: `/cases/${caseId}/timeline` })).json.events.map(
    ({ type }: { type: string }) => type,
  ) as readonly string[]

test('an assignment accepted and the state opened by FHIR open the case and call for its first duties', async () => {
  expect((await stateTo('screened', 'planned', SUPERVISOR)).status).toBe(200)
  const refused = async (words: string) => {
    const { status, json } = await stateTo('open', 'active')
    expect([status, json.issue[0].diagnostics]).toEqual([422, expect.stringContaining(words)])
  }
  await refused('OpenCase needs the consent')
  expect((await put(consent())).status).toBe(201)
  await refused('I1:')
  const offer = {
    ...{ resourceType: 'Task', id: 'assign', status: 'requested', intent: 'order' },
    code: { coding: [{ system: `${CM}/CodeSystem/task-code`, code: 'assign' }] },
    groupIdentifier: { system: `${CM}/sid/case`, value: caseId },
    for: { reference: patient },
    requester: { reference: SUPERVISOR },
    owner: { reference: NOOR },
  }
  expect((await put(offer, SUPERVISOR)).status).toBe(201)
  const accepted = { ...(await read('Task/assign')), status: 'accepted' }
  expect((await put(accepted, SUPERVISOR)).status).toBe(422)
  expect((await put(accepted)).status).toBe(200)
  const opened = await stateTo('open', 'active')
  expect(opened.status).toBe(200)
  expect(await duties()).toEqual(expect.arrayContaining(['first-contact due', 'plan-draft due']))
  expect(await events()).toEqual(
    expect.arrayContaining(['CaseScreenedIn', 'AssignmentAccepted', 'CaseOpened', 'ObligationRaised']),
  )
})

test('a contact written as an Encounter meets the duty to make it', async () => {
  const at = new Date(server.clock.nowMs).toISOString()
  const written = await put({
    ...{ resourceType: 'Encounter', id: 'call', status: 'finished', subject: { reference: patient } },
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'VR' },
    type: [{ coding: [{ system: `${CM}/CodeSystem/contact-kind`, code: 'phone' }] }],
    episodeOfCare: [{ reference: `EpisodeOfCare/${caseId}` }],
    period: { start: at, end: at },
  })
  expect(written.status).toBe(201)
  expect(await duties()).toContain('first-contact met')
  expect(await events()).toEqual(expect.arrayContaining(['ContactMade', 'ObligationMet']))
})

test('a missed session written as Appointment and ServiceRequest calls for the rule of the model', async () => {
  const service = {
    ...{ resourceType: 'ServiceRequest', id: 'therapy', status: 'active', intent: 'order', meta: tag() },
    subject: { reference: patient },
    code: { text: 'Therapy' },
  }
  expect((await put(service)).status).toBe(201)
  const start = new Date(server.clock.nowMs).toISOString()
  const appointment = {
    ...{ resourceType: 'Appointment', id: 'session', status: 'booked', meta: tag(), start, end: start },
    participant: [{ actor: { reference: patient }, status: 'accepted' }],
    basedOn: [{ reference: 'ServiceRequest/therapy' }],
  }
  expect((await put(appointment)).status).toBe(201)
  expect((await put({ ...appointment, status: 'noshow' })).status).toBe(200)
  const missed = {
    url: `${CM}/StructureDefinition/performance`,
    extension: [
      { url: 'at', valueDateTime: start },
      { url: 'kept', valueBoolean: false },
    ],
  }
  expect((await put({ ...service, extension: [missed] })).status).toBe(200)
  expect(await duties()).toContain('missed-service due')
  expect(await events()).toContain('AppointmentMissed')
})

test('what a peer does against a rule is recorded, flagged and reviewed once, and its duties follow', async () => {
  const goal = {
    ...{ resourceType: 'Goal', id: 'own', lifecycleStatus: 'accepted', subject: { reference: patient } },
    ...{ description: { text: 'Ride again' }, expressedBy: { reference: patient } },
    identifier: [{ system: `${CM}/sid/case`, value: caseId }],
  }
  expect((await put(goal, patient)).status).toBe(201)
  const staff = await put({ ...goal, lifecycleStatus: 'cancelled' })
  expect([staff.status, staff.json.issue[0].diagnostics.slice(0, 4)]).toEqual([422, 'I20:'])
  const frame = {
    ...{ tenant: 1, canonicalBase: CM, timeZone: 'America/New_York', rules: defaultCaseRules },
    ...{ calendar: holidayCalendar('us-federal'), models: modelLookup(shippedModels) },
  }
  const resource = { ...goal, lifecycleStatus: 'cancelled' } as Resource & { readonly id: string }
  const key = { type: 'Goal', id: 'own' }
  const link = { peer: 'north', ...key, remoteId: 'g', remoteVersion: '2', base: {}, remoteHash: 'h' }
  for (const round of [1, 2]) {
    server.clock.nowMs += 60_000
    const applied = await applyInbound(
      {
        ...{ store: server.app.store, nowMs: () => server.clock.nowMs, targets: [] },
        law: input => applyCaseLaw({ ...frame, ...input, door: 'peer' }),
        consequences: { ...frame, settings: sourceSettings(frame) },
      },
      {
        ...{ tenant: 1, origin: 'peer:north', actor: 'Device/peer-north' },
        changes: [{ key, patient: patient.slice(8), decide: () => ({ resource, link, asPeerSays: true }) }],
      },
    )
    expect(applied.ok).toBe(true)
    if (round === 1)
      expect(await read('Goal/own')).toMatchObject({
        lifecycleStatus: 'cancelled',
        meta: { tag: [{ code: 'rule-broken' }] },
      })
  }
  expect((await duties()).filter(line => line === 'fact-review due')).toHaveLength(1)
})
