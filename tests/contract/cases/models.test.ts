import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seedModels } from '../../../src/commands/cases/model-desk.ts'
import { modelRegistry } from '../../../src/commands/cases/model-registry.ts'
import { mintIds } from '../../../src/commands/work/mint-ids.ts'
import { CM } from '../../support/case-world.ts'
import { openCaseServer, type CaseServer } from '../../support/case-server.ts'
import { identifiedCase, openedCase } from '../../support/case-story.ts'

let server: CaseServer
beforeAll(async () => {
  server = await openCaseServer()
})
afterAll(() => server.close())

const content = async (id: string, version?: string): Promise<Record<string, unknown>> => {
  const query = version === undefined ? '' : `?version=${version}`
  const { json } = await server.call({ path: `/models/${id}${query}` })
  const { id: _id, version: _version, state: _state, planDefinition: _resource, ...rest } = json
  return rest
}

const post = (path: string, body: object = {}, headers = {}) =>
  server.call({ method: 'POST', path, body, headers })

const put = (path: string, body: object, headers = {}) => server.call({ method: 'PUT', path, body, headers })

describe('the registry of models', () => {
  it('lists the five shipped ones, which FHIR readers see too, and a second start writes nothing', async () => {
    const list = await server.call({ path: '/models' })
    expect(list.json.models.map((one: { readonly id: string }) => one.id)).toEqual([
      'brokerage',
      'clinical',
      'intensive',
      'strengths',
      'targeted',
    ])
    const bundle = await server.call({ path: '/fhir/PlanDefinition?status=active' })
    expect(bundle.json.entry).toHaveLength(5)
    const clock = { nowMs: () => server.clock.nowMs }
    const { store } = server.app
    const parts = { store, clock, tenant: 1, base: 'http://127.0.0.1:8080/fhir', canonicalBase: CM }
    const registry = modelRegistry(parts)
    await seedModels({ ...parts, ids: mintIds(clock), targets: [], registry })
    expect(registry.list().map(({ version }) => version)).toEqual([1, 1, 1, 1, 1])
    const again = await server.call({ path: '/fhir/PlanDefinition?status=active' })
    expect(again.json.entry).toEqual(bundle.json.entry)
  })

  it('answers 404 for a model or version that is not there', async () => {
    for (const path of ['/models/none', '/models/clinical?version=9.9.9']) {
      const reply = await server.call({ path })
      expect([reply.status, reply.json.code]).toEqual([404, 'model-unknown'])
    }
  })

  it('takes a clone from draft to published to retired, and refuses every other step with the legal list', async () => {
    const cloned = await post('/models/intensive/clone', { id: 'act-team', title: 'ACT team' })
    expect(cloned.status).toBe(201)
    expect(cloned.headers['location']).toBe('/models/act-team?version=1.0.0')
    expect(cloned.json).toMatchObject({ id: 'act-team', version: '1.0.0', state: 'draft', ratio: 12 })
    const early = await post('/models/act-team/versions/1.0.0/retire')
    expect([early.status, early.json.legal]).toEqual([409, ['EditModel', 'PublishModel']])

    const edited = await put('/models/act-team/versions/1.0.0', {
      ...(await content('act-team', '1.0.0')),
      ratio: 10,
      fidelity: { contactsPerWeek: 5, communityShare: 0.75 },
    })
    expect(edited.json).toMatchObject({ ratio: 10, state: 'draft' })
    const unpublished = await server.call({ path: '/models/act-team' })
    expect(unpublished.status).toBe(404)

    const published = await post('/models/act-team/versions/1.0.0/publish', { reason: 'agreed by the board' })
    expect(published.json).toMatchObject({ state: 'published', ratio: 10 })
    const late = await put('/models/act-team/versions/1.0.0', await content('act-team'))
    expect([late.status, late.json.legal]).toEqual([409, ['RetireModel']])

    const next = await post('/models/act-team/clone')
    expect(next.json).toMatchObject({ version: '1.1.0', state: 'draft', title: 'ACT team' })
    const twice = await post('/models/act-team/clone')
    expect([twice.status, twice.json.code]).toEqual([409, 'model-exists'])

    const retired = await post('/models/act-team/versions/1.0.0/retire')
    expect(retired.json.state).toBe('retired')
    const after = await post('/models/act-team/versions/1.0.0/publish')
    expect([after.status, after.json.legal]).toEqual([409, []])
  })

  it('keeps who did what to a model in Provenance', async () => {
    const cloned = await post('/models/brokerage/clone', { id: 'light', title: 'Light' })
    const id = cloned.json.planDefinition as string
    await post('/models/light/versions/1.0.0/publish', { reason: 'pilot' })
    const found = await server.call({ path: `/fhir/Provenance?target=PlanDefinition/${id}` })
    const activities = found.json.entry.map(
      ({ resource }: { readonly resource: { readonly activity: { readonly text: string } } }) =>
        resource.activity.text,
    )
    expect(activities.toSorted()).toEqual(['CloneModel', 'PublishModel'])
    const last = found.json.entry.find(
      ({ resource }: { readonly resource: { readonly activity: { readonly text: string } } }) =>
        resource.activity.text === 'PublishModel',
    ).resource
    expect(last.reason).toEqual([{ text: 'pilot' }])
    expect(last.agent[0].who.reference).toBe('Practitioner/noor')
  })

  it('refuses an edit of a version that has changed since', async () => {
    await post('/models/clinical/clone', { id: 'nursing', title: 'Nursing' })
    const read = await server.call({ path: '/models/nursing?version=1.0.0' })
    const etag = read.headers['etag'] ?? ''
    const changes = { ...(await content('nursing', '1.0.0')), planDueDays: 7 }
    const first = await put('/models/nursing/versions/1.0.0', changes, { 'if-match': etag })
    const second = await put('/models/nursing/versions/1.0.0', changes, { 'if-match': etag })
    expect([first.status, second.status, second.json.code]).toEqual([200, 412, 'version-stale'])
  })

  it('names every fault of a draft that is no model', async () => {
    const draft = await content('nursing', '1.0.0')
    const wrong = await put('/models/nursing/versions/1.0.0', {
      ...draft,
      cadence: [{ everyDays: 7 }, { everyDays: 14, times: 3 }],
    })
    expect([wrong.status, wrong.json.code, wrong.json.issues]).toEqual([
      422,
      'model-invalid',
      [
        { location: 'cadence.0.times', detail: expect.any(String) },
        { location: 'cadence.1.times', detail: expect.any(String) },
      ],
    ])
    const malformed = await put('/models/nursing/versions/1.0.0', { ...draft, ratio: 0 })
    expect([malformed.status, malformed.json.location]).toEqual([400, 'ratio'])
  })

  it('takes a model that a FHIR client wrote, and leaves out what is no whole model', async () => {
    const { json } = await server.call({ path: '/fhir/PlanDefinition?title=Clinical' })
    const { id: _id, meta: _meta, ...clinical } = json.entry[0].resource
    const url = String(clinical.url).replace('clinical', 'house')
    const put1 = await server.call({
      method: 'PUT',
      path: '/fhir/PlanDefinition/house',
      body: { ...clinical, id: 'house', url, title: 'House' },
    })
    expect(put1.status).toBe(201)
    await server.call({
      method: 'PUT',
      path: '/fhir/PlanDefinition/broken',
      body: { ...clinical, id: 'broken', url: `${url}-2`, extension: [], title: 'Broken' },
    })
    const house = await server.call({ path: '/models/house' })
    expect(house.json).toMatchObject({ id: 'house', title: 'House', ratio: 30, planDefinition: 'house' })
    expect((await server.call({ path: '/models/house-2' })).status).toBe(404)
  })
})

