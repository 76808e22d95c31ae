import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openCaseServer, type CaseServer } from '../../support/case-server.ts'
import { describedAnswers, type DescribedAnswers } from '../../support/described-answers.ts'
import { identifiedCase, openedCase } from '../../support/case-story.ts'

let server: CaseServer
let described: DescribedAnswers
beforeAll(async () => {
  described = await describedAnswers(await openCaseServer())
  server = described.server
}, 60_000)
afterAll(() => server.close())

const MINUTE_MS = 60_000
const wait = (minutes: number): void => {
  server.clock.nowMs += minutes * MINUTE_MS
}
const now = (): string => new Date(server.clock.nowMs).toISOString()
const caseOf = async (id: string) => (await server.call({ path: `/cases/${id}` })).json

describe('creating a case', () => {
  test('a case that people identify is 201 with its address and version, and its events', async () => {
    await server.call({
      method: 'PUT',
      path: '/fhir/Patient/c1',
      body: { resourceType: 'Patient', id: 'c1' },
    })
    const body = { patient: 'c1', caseType: 'chronic', reason: 'referred' }
    const made = await server.call({ method: 'POST', path: '/cases', body })
    const { id, version, state } = made.json.case
    expect([made.status, state]).toEqual([201, 'identified'])
    expect(made.headers['location']).toBe(`/cases/${id}`)
    expect(made.headers['etag']).toBe(`W/"${version}"`)
    expect(made.json.events).toMatchObject([
      { type: 'CaseIdentified', noun: 'case', nounId: id, actor: 'Practitioner/noor', reason: 'referred' },
    ])
    const seen = await server.call({ path: made.headers['location'] ?? '' })
    expect([seen.status, seen.headers['etag'], seen.json.phases]).toEqual([
      200,
      made.headers['etag'],
      ['screening'],
    ])
    const episode = await server.call({ path: `/fhir/EpisodeOfCare/${id}` })
    expect([episode.json.status, episode.json.patient.reference]).toEqual(['planned', 'Patient/c1'])
  })

  test('a case of a patient who is not on record is refused', async () => {
    const body = { patient: 'nobody', caseType: 'chronic', reason: 'x' }
    const made = await server.call({ method: 'POST', path: '/cases', body })
    expect([made.status, made.json.code, made.json.location]).toEqual([422, 'patient-unknown', 'patient'])
  })

  test('every fault of a body is named by its field, and no value of it', async () => {
    const body = { patient: 'c1', caseType: 'bogus', secret: 'secret-value' }
    const made = await server.call({ method: 'POST', path: '/cases', body })
    expect([made.status, made.json.code]).toEqual([400, 'request-malformed'])
    expect(made.json.issues.map(({ location }: { location: string }) => location).toSorted()).toEqual([
      'caseType',
      'reason',
      'secret',
    ])
    expect(made.text).not.toMatch(/bogus|secret-value/)
    expect(made.json.detail).toContain('acute, chronic')
  })
})

