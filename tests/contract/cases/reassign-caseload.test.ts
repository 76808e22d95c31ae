import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openCaseServer, type CaseServer } from '../../support/case-server.ts'
import { identifiedCase, openedCase } from '../../support/case-story.ts'

let server: CaseServer
beforeAll(async () => {
  server = await openCaseServer()
})
afterAll(() => server.close())

interface Owned {
  readonly owner?: string
}

const reassign = (body: object) => server.call({ method: 'POST', path: '/caseload/reassign', body })

describe('POST /caseload/reassign', () => {
  test('hands every running case of a manager over, with its duties, and leaves all others alone', async () => {
    const mine = [await openedCase(server, 'r1'), await openedCase(server, 'r2')]
    const unmanaged = await identifiedCase(server, 'r3')
    const before = await server.call({ path: `/cases/${mine[0]}/obligations` })
    const owned = before.json.obligations.filter((one: Owned) => one.owner === 'Practitioner/noor').length
    const reply = await reassign({
      from: 'Practitioner/noor',
      to: 'Practitioner/ada',
      reason: 'on leave',
    })
    expect(reply.status, reply.text).toBe(200)
    expect(reply.json).toMatchObject({ from: 'Practitioner/noor', to: 'Practitioner/ada', transferred: 2 })
    expect(reply.json.cases.map(({ id }: { id: string }) => id).toSorted()).toEqual(mine.toSorted())
    for (const { id, outcome, version } of reply.json.cases) {
      expect(outcome).toBe('transferred')
      const view = await server.call({ path: `/cases/${id}` })
      expect(view.json).toMatchObject({ manager: 'Practitioner/ada', version })
      const { json } = await server.call({ path: `/cases/${id}/timeline?count=200` })
      const types = json.events.map(({ type }: { type: string }) => type)
      expect(types).toEqual(
        expect.arrayContaining(['CaseloadTransferred', 'CaseHandedOver', 'AssignmentAccepted']),
      )
    }
    const after = await server.call({ path: `/cases/${mine[0]}/obligations` })
    const now = after.json.obligations.map((one: Owned) => one.owner)
    expect(now.filter((owner: string) => owner === 'Practitioner/noor')).toEqual([])
    expect(now.filter((owner: string) => owner === 'Practitioner/ada').length).toBeGreaterThanOrEqual(owned)
    expect((await server.call({ path: `/cases/${unmanaged}` })).json.manager ?? null).toBeNull()
    const load = await server.call({ path: '/caseload?manager=Practitioner/noor,Practitioner/ada' })
    expect(load.json.managers.map(({ cases }: { cases: number }) => cases)).toEqual([0, 2])
  })

  test('does nothing when it is sent again, and takes a caseload back the same way', async () => {
    const again = await reassign({ from: 'Practitioner/noor', to: 'Practitioner/ada', reason: 'on leave' })
    expect(again.json).toMatchObject({ transferred: 0, cases: [] })
    const back = await reassign({ from: 'Practitioner/ada', to: 'Practitioner/noor', reason: 'is back' })
    expect(back.json.transferred).toBe(2)
  })

  test('reports a case that a rule keeps from going over, and does the others', async () => {
    const shared = await openedCase(server, 'r4')
    const share = { scope: 'sharing', by: 'Patient/r4', recipients: ['Organization/north'] }
    expect((await server.command(shared, 'GrantConsent', share)).status).toBe(200)
    const reply = await reassign({
      from: 'Practitioner/noor',
      to: 'Practitioner/far',
      organization: 'Organization/north',
      reason: 'moved north',
    })
    expect(reply.json.transferred).toBe(1)
    expect(reply.json.cases.find(({ id }: { id: string }) => id === shared).outcome).toBe('transferred')
    const refused = reply.json.cases.filter(({ outcome }: { outcome: string }) => outcome === 'refused')
    expect(refused.map(({ code, rule }: { code: string; rule: string }) => [code, rule])).toEqual([
      ['rule-broken', 'I8'],
      ['rule-broken', 'I8'],
    ])
  })

  test('refuses a transfer to the same manager, of no manager, or in the future', async () => {
    const noor = 'Practitioner/noor'
    expect((await reassign({ from: noor, to: noor, reason: 'x' })).json.code).toBe('case-condition')
    expect((await reassign({ from: noor, reason: 'x' })).status).toBe(400)
    const later = await reassign({
      from: noor,
      to: 'Practitioner/ada',
      reason: 'x',
      at: '2030-01-01T00:00:00Z',
    })
    expect([later.status, later.json.code]).toEqual([400, 'at-in-future'])
  })
})

describe('what is read before it is asked', () => {
  test('the check-in script has five topics and marks the answers that are red flags', async () => {
    const { json } = await server.call({ path: '/check-in-script' })
    expect([...new Set(json.questions.map(({ topic }: { topic: string }) => topic))]).toHaveLength(5)
    const id = await openedCase(server, 'r5')
    const { id: question, answers } = json.questions[0]
    const worse = answers.find((one: { redFlag?: string }) => one.redFlag)
    const reply = await server.command(id, 'RecordContact', {
      kind: 'phone',
      minutes: 9,
      answers: [{ question, answer: worse.code }],
    })
    expect(reply.json.events.map(({ type }: { type: string }) => type)).toContain('RedFlagRaised')
  })

  test('the instruments list questions, answers and scoring tables', async () => {
    const { json } = await server.call({ path: '/instruments' })
    expect(json.instruments).toHaveLength(10)
    const phq9 = json.instruments.find(({ id }: { id: string }) => id === 'phq-9')
    expect(phq9.canonical).toMatch(/\/Questionnaire\/phq-9\|1\.0\.0$/)
    expect(phq9.items[0].options[1]).toEqual({ code: 'LA6569-3', display: 'Several days', score: 1 })
    expect(phq9.scorings[0].ranges.at(-1)).toEqual({ from: 20, to: 27, interpretation: 'severe' })
  })
})