describe('a published model at the FHIR door', () => {
  it('can be retired, and neither changed nor deleted', async () => {
    const path = '/fhir/PlanDefinition/house'
    const { json } = await server.call({ path })
    const write = (body: object) => server.call({ method: 'PUT', path, body })
    const changed = await write({ ...json, title: 'Another house' })
    expect([changed.status, changed.json.issue[0].details.coding[0].code]).toEqual([
      422,
      'illegal-transition',
    ])
    const deleted = await server.call({ method: 'DELETE', path })
    expect(deleted.status).toBe(422)
    const described = await write({ ...json, publisher: 'House of cards' })
    expect(described.status).toBe(200)
    const retired = await write({ ...json, status: 'retired' })
    expect(retired.status).toBe(200)
    expect((await server.call({ path: '/models/house?version=1.0.0' })).json.state).toBe('retired')
    expect((await write({ ...json, status: 'active' })).status).toBe(422)
  })

  it('is anybody’s while it is a draft', async () => {
    const cloned = await post('/models/targeted/clone', { id: 'ours', title: 'Ours' })
    const path = `/fhir/PlanDefinition/${String(cloned.json.planDefinition)}`
    const { json } = await server.call({ path })
    const body = { ...json, title: 'Published by FHIR', status: 'active' }
    const written = await server.call({ method: 'PUT', path, body })
    expect(written.status).toBe(200)
    expect((await server.call({ path: '/models/ours' })).json).toMatchObject({
      title: 'Published by FHIR',
      state: 'published',
    })
  })
})

describe('the model of a case', () => {
  it('is chosen once the case was screened in, by a published version only', async () => {
    const id = await identifiedCase(server, 'river-1')
    const early = await server.command(id, 'SelectModel', { model: 'clinical', reason: 'fits' })
    expect([early.status, early.json.legal]).toEqual([409, expect.arrayContaining(['ScreenCase'])])
    await server.command(id, 'ScreenCase', {})
    const unknown = await server.command(id, 'SelectModel', { model: 'none', reason: 'fits' })
    expect([unknown.status, unknown.json.code]).toEqual([404, 'model-unknown'])
    const draft = await server.command(id, 'SelectModel', {
      model: 'nursing',
      version: '1.0.0',
      reason: 'fits',
    })
    expect([draft.status, draft.json.code]).toEqual([422, 'model-not-published'])
    const chosen = await server.command(id, 'SelectModel', { model: 'clinical', reason: 'many therapies' })
    expect(chosen.json.events[0]).toMatchObject({ type: 'ModelSelected', reason: 'many therapies' })
    const episode = await server.call({ path: `/fhir/EpisodeOfCare/${id}` })
    expect(episode.json.type[1].coding[0]).toMatchObject({ version: '1.0.0', code: 'clinical' })
  })

  it('is not switched before a plan is in force', async () => {
    const id = await openedCase(server, 'river-2')
    await server.command(id, 'SelectModel', { model: 'clinical', reason: 'fits' })
    server.clock.nowMs += 60_000
    const early = await server.command(id, 'SwitchModel', { model: 'intensive', reason: 'worse' })
    expect([early.status, early.json.legal]).toEqual([409, expect.arrayContaining(['SelectModel'])])
    const again = await server.command(id, 'SelectModel', { model: 'intensive', reason: 'worse' })
    expect(again.status).toBe(200)
    const view = await server.call({ path: `/cases/${id}` })
    expect(view.json.model).toMatchObject({ id: 'intensive', version: '1.0.0' })
  })
})