describe('commands', () => {
  test('a command answers its events, what changed and the new version, and leaves a Provenance', async () => {
    const id = await identifiedCase(server, 'm1')
    wait(60)
    const at = new Date(server.clock.nowMs - 30 * MINUTE_MS).toISOString()
    const reply = await server.command(id, 'ScreenCase', { acuity: 'high', at, reason: 'polytrauma' })
    expect([reply.status, reply.json.case.state]).toEqual([200, 'screened'])
    expect(reply.json.events[0]).toMatchObject({
      type: 'CaseScreenedIn',
      at,
      reason: 'polytrauma',
    })
    expect(reply.json.resources).toContain(`EpisodeOfCare/${id}`)
    const held = { reason: 'full', hold: 'waitlist', at: new Date(Date.parse(at) - 1000).toISOString() }
    const early = await server.command(id, 'HoldCase', held)
    expect([early.status, early.json.code, early.json.location]).toEqual([422, 'at-before-past', 'at'])
    expect((await caseOf(id)).version).toBe(reply.json.case.version)
    const provenance = await server.call({ path: `/fhir/Provenance?target=EpisodeOfCare/${id}&_count=10` })
    const told = provenance.json.entry.map(({ resource }: { resource: object }) => resource)
    expect(told).toContainEqual(
      expect.objectContaining({
        occurredDateTime: at,
        reason: [{ text: 'polytrauma' }],
        activity: expect.objectContaining({ text: 'ScreenCase' }),
        agent: [{ who: { reference: 'Practitioner/noor' } }],
      }),
    )
  })

  test('a command that the state forbids is 409 with the legal ones and why', async () => {
    const id = await identifiedCase(server, 'm2')
    const reply = await server.command(id, 'HoldCase', { hold: 'pause', reason: 'away' })
    expect([reply.status, reply.json.code]).toEqual([409, 'illegal-transition'])
    expect(reply.json.legal).toContain('ScreenCase')
    expect(reply.json.why).toContain('identified')
    const { json } = await server.call({ path: `/cases/${id}/commands` })
    expect(json.case.legal).toEqual(expect.arrayContaining(reply.json.legal))
  })

  test('a command that a rule forbids is 422 with the rule and why, and writes nothing', async () => {
    const id = await identifiedCase(server, 'm3')
    await server.command(id, 'ScreenCase')
    const { version } = await caseOf(id)
    const reply = await server.command(id, 'OpenCase')
    expect([reply.status, typeof reply.json.why]).toEqual([422, 'string'])
    expect(reply.json.code === 'rule-broken' ? reply.json.rule : reply.json.code).toMatch(/^I\d+$|^case-/)
    expect((await caseOf(id)).version).toBe(version)
  })

  test('a name that is no command is 404 and lists the commands', async () => {
    const id = await identifiedCase(server, 'm4')
    const reply = await server.command(id, 'Bogus')
    expect([reply.status, reply.json.code]).toEqual([404, 'command-unknown'])
    expect(reply.json.legal).toEqual(expect.arrayContaining(['OpenCase', 'ScreenCase', 'SetGoal']))
  })

  test('a case, or a part of it, that is not there is 404', async () => {
    const id = await identifiedCase(server, 'm5')
    const reply = await server.command('nowhere', 'ScreenCase')
    expect([reply.status, reply.json.code]).toEqual([404, 'case-unknown'])
    const part = await server.command(id, 'AcceptAssignment', { assignment: 'none' })
    expect([part.status, part.json.code]).toEqual([404, 'unknown-noun'])
    expect((await server.call({ path: '/cases/nowhere' })).status).toBe(404)
  })

  test('a fact in the future, a body that is no object and an actor that is none are 400', async () => {
    const id = await identifiedCase(server, 'm6')
    const future = await server.command(id, 'ScreenCase', { at: '2099-01-01T00:00:00Z' })
    expect([future.status, future.json.code, future.json.location]).toEqual([400, 'at-in-future', 'at'])
    const list = await server.call({ method: 'POST', path: `/cases/${id}/commands/ScreenCase`, body: [1] })
    expect([list.status, list.json.code]).toEqual([400, 'request-malformed'])
    const actor = await server.command(id, 'ScreenCase', {}, { 'x-actor': 'me' })
    expect([actor.status, actor.json.code]).toEqual([400, 'actor-malformed'])
    const strange = await server.command(id, 'ScreenCase', { acuty: 'high' })
    expect([strange.status, strange.json.location]).toEqual([400, 'acuty'])
  })

  test('a control character that FHIR has no room for is refused, whatever the field', async () => {
    const id = await openedCase(server, 'm7')
    const reply = await server.command(id, 'SetGoal', { text: 'walk\u0000again' })
    expect(reply.status).toBe(422)
  })
})

