import type { LightMyRequestResponse } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { purgeAll } from '../../../src/commands/inbox/retention.ts'
import { instantOf } from '../../../src/lib/clock.ts'
import { openCaseServer, type CaseServer } from '../../support/case-server.ts'

const BEGAN = Date.parse('2026-10-05T18:30:00Z')
const DAY = 86_400_000

const message = (controlId: string, { mrn = 'M1', visit = 'V1', facility = 'VALLEY' } = {}): string =>
  [
    `MSH|^~\\&|ENGINE|${facility}|CW|CW|20261005183000||ADT^A01|${controlId}|P|2.5.1`,
    'EVN|A01|20261005183000',
    `PID|1||${mrn}||DOE^JANE||19800101|F`,
    `PV1|1|I|MED^101^A^VALLEY||||||||||||||||${visit}|||||||||||||||||||||||||20261005183000`,
  ].join('\r') + '\r'

let service: CaseServer
beforeAll(async () => {
  service = await openCaseServer(instantOf(BEGAN))
})
afterAll(() => service.close())

const post = (url: string, payload = ''): Promise<LightMyRequestResponse> =>
  service.app.server.inject({
    method: 'POST',
    url,
    payload,
    headers: { accept: 'application/json', ...(payload && { 'content-type': 'application/hl7-v2' }) },
  })
const get = async (url: string): Promise<Record<string, unknown>> =>
  (await service.app.server.inject({ url })).json<Record<string, unknown>>()
const found = async (query: string): Promise<readonly Record<string, string>[]> =>
  (await get(`/admin/messages?${query}`))['messages'] as readonly Record<string, string>[]
const outcomeOf = async (text: string): Promise<unknown> =>
  (await post('/adt', text)).json<{ verdicts: { outcome: string }[] }>().verdicts[0]?.outcome

describe('messages that came in', () => {
  it('are found by their visit and by their sender', async () => {
    await post('/adt', message('a1'))
    await post('/adt', message('a2', { visit: 'V2' }))
    await post('/adt', message('a3', { facility: 'NORTH', visit: 'V3', mrn: 'M3' }))
    const [first] = await found('controlId=a1')
    expect((await found(`visit=${first?.['visit']}`)).map(one => one['controlId'])).toEqual(['a1'])
    expect((await found('source=ENGINE%7CNORTH')).map(one => one['controlId'])).toEqual(['a3'])
    expect(await found('visit=Encounter/none')).toEqual([])
  })

  it('are refused from a place that no page told: from the beginning again, a reader would never end', async () => {
    const answer = await service.app.server.inject({ url: '/admin/messages?after=zz' })
    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ code: 'request-malformed', location: 'after' })
    const until = await service.app.server.inject({ url: '/admin/messages?until=yesterday' })
    expect(until.statusCode).toBe(400)
    expect(until.json<{ detail: string }>().detail).toContain('such as 2026-10-13T09:00:00-04:00')
  })

  it('are corrected by a message in their place, and are no dead letters any more', async () => {
    await post('/adt', message('b1', { mrn: '' }))
    const [letter] = (await get('/admin/dead-letters'))['messages'] as Record<string, string>[]
    expect(letter).toMatchObject({ controlId: 'b1', reason: 'adt-patient-identifier-missing:PID-3' })
    const still = await post(`/admin/dead-letters/${letter?.['id']}/replay`, message('b1', { mrn: '' }))
    expect(still.json()).toMatchObject({ outcome: 'dead-letter' })
    expect((await get('/admin/dead-letters'))['messages']).toHaveLength(1)
    const fixed = await post(
      `/admin/dead-letters/${letter?.['id']}/replay`,
      message('b1', { mrn: 'M7', visit: 'V7' }),
    )
    expect(fixed.json()).toMatchObject({ outcome: 'applied' })
    expect((await get('/admin/dead-letters'))['messages']).toEqual([])
    const [corrected] = await found('source=ENGINE%7CVALLEY&outcome=dead-letter')
    expect(corrected?.['replacedBy']).toBe((await found('visit=' + (await visitOf('V7'))))[0]?.['id'])
  })

  it('are not corrected when they had their effect', async () => {
    const [applied] = await found('controlId=a1')
    const answer = await post(`/admin/messages/${applied?.['id']}/replay`, message('a1', { visit: 'V9' }))
    expect(answer.statusCode).toBe(409)
    expect(answer.json()).toMatchObject({ type: 'urn:casewire:error:message-settled' })
  })
})

