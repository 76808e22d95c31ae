import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openCaseServer, type CaseServer } from '../../support/case-server.ts'
import { identifiedCase, openedCase } from '../../support/case-story.ts'

let server: CaseServer
let id: string
beforeAll(async () => {
  server = await openCaseServer()
  id = await identifiedCase(server, 'b1')
}, 60_000)
afterAll(() => server.close())

async function sent(
  payload: string | Buffer,
  type = 'application/json',
  path = `/cases/${id}/commands/ScreenCase`,
) {
  const reply = await server.app.server.inject({
    method: 'POST',
    url: path,
    headers: { 'content-type': type, 'x-actor': 'Practitioner/noor' },
    payload,
  })
  const { code } = JSON.parse(reply.body) as { readonly code?: string }
  return [reply.statusCode, code]
}

describe('a body', () => {
  test.each<[string, string | Buffer, string]>([
    ['with a name twice', '{"acuity":"low","acuity":"high"}', 'json-duplicate-key'],
    ['that is no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 'json-malformed'],
    ['with half of a surrogate pair', '{"reason":"\\ud800"}', 'json-malformed'],
    ['that is no JSON', '{', 'json-malformed'],
    ['with __proto__', '{"__proto__":{}}', 'json-unsafe-key'],
    ['that is too deep', `{"reason":${'['.repeat(200)}${']'.repeat(200)}}`, 'json-too-deep'],
  ])('%s is 400', async (_words, payload, code) => {
    expect(await sent(payload)).toEqual([400, code])
    expect(await sent(payload, 'application/json', '/models/clinical/clone')).toEqual([400, code])
  })

  test.each(['text/plain', 'application/xml', 'application/x-www-form-urlencoded'])(
    'of %s is 415',
    async type => {
      expect(await sent('{}', type)).toEqual([415, 'media-type-unknown'])
    },
  )

  test.each(['QUERY', 'PATCH', 'DELETE', 'PUT', 'TRACE'])('has no %s here: 405 with Allow', async method => {
    for (const [path, allow] of [
      [`/cases/${id}/commands/ScreenCase`, 'POST'],
      [`/cases/${id}`, 'GET, HEAD'],
    ] as const)
      for (const type of ['application/json', 'text/plain']) {
        const reply = await server.app.server.inject({
          method: method as 'PUT',
          url: path,
          headers: { 'content-type': type },
          payload: '{}',
        })
        expect([method, reply.statusCode, reply.headers.allow]).toEqual([method, 405, allow])
      }
  })
})

describe('a refusal', () => {
  test('of a rule or a condition says why and what the state of the case allows', async () => {
    const condition = await server.command(id, 'OpenCase', {})
    expect([condition.status, condition.json.code]).toEqual([422, 'case-condition'])
    expect(condition.json.legal).toContain('ScreenCase')
    expect(condition.json.why).toBe(condition.json.detail)
    const transfer = await server.command(id, 'TransferOut', { reason: 'moves', to: 'Organization/far' })
    expect([transfer.status, transfer.json.rule]).toEqual([422, 'I8'])
    expect(transfer.json.legal).toContain('ScreenCase')
  })

  test('of another kind with 409, 412 or 422 says why', async () => {
    const clone = await server.call({
      method: 'POST',
      path: '/models/clinical/clone',
      body: { id: 'intensive' },
    })
    expect([clone.status, clone.json.code, clone.json.why]).toEqual([409, 'model-exists', clone.json.detail])
    const stale = await server.command(id, 'ScreenCase', {}, { 'if-match': 'W/"00000000000000000000"' })
    expect([stale.status, stale.json.why]).toEqual([412, stale.json.detail])
    const key = { 'idempotency-key': 'k1' }
    await server.command(id, 'ScreenCase', {}, key)
    const reused = await server.command(id, 'ScreenCase', { acuity: 'high' }, key)
    expect([reused.json.code, reused.json.why]).toEqual(['idempotency-key-reused', reused.json.detail])
  })

  test('of a duty that is over lists only what somebody could send', async () => {
    const opened = await openedCase(server, 'b2')
    const { obligations } = (await server.call({ path: `/cases/${opened}/obligations` })).json
    const duty = (obligations as { id: string; state: string; rule: string }[]).find(
      one => one.state === 'due',
    )
    const waive = { obligation: duty?.id, reason: 'x' }
    expect((await server.command(opened, 'WaiveObligation', waive)).status).toBe(200)
    const again = await server.command(opened, 'WaiveObligation', waive)
    expect([again.status, again.json.legal]).toEqual([409, []])
    const output = { obligation: duty?.id, output: 'DocumentReference/none' }
    const missing = await server.command(opened, 'CompleteObligation', output)
    expect([missing.status, missing.json.code, missing.json.location]).toEqual([
      422,
      'output-unknown',
      'output',
    ])
  })
})

test.each([
  ['AddActivity', 'setting', 'home, office, clinic, inpatient, rehabilitation, community, school, remote'],
  ['AddActivity', 'kind', 'service, education, referral, self, other'],
  ['AcceptGoal', 'decision', 'agree, disagree, pending'],
  ['ScoreGoal', 'rater', 'patient, practitioner, caregiver'],
  ['ObtainAgreement', 'party', 'patient, guardian, provider'],
  ['ObtainAgreement', 'decision', 'agreed, refused'],
])(
  '%s with a code that %s has not is refused once, with the codes that there are',
  async (name, field, codes) => {
    const reply = await server.app.server.inject({
      method: 'POST',
      url: `/cases/${id}/commands/${name}`,
      headers: { 'content-type': 'application/json', 'x-actor': 'Practitioner/noor' },
      payload: JSON.stringify({ [field]: 'elsewhere' }),
    })
    const { issues } = reply.json<{
      issues: readonly { readonly detail: string; readonly location: string }[]
    }>()
    expect(issues.filter(({ location }) => location === field).map(({ detail }) => detail)).toEqual([
      `The field ${field} must be one of ${codes}.`,
    ])
  },
)