describe('versions', () => {
  test('If-Match lets a command through on the version that stands, and refuses it on an older one', async () => {
    const id = await identifiedCase(server, 'v1')
    const first = await server.call({ path: `/cases/${id}` })
    const etag = first.headers['etag'] ?? ''
    const screened = await server.command(id, 'ScreenCase', {}, { 'if-match': etag })
    expect(screened.status).toBe(200)
    const stale = await server.command(id, 'StratifyRisk', { acuity: 'high' }, { 'if-match': etag })
    expect([stale.status, stale.json.code]).toEqual([412, 'version-stale'])
    const wrong = await server.command(id, 'StratifyRisk', { acuity: 'high' }, { 'if-match': 'x' })
    expect([wrong.status, wrong.json.code]).toEqual([400, 'if-match-malformed'])
    const any = await server.command(id, 'StratifyRisk', { acuity: 'high' }, { 'if-match': '*' })
    expect(any.status).toBe(200)
  })

  test('the version changes when a FHIR client changes anything of the case', async () => {
    const id = await openedCase(server, 'v2')
    const before = await server.call({ path: `/cases/${id}` })
    const episode = (await server.call({ path: `/fhir/EpisodeOfCare/${id}` })).json
    const linked = await server.call({
      method: 'POST',
      path: '/fhir/Condition',
      body: {
        resourceType: 'Condition',
        extension: [
          {
            url: 'http://hl7.org/fhir/StructureDefinition/workflow-episodeOfCare',
            valueReference: { reference: `EpisodeOfCare/${id}` },
          },
        ],
        clinicalStatus: {
          coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }],
        },
        code: { text: 'asthma' },
        subject: episode.patient,
      },
    })
    expect(linked.status).toBe(201)
    const after = await server.call({ path: `/cases/${id}` })
    expect(after.headers['etag']).not.toBe(before.headers['etag'])
    const stale = await server.command(
      id,
      'StratifyRisk',
      { acuity: 'low' },
      { 'if-match': before.headers['etag'] ?? '' },
    )
    expect(stale.status).toBe(412)
  })

  test('of two commands at once on one version one wins; without If-Match the other is decided again', async () => {
    const id = await openedCase(server, 'v3')
    const etag = (await server.call({ path: `/cases/${id}` })).headers['etag'] ?? ''
    const goals = await Promise.all(
      ['walk', 'read', 'cook'].map(text => server.command(id, 'SetGoal', { text }, { 'if-match': etag })),
    )
    expect(goals.map(({ status }) => status).toSorted()).toEqual([200, 412, 412])
    const more = await Promise.all(
      ['swim', 'ride', 'sing'].map(text => server.command(id, 'SetGoal', { text })),
    )
    expect(more.map(({ status }) => status)).toEqual([200, 200, 200])
    expect((await caseOf(id)).goals).toHaveLength(4)
    const offers = await Promise.all(
      [1, 2].map(() =>
        server.command(id, 'HoldCase', { hold: 'pause', reason: 'away', reviewBy: '2026-10-20' }),
      ),
    )
    expect(offers.map(({ status }) => status).toSorted()).toEqual([200, 409])
  })
})