const visitOf = async (number: string): Promise<string> =>
  ((await get(`/fhir/Encounter?identifier=${number}`))['entry'] as { resource: { id: string } }[])[0]
    ?.resource.id ?? ''

describe('a message that comes again', () => {
  it('is a duplicate within the window of its sender, and without effect after it', async () => {
    expect(await outcomeOf(message('a2', { visit: 'V2' }))).toBe('duplicate')
    service.clock.nowMs = BEGAN + 30.5 * DAY
    expect(await outcomeOf(message('a2', { visit: 'V2' }))).toBe('no-change')
    service.clock.nowMs = BEGAN
  })
})

describe('retention', () => {
  const purged = (retention: Parameters<typeof purgeAll>[0]['retention']) =>
    purgeAll(
      {
        inbox: service.app.store.inbox,
        tenants: [1],
        retention,
        clock: { nowMs: () => service.clock.nowMs },
      },
      () => false,
    )

  it('takes the texts of settled messages first, and keeps those that wait to be driven again', async () => {
    await post('/adt', message('c1', { mrn: '' }))
    expect(await purged({ textDays: 30 })).toEqual({ texts: 0, messages: 0 })
    service.clock.nowMs = BEGAN + 31 * DAY
    const { texts } = await purged({ textDays: 30 })
    expect(texts).toBeGreaterThanOrEqual(3)
    const [settled] = await found('controlId=a1')
    expect(await get(`/admin/messages/${settled?.['id']}`)).toMatchObject({ raw: '', outcome: 'applied' })
    const [waiting] = await found('controlId=c1')
    expect((await get(`/admin/messages/${waiting?.['id']}`))['raw']).not.toBe('')
  })

  it('says of a message without its text that it cannot be driven again', async () => {
    const [settled] = await found('controlId=a1')
    const answer = await post(`/admin/messages/${settled?.['id']}/replay`)
    expect(answer.statusCode).toBe(410)
    expect(answer.json()).toMatchObject({ type: 'urn:casewire:error:message-text-purged' })
  })

  it('leaves a message that comes again without effect, its text gone or all of it', async () => {
    expect(await outcomeOf(message('a1'))).toBe('no-change')
    service.clock.nowMs = BEGAN + 400 * DAY
    const { messages } = await purged({ messageDays: 365 })
    expect(messages).toBeGreaterThanOrEqual(5)
    expect(await found('controlId=a1')).toEqual([])
    expect(await outcomeOf(message('a1'))).toBe('no-change')
  })
})

describe('the quality of what each sender sends', () => {
  it('is counted over the messages whose text is kept, by event and by what is odd', async () => {
    service.clock.nowMs += DAY
    for (const [i, visit] of ['V1', '', ''].entries()) {
      await post('/adt', message(`q${i}`, { facility: 'QUAY', visit }))
    }
    const { sources } = (await get('/admin/data-quality?source=ENGINE%7CQUAY')) as { sources: unknown }
    expect(sources).toEqual([
      {
        source: 'ENGINE|QUAY',
        messages: 3,
        events: { A01: 3 },
        notes: [
          { note: 'time-without-zone:MSH-7', messages: 3, share: 1 },
          { note: 'visit-number-missing:PV1-19', messages: 2, share: 0.667 },
        ],
      },
    ])
  })
})
