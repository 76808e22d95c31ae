import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openCaseServer, type CaseServer, type Reply } from '../../support/case-server.ts'
import { openedCase } from '../../support/case-story.ts'

let server: CaseServer
beforeAll(async () => {
  server = await openCaseServer()
})
afterAll(() => server.close())

interface Activity {
  readonly resource: { readonly activity: { readonly text: string } }
}

interface Row {
  readonly id: string
  readonly state: string
}

const run = async (id: string, name: string, body: object = {}): Promise<Reply> => {
  const reply = await server.command(id, name, body)
  if (reply.status !== 200) throw new Error(`${name}: ${reply.text}`)
  return reply
}

const bornBy = (reply: Reply, noun: string): string =>
  reply.json.events.find((event: { readonly noun: string }) => event.noun === noun).nounId as string

const view = async (id: string): Promise<Reply['json']> => (await server.call({ path: `/cases/${id}` })).json

const openDuties = async (id: string): Promise<readonly Row[]> => {
  const { json } = await server.call({ path: `/cases/${id}/obligations` })
  return (json.obligations as readonly Row[]).filter(({ state }) => state === 'due' || state === 'missed')
}

/** Every resource that says it belongs to a case, without what derivation says anew. */
async function partsOf(id: string): Promise<ReadonlyMap<string, unknown>> {
  const types = ['CarePlan', 'Goal', 'Condition', 'Observation', 'Consent', 'ServiceRequest', 'Task']
  const found = await Promise.all(
    types.map(type => server.call({ path: `/fhir/${type}?_tag=${id}&_count=500` })),
  )
  const resources = found.flatMap(({ json }) =>
    (json.entry ?? []).map((row: { resource: unknown }) => row.resource),
  )
  return new Map(
    resources
      .filter(({ basedOn, reasonCode }) => basedOn === undefined && reasonCode === undefined)
      .map(resource => [`${resource.resourceType}/${resource.id}`, resource]),
  )
}

/** Two cases of one patient, with work in both. */
async function twoCases(patient: string): Promise<{ readonly lead: string; readonly double: string }> {
  const lead = await openedCase(server, patient)
  const double = await openedCase(server, patient)
  for (const id of [lead, double]) {
    await run(id, 'SelectModel', { model: 'clinical', reason: 'complex' })
    const need = bornBy(await run(id, 'IdentifyNeed', { text: 'Walks unsafely' }), 'need')
    await run(id, 'ConfirmNeed', { need })
    const goal = bornBy(await run(id, 'SetGoal', { text: 'Walk alone', needs: [need] }), 'goal')
    await run(id, 'DraftPlan', { goals: [goal] })
  }
  return { lead, double }
}

describe('two cases that turn out to be one', () => {
  test('MergeCases closes the duplicate, keeps every part of it and lets its duties fall away', async () => {
    const { lead, double } = await twoCases('m1')
    const [parts, before] = [await partsOf(double), await view(lead)]
    expect((await openDuties(double)).length).toBeGreaterThan(0)
    const merged = await run(lead, 'MergeCases', { other: double, reason: 'entered twice' })
    expect(
      merged.json.events
        .filter(({ type }: { readonly type: string }) => type === 'CasesMerged')
        .map(({ nounId, changes, reason }: Record<string, unknown>) => [nounId, changes, reason]),
    ).toEqual([
      [lead, { mergedFrom: [double] }, 'entered twice'],
      [
        double,
        expect.objectContaining({
          state: 'closed',
          closure: { reason: 'duplicate' },
          mergedInto: expect.objectContaining({ case: lead, state: 'open' }),
        }),
        'entered twice',
      ],
    ])
    expect(await view(double)).toMatchObject({
      state: 'closed',
      status: 'finished',
      mergedInto: { case: lead, state: 'open' },
    })
    expect(await view(lead)).toMatchObject({ state: before.state, mergedFrom: [double] })
    const after = await partsOf(double)
    for (const [key, resource] of parts) expect(after.get(key), key).toEqual(resource)
    expect(await openDuties(double)).toEqual([])
    const episode = await server.call({ path: `/fhir/EpisodeOfCare/${double}` })
    expect(episode.json.status).toBe('finished')
    const provenance = await server.call({
      path: `/fhir/Provenance?target=EpisodeOfCare/${double}&_count=100`,
    })
    const activities = provenance.json.entry.map((row: Activity) => row.resource.activity.text)
    expect(activities).toContain('MergeCases')
  })

  test('UnmergeCases lets it go on where it stood, with its manager and duties', async () => {
    const { lead, double } = await twoCases('m2')
    await run(double, 'HoldCase', { hold: 'pause', reason: 'on holiday', reviewBy: '2026-10-20' })
    const [was, duties] = [await view(double), await openDuties(double)]
    await run(lead, 'MergeCases', { other: double, reason: 'entered twice' })
    const reopened = await server.command(double, 'ReopenCase', { reason: 'x' })
    expect([reopened.status, reopened.json.code, reopened.json.detail]).toEqual([
      422,
      'case-condition',
      expect.stringContaining('UnmergeCases'),
    ])
    const back = await run(double, 'UnmergeCases', { reason: 'they are two' })
    expect(back.json.events.map(({ type }: { readonly type: string }) => type)).toContain('CasesUnmerged')
    const now = await view(double)
    expect({ ...now, version: '', since: '' }).toMatchObject({
      state: 'on-hold',
      manager: was.manager,
      plan: was.plan,
    })
    expect((await openDuties(double)).map(({ id }) => id)).toEqual(duties.map(({ id }) => id))
    const twice = await server.command(double, 'UnmergeCases', { reason: 'again' })
    expect([twice.status, twice.json.legal]).toEqual([409, expect.arrayContaining(['ResumeCase'])])
  })

  test('only a running case of the same patient is merged, and only into one that runs', async () => {
    const { lead, double } = await twoCases('m3')
    const stranger = await openedCase(server, 'm4')
    const merge = (id: string, other: string) =>
      server.command(id, 'MergeCases', { other, reason: 'looks the same' })
    expect((await merge(lead, lead)).json.code).toBe('case-condition')
    expect((await merge(lead, stranger)).json.code).toBe('unknown-noun')
    expect((await merge(lead, 'none')).status).toBe(404)
    await run(double, 'ProposeClosure', { reason: 'stabilised' })
    const closing = await merge(lead, double)
    expect([closing.status, closing.json.legal]).toEqual([409, expect.arrayContaining(['RejectClosure'])])
    await run(double, 'RejectClosure', { reason: 'not yet' })
    await run(lead, 'MergeCases', { other: double, reason: 'entered twice' })
    expect((await merge(double, lead)).status).toBe(409)
    expect((await merge(lead, double)).status).toBe(409)
  })
})