describe('an Idempotency-Key', () => {
  test('the same request again gets the same answer and does nothing', async () => {
    const id = await openedCase(server, 'i1')
    const send = () => server.command(id, 'SetGoal', { text: 'walk' }, { 'idempotency-key': 'k-1' })
    const [first, again] = [await send(), await send()]
    expect([first.status, again.status]).toEqual([200, 200])
    expect([again.json, again.headers['etag']]).toEqual([first.json, first.headers['etag']])
    expect((await caseOf(id)).goals).toHaveLength(1)
  })

  test('the same key for another request is 422', async () => {
    const id = await openedCase(server, 'i2')
    const headers = { 'idempotency-key': 'k-2' }
    await server.command(id, 'SetGoal', { text: 'walk' }, headers)
    const other = await server.command(id, 'SetGoal', { text: 'swim' }, headers)
    expect([other.status, other.json.code]).toEqual([422, 'idempotency-key-reused'])
    const bad = await server.command(id, 'SetGoal', { text: 'swim' }, { 'idempotency-key': 'a b' })
    expect([bad.status, bad.json.code]).toEqual([400, 'idempotency-key-malformed'])
  })

  test('the same request many times at once is done once, a new case too', async () => {
    const id = await openedCase(server, 'i3')
    const headers = { 'idempotency-key': 'k-3' }
    const replies = await Promise.all(
      Array.from({ length: 5 }, () => server.command(id, 'SetGoal', { text: 'walk' }, headers)),
    )
    expect(new Set(replies.map(({ text }) => text)).size).toBe(1)
    expect((await caseOf(id)).goals).toHaveLength(1)
    const body = { patient: 'i3', caseType: 'social', reason: 'again' }
    const made = await Promise.all(
      [1, 2, 3].map(() =>
        server.call({ method: 'POST', path: '/cases', body, headers: { 'idempotency-key': 'k-4' } }),
      ),
    )
    expect(made.map(({ status }) => status)).toEqual([201, 201, 201])
    expect(new Set(made.map(({ headers: each }) => each['location'])).size).toBe(1)
  })

  test('a refusal is not kept: the key serves again once the request is possible', async () => {
    const id = await identifiedCase(server, 'i4')
    const headers = { 'idempotency-key': 'k-5' }
    const refused = await server.command(id, 'StartOutreach', {}, headers)
    expect(refused.status).toBe(409)
    await server.command(id, 'ScreenCase')
    expect((await server.command(id, 'StartOutreach', {}, headers)).status).toBe(200)
  })
})

describe('time travel', () => {
  test('a view at a time before a command shows what was known then', async () => {
    const id = await identifiedCase(server, 't1')
    const identified = now()
    wait(10)
    const screened = await server.command(id, 'ScreenCase', { acuity: 'high' })
    wait(10)
    const then = await server.call({ path: `/cases/${id}?at=${encodeURIComponent(identified)}` })
    expect([then.status, then.json.state, then.json.phases, then.json.at]).toEqual([
      200,
      'identified',
      ['screening'],
      identified,
    ])
    const since = await server.call({ path: `/cases/${id}?at=${encodeURIComponent(now())}` })
    expect([since.json.state, since.json.version]).toEqual(['screened', screened.json.case.version])
    const early = await server.call({ path: `/cases/${id}?at=2026-10-01T00:00:00Z` })
    expect([early.status, early.json.code]).toEqual([404, 'case-unknown'])
  })

  test('a time that is none is 400', async () => {
    const id = await identifiedCase(server, 't2')
    for (const at of ['yesterday', '2026-10-13', '2026-13-01T00:00:00Z', '0000-01-01T00:00:00Z', '']) {
      const reply = await server.call({ path: `/cases/${id}?at=${at}` })
      expect([reply.status, reply.json.code]).toEqual([400, 'at-malformed'])
    }
  })

  test('what was recorded late is seen from its recording on, not from when it happened', async () => {
    const id = await openedCase(server, 't3')
    const happened = now()
    wait(60)
    await server.command(id, 'SetGoal', { text: 'walk', at: happened })
    const then = await server.call({ path: `/cases/${id}?at=${encodeURIComponent(happened)}` })
    expect(then.json.goals).toEqual([])
    expect((await caseOf(id)).goals).toHaveLength(1)
  })

  test('the difference between two times names each noun and element', async () => {
    const id = await openedCase(server, 't4')
    wait(5)
    const before = now()
    wait(5)
    const goal = (await server.command(id, 'SetGoal', { text: 'walk' })).json.events[0].nounId
    wait(5)
    await server.command(id, 'StratifyRisk', { acuity: 'low' })
    const diff = await server.call({ path: `/cases/${id}/diff?from=${encodeURIComponent(before)}` })
    expect(diff.json.changes).toContainEqual(
      expect.objectContaining({ path: `goals[${goal}]`, change: 'added' }),
    )
    expect(diff.json.changes).toContainEqual({
      path: 'case.acuity',
      change: 'changed',
      before: 'high',
      after: 'low',
    })
    const same = await server.call({
      path: `/cases/${id}/diff?from=${encodeURIComponent(before)}&to=${encodeURIComponent(before)}`,
    })
    expect(same.json.changes).toEqual([])
    expect((await server.call({ path: `/cases/${id}/diff` })).status).toBe(400)
  })
})

