import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openCaseServer, type CaseServer, type Reply } from '../../support/case-server.ts'
import { openedCase } from '../../support/case-story.ts'

let server: CaseServer
let id: string
beforeAll(async () => {
  server = await openCaseServer()
  id = await openedCase(server, 'w1')
})
afterAll(() => server.close())

const run = async (name: string, body: object = {}): Promise<Reply> => {
  const reply = await server.command(id, name, body)
  if (reply.status !== 200) throw new Error(`${name}: ${reply.text}`)
  return reply
}

const bornBy = (reply: Reply, noun: string): string =>
  reply.json.events.find((event: { readonly noun: string }) => event.noun === noun).nounId as string

const withdraw = (noun: string, nounId: string) =>
  server.command(id, 'MarkNounEnteredInError', { noun, id: nounId, reason: 'wrong patient' })

const activity = {
  kind: 'service',
  text: 'Physical therapy',
  setting: 'clinic',
  owner: 'Practitioner/noor',
  goals: [],
  needs: [],
}
const offer = { manager: 'Practitioner/ada' }
const sharing = { scope: 'sharing', by: 'Patient/w1', recipients: ['Organization/cbo'] }
const start = '2026-10-20T09:00:00-04:00'

/** Every noun that can be withdrawn: the command that brings it into being and the type of its withdrawal. */
const nouns = [
  ['assignment', 'OfferAssignment', offer, 'AssignmentEnteredInError'],
  ['consent', 'GrantConsent', sharing, 'ConsentEnteredInError'],
  ['assessment', 'StartAssessment', {}, 'AssessmentEnteredInError'],
  ['score', 'RecordOutcome', { measure: 'pain', value: 3 }, 'ScoreEnteredInError'],
  ['risk', 'StratifyRisk', { acuity: 'low' }, 'RiskEnteredInError'],
  ['need', 'IdentifyNeed', { text: 'Walks unsafely' }, 'NeedEnteredInError'],
  ['strength', 'RecordStrength', { kind: 'family', text: 'Sister helps' }, 'StrengthEnteredInError'],
  ['barrier', 'RaiseBarrier', { text: 'No bus' }, 'BarrierEnteredInError'],
  ['plan', 'DraftPlan', {}, 'PlanEnteredInError'],
  ['goal', 'SetGoal', { text: 'Walk alone' }, 'GoalEnteredInError'],
  ['activity', 'AddActivity', activity, 'ActivityEnteredInError'],
  ['appointment', 'ProposeAppointment', { purpose: 'other' }, 'AppointmentEnteredInError'],
  ['appointment', 'BookAppointment', { purpose: 'other', start }, 'AppointmentEnteredInError'],
  ['contact', 'RecordContact', { kind: 'phone', minutes: 5 }, 'ContactEnteredInError'],
  ['contact', 'RecordAttempt', { kind: 'phone', outcome: 'no-answer' }, 'ContactEnteredInError'],
  ['contact', 'PlanContact', { kind: 'home', start }, 'ContactEnteredInError'],
  ['flag', 'RaiseRedFlag', { code: 'new-symptom' }, 'RedFlagEnteredInError'],
] as const

describe('MarkNounEnteredInError', () => {
  test.each(nouns)(
    'withdraws a %s that %s made, once, and it stays readable',
    async (noun, name, body, type) => {
      const born = bornBy(await run(name, body), noun)
      const reply = await withdraw(noun, born)
      expect(reply.status, reply.text).toBe(200)
      const event = reply.json.events.find((one: { readonly nounId: string }) => one.nounId === born)
      expect(event).toMatchObject({ type, reason: 'wrong patient', changes: { state: 'entered-in-error' } })
      const again = await withdraw(noun, born)
      expect([again.status, again.json.code]).toEqual([409, 'illegal-transition'])
      const reference = reply.json.resources.find((one: string) => one.endsWith(`/${born}`))
      const resource = await server.call({ path: `/fhir/${reference}` })
      expect(resource.status).toBe(200)
    },
  )

  test('withdraws with answers the scores that were computed from them', async () => {
    const items = [
      ...[
        '44250-9',
        '44255-8',
        '44259-0',
        '44254-1',
        '44251-7',
        '44258-2',
        '44252-5',
        '44253-3',
        '44260-8',
      ].map(linkId => ({ linkId, answer: 'LA6569-3' })),
    ]
    const recorded = await run('RecordAnswers', { instrument: 'phq-9', items })
    const score = bornBy(recorded, 'score')
    const reply = await withdraw('answers', bornBy(recorded, 'answers'))
    const told = reply.json.events.map(({ type, nounId }: Record<string, string>) => `${type} ${nounId}`)
    expect(told).toEqual(expect.arrayContaining([`ScoreEnteredInError ${score}`]))
    expect(told.some((line: string) => line.startsWith('AnswersEnteredInError'))).toBe(true)
  })

  test('is refused by the rule that what is left would break: an open case keeps its manager', async () => {
    const { json } = await server.call({ path: `/cases/${id}/commands` })
    const accepted = json.nouns.find(
      (one: { readonly noun: string; readonly state: string }) =>
        one.noun === 'assignment' && one.state === 'accepted',
    )
    const reply = await withdraw('assignment', accepted.id)
    expect([reply.status, reply.json.rule]).toEqual([422, 'I1'])
    expect((await withdraw('goal', 'none')).json.code).toBe('unknown-noun')
    expect((await withdraw('transition', 'none')).status).toBe(400)
  })
})

describe('RevokeConsent', () => {
  test('recalls what was shared with the recipients of the consent', async () => {
    const consent = bornBy(await run('GrantConsent', sharing), 'consent')
    const { json } = await run('RevokeConsent', { consent, reason: 'no more' })
    const recalled = json.events.filter(({ nounId }: { readonly nounId: string }) => nounId === consent)
    expect(recalled.map(({ type, changes }: Record<string, unknown>) => [type, changes])).toEqual([
      ['ConsentRevoked', expect.objectContaining({ state: 'revoked' })],
      ['SharesRecalled', { recipients: ['Organization/cbo'] }],
    ])
  })

  test('is the same when a FHIR client takes the consent back', async () => {
    const consent = bornBy(await run('GrantConsent', sharing), 'consent')
    const path = `/fhir/Consent/${consent}`
    const { json: resource } = await server.call({ path })
    const written = await server.call({ method: 'PUT', path, body: { ...resource, status: 'inactive' } })
    expect(written.status, written.text).toBe(200)
    const { json } = await server.call({ path: `/cases/${id}/timeline?count=500` })
    const told = json.events.filter(({ nounId }: { readonly nounId: string }) => nounId === consent)
    expect(told.map(({ type }: { readonly type: string }) => type)).toEqual(
      expect.arrayContaining(['ConsentRevoked', 'SharesRecalled']),
    )
  })

  test('recalls nothing when nobody was named', async () => {
    const consent = bornBy(await run('GrantConsent', { scope: 'sharing', by: 'Patient/w1' }), 'consent')
    const { json } = await run('RevokeConsent', { consent, reason: 'no more' })
    expect(json.events.map(({ type }: { readonly type: string }) => type)).not.toContain('SharesRecalled')
  })
})