describe('views', () => {
  test('the timeline gives every event in order, page by page', async () => {
    const id = await openedCase(server, 'w1')
    const whole = (await server.call({ path: `/cases/${id}/timeline` })).json.events
    const types = whole.map(({ type }: { type: string }) => type)
    expect(types).toEqual(expect.arrayContaining(['CaseIdentified', 'CaseScreenedIn', 'CaseOpened']))
    const paged: unknown[] = []
    let next: string | undefined
    do {
      const cursor: string = next === undefined ? '' : `&next=${next}`
      const page = (await server.call({ path: `/cases/${id}/timeline?count=2${cursor}` })).json
      paged.push(...page.events)
      next = page.next
    } while (next !== undefined)
    expect(paged).toEqual(whole)
    const newest = (await server.call({ path: `/cases/${id}/timeline?order=newest` })).json.events
    expect(newest).toEqual(whole.toReversed())
    const bad = await server.call({ path: `/cases/${id}/timeline?next=bogus` })
    expect([bad.status, bad.json.code]).toEqual([400, 'cursor-malformed'])
  })

  test('an open case shows its manager, its consent is given, and its first contact is next', async () => {
    const id = await openedCase(server, 'w2')
    const seen = await caseOf(id)
    expect(seen).toMatchObject({
      state: 'open',
      status: 'active',
      manager: 'Practitioner/noor',
      acuity: 'high',
    })
    const team = (await server.call({ path: `/cases/${id}/team` })).json
    expect(team.members).toContainEqual(
      expect.objectContaining({
        member: 'Practitioner/noor',
        active: true,
        because: [expect.objectContaining({ what: 'assignment', state: 'accepted' })],
      }),
    )
    for (const view of ['plan', 'team', 'risk', 'lint', 'minutes', 'commands'])
      expect((await server.call({ path: `/cases/${id}/${view}` })).status).toBe(200)
  })
})

describe('the list', () => {
  const idsOf = (json: { readonly cases: readonly { readonly id: string }[] }) =>
    json.cases.map(({ id }) => id)
  const list = async (query: string) => (await server.call({ path: `/cases?${query}` })).json

  test('cases are found by state, status, type, manager, patient and acuity', async () => {
    const open = await openedCase(server, 'l1')
    const identified = await identifiedCase(server, 'l2')
    for (const query of [
      'state=open',
      'status=active',
      'manager=Practitioner/noor',
      'acuity=high',
      'type=chronic',
    ]) {
      const found = idsOf(await list(`${query}&count=500`))
      expect([query, found.includes(open)]).toEqual([query, true])
      expect([query, found.includes(identified)]).toEqual([query, query === 'type=chronic'])
    }
    expect(idsOf(await list('patient=l2'))).toEqual([identified])
    expect(idsOf(await list('patient=Patient/l1,Patient/l2&sort=start')).toSorted()).toEqual(
      [open, identified].toSorted(),
    )
    expect(idsOf(await list('state=closed'))).toEqual([])
    expect(idsOf(await list('model=clinical'))).toEqual([])
  })

  test('pages follow each other without gaps or repeats, and can be counted', async () => {
    const whole = await list('count=500&total=true')
    expect(whole.total).toBe(whole.cases.length)
    const paged: string[] = []
    let next: string | undefined
    do {
      const page = await list(`count=4${next === undefined ? '' : `&next=${next}`}`)
      paged.push(...idsOf(page))
      next = page.next
    } while (next !== undefined)
    expect(paged).toEqual(idsOf(whole))
    const bad = await server.call({ path: '/cases?next=bogus' })
    expect([bad.status, bad.json.code]).toEqual([400, 'cursor-malformed'])
    expect((await server.call({ path: '/cases?bogus=1' })).status).toBe(400)
  })
})

test('every answer so far was as /openapi.json describes it', () => {
  expect([...new Set(described.faults)]).toEqual([])
})
