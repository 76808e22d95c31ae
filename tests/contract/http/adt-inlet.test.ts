import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { LightMyRequestResponse } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp, type App } from '../../../src/app.ts'
import { StoreFault } from '../../../src/commands/ports/store-fault.ts'
import type { Store } from '../../../src/commands/ports/store.ts'
import { indexResource } from '../../../src/fhir/search/indexing/index-resource.ts'
import { readConfig } from '../../../src/config/environment.ts'
import { openEmbeddedStore } from '../../../src/store/open-store.ts'
import { cloudEvent, notification, redox, v2Xml } from '../../support/one-visit.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'cw-inlet-'))
const clock = { nowMs: () => Date.now() }

const er7 = (
  event: string,
  controlId: string,
  {
    mrn = 'M1',
    visit = 'V1',
    pid3,
  }: { readonly mrn?: string; readonly visit?: string; readonly pid3?: string } = {},
): string =>
  [
    `MSH|^~\\&|ADTAPP|VALLEY|CW|CW|20261005183000||ADT^${event}|${controlId}|P|2.5.1`,
    `EVN|${event}|20261005183000`,
    `PID|1||${pid3 ?? `${mrn}^^^VALLEY^MR`}||DOE^JANE||19800101|F`,
    `PV1|1|I|MED^101^A^VALLEY||||||||||||||||${visit}^^^VALLEY^VN|||||||||||||||||||||||||20261005183000`,
  ].join('\r') + '\r'

describe('POST /adt', () => {
  let app: App
  let store: Store
  const outage = { isOn: false }

  beforeAll(async () => {
    const config = readConfig({ DATA_DIR: dataDir, LOG_LEVEL: 'silent' })
    if (!config.ok) throw new Error('the configuration is good')
    store = await openEmbeddedStore({ dataDir, clock, indexResource, migrate: 'auto' })
    const flaky: Store = {
      ...store,
      load: request =>
        outage.isOn ? Promise.reject(new StoreFault('store-unavailable', 'away')) : store.load(request),
      ping: () => (outage.isOn ? Promise.reject(new StoreFault('store-unavailable', 'away')) : store.ping()),
    }
    app = await createApp(config.value, { store: flaky, say: () => undefined })
    await app.server.ready()
  })
  afterAll(async () => {
    await app.close()
    rmSync(dataDir, { recursive: true, force: true })
  })

  const post = (
    payload: string | Buffer,
    { type = 'application/hl7-v2', accept = 'application/json', ...headers }: Record<string, string> = {},
  ): Promise<LightMyRequestResponse> =>
    app.server.inject({
      method: 'POST',
      url: '/adt',
      payload,
      headers: { 'content-type': type, accept, ...headers },
    })
  const verdicts = (reply: LightMyRequestResponse): readonly Record<string, unknown>[] => {
    const body: { readonly verdicts?: readonly Record<string, unknown>[] } = reply.json()
    return body.verdicts ?? []
  }

  it('answers applied with what changed, then duplicate', async () => {
    const first = verdicts(await post(er7('A01', 'C1')))
    expect(first).toMatchObject([{ controlId: 'C1', trigger: 'A01', outcome: 'applied' }])
    const types = ((first[0]?.['resources'] ?? []) as readonly string[]).map(
      reference => reference.split('/')[0],
    )
    expect(types).toEqual(
      expect.arrayContaining(['Patient', 'Encounter', 'EpisodeOfCare', 'CareTeam', 'Task']),
    )
    expect(verdicts(await post(er7('A01', 'C1')))).toMatchObject([{ outcome: 'duplicate' }])
  })

  it('says no-change for new words that say nothing new', async () => {
    await post(er7('A01', 'N1', { mrn: 'M2', visit: 'V2' }))
    expect(verdicts(await post(er7('A01', 'N2', { mrn: 'M2', visit: 'V2' })))).toMatchObject([
      { outcome: 'no-change' },
    ])
  })

  it('says ignored, with the place, for an event that is not mapped', async () => {
    expect(verdicts(await post(er7('A99', 'I1')))).toMatchObject([
      { outcome: 'ignored', reason: 'event-not-mapped:MSH-9' },
    ])
  })

  it('says dead-letter with 200 for a message without a patient identifier, and names PID-3', async () => {
    const reply = await post(er7('A01', 'D1', { pid3: '' }))
    expect(reply.statusCode).toBe(200)
    expect(verdicts(reply)).toMatchObject([
      { outcome: 'dead-letter', reason: 'adt-patient-identifier-missing:PID-3' },
    ])
  })

  it('answers ER7 with an HL7 ACK: AA, and AE with the location for a dead letter', async () => {
    const good = await post(er7('A01', 'ACK1', { mrn: 'M3', visit: 'V3' }), { accept: '*/*' })
    expect(good.headers['content-type']).toContain('application/hl7-v2')
    expect(good.body.split('\r')[0]).toMatch(/^MSH\|\^~\\&\|CW\|CW\|ADTAPP\|VALLEY\|\d{14}/)
    expect(good.body.split('\r')[1]).toBe('MSA|AA|ACK1|applied')
    const bad = await post(er7('A01', 'ACK2', { pid3: '' }), { accept: '*/*' })
    expect(bad.body.split('\r')[1]).toBe('MSA|AE|ACK2|dead-letter adt-patient-identifier-missing')
    expect(bad.body.split('\r')[2]).toMatch(/^ERR\|\|PID\^1\^3\|101\^Required field missing\^HL70357/)
    const strange = er7('A01', 'ACK3').replace('2.5.1', '3.0')
    const version = await post(strange, { accept: '*/*' })
    expect(version.body.split('\r').slice(1, 3)).toEqual([
      'MSA|AR|ACK3|dead-letter version-unsupported',
      expect.stringMatching(/^ERR\|\|MSH\^1\^12\|203\^Unsupported version id\^HL70357\|/),
    ])
  })

  it('takes a batch: one verdict a message, one failure loses nothing else, a truncated one keeps what came', async () => {
    const [good, bad] = [er7('A01', 'B1', { mrn: 'M4', visit: 'V4' }), er7('A01', 'B2', { pid3: '' })]
    const whole = `FHS|^~\\&\rBHS|^~\\&\r${good}${bad}BTS|2\rFTS|1\r`
    expect(verdicts(await post(whole)).map(({ outcome }) => outcome)).toEqual(['applied', 'dead-letter'])
    const cut = `BHS|^~\\&\r${er7('A01', 'B3', { mrn: 'M5', visit: 'V5' })}`
    expect(verdicts(await post(cut)).map(({ outcome }) => outcome)).toEqual(['applied'])
    const acks = await post(whole, { accept: '*/*' })
    expect(acks.body.match(/MSA\|/g)?.length).toBe(2)
  })

  it('answers a batch that is empty by its own count by an empty one, or no verdicts', async () => {
    const empty = 'FHS|^~\\&\rBHS|^~\\&\rBTS|0\rFTS|1\r'
    const acks = await post(empty, { accept: '*/*', type: 'application/hl7-v2' })
    expect([acks.statusCode, acks.body]).toEqual([200, 'BHS|^~\\&\rBTS|0\r'])
    const told = await post(empty, { type: 'application/hl7-v2' })
    expect([told.statusCode, told.json()]).toEqual([200, { verdicts: [] }])
  })

  it.each([
    [
      'an envelope',
      'application/json',
      JSON.stringify({ data: er7('A01', 'J1', { mrn: 'M6', visit: 'V6' }) }),
    ],
    ['base64', 'text/plain', Buffer.from(er7('A01', 'J2', { mrn: 'M7', visit: 'V7' })).toString('base64')],
    ['gzip', 'application/octet-stream', gzipSync(er7('A01', 'J3', { mrn: 'M8', visit: 'V8' }))],
    ['MLLP', 'x-application/hl7-v2+er7', `\u000b${er7('A01', 'J4', { mrn: 'M9', visit: 'V9' })}\u001c\r`],
    ['HL7 v2 XML', 'application/hl7-v2+xml', v2Xml('admit')],
    ['HL7 v2 XML again', 'text/xml', v2Xml('discharge')],
    ['a FHIR message', 'application/fhir+json', notification('admit').replaceAll('"X1"', '"X2"')],
    ["Redox's JSON", 'application/json', redox('admit').replaceAll('"X1"', '"X3"')],
  ])('takes %s', async (_shape, type, payload) => {
    expect(verdicts(await post(payload, { type }))).toMatchObject([{ outcome: 'applied' }])
  })

  it('takes a batch of CloudEvents, and sees that what they tell is known', async () => {
    const type = 'application/cloudevents-batch+json'
    await post(v2Xml('admit'), { type: 'application/xml' })
    expect(verdicts(await post(`[${cloudEvent('admit')}]`, { type }))).toMatchObject([
      { trigger: 'A01', outcome: 'no-change' },
    ])
  })

  it.each([
    ['no HL7', 'hello', 'payload-shape-unsupported'],
    ['an empty body', '', 'payload-empty'],
    ['broken JSON', '{"data":', 'payload-shape-unsupported'],
    ['deep nesting', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, 'payload-shape-unsupported'],
    ['a batch that was cut before its first message', 'FHS|^~\\&\rBHS|^~\\&\r', 'batch-incomplete'],
  ])('refuses %s with 400 problem+json and records nothing', async (_what, payload, code) => {
    const before = await store.inbox.find(1, { count: 500 })
    const reply = await post(payload, { type: 'text/plain' })
    expect(reply.statusCode).toBe(400)
    expect(reply.headers['content-type']).toContain('application/problem+json')
    expect(reply.json()).toMatchObject({ type: `urn:casewire:error:${code}`, status: 400 })
    expect((await store.inbox.find(1, { count: 500 })).length).toBe(before.length)
  })

  it('refuses what is too large with 413: the body, and a single message', async () => {
    const body = await post(Buffer.alloc(20 * 1024 * 1024, 'A'))
    expect(body.statusCode).toBe(413)
    const long = er7('A01', 'L1').replace('DOE', 'D'.repeat(2 * 1024 * 1024))
    const message = await post(long)
    expect(message.statusCode).toBe(413)
    expect(message.json()).toMatchObject({ type: 'urn:casewire:error:message-too-large' })
  })

  it('refuses an unknown content type with 415, and a malformed actor with 400', async () => {
    expect((await post('<a/>', { type: 'image/svg+xml' })).statusCode).toBe(415)
    expect((await post(er7('A01', 'X1'), { 'x-actor': 'nobody' })).statusCode).toBe(400)
  })

  it('answers 503 with Retry-After when the effect is not durable, and goes on afterwards', async () => {
    outage.isOn = true
    const reply = await post(er7('A01', 'O1', { mrn: 'M10', visit: 'V10' }))
    outage.isOn = false
    expect(reply.statusCode).toBe(503)
    expect(reply.headers['retry-after']).toBe('5')
    expect(reply.body).not.toContain('M10')
    expect(verdicts(await post(er7('A01', 'O1', { mrn: 'M10', visit: 'V10' })))).toMatchObject([
      { outcome: 'applied' },
    ])
  })

  it('gives back the request id that was given, and makes one otherwise', async () => {
    expect((await post('x', { 'x-request-id': 'abc-1' })).headers['x-request-id']).toBe('abc-1')
    expect((await post('x')).headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('shows operators what came in and drives it again', async () => {
    await post(er7('A01', 'OP1', { pid3: '' }))
    const list = await app.server.inject('/admin/dead-letters?controlId=OP1')
    const [entry] = list.json<{ messages: { id: string; reason: string }[] }>().messages
    expect(entry?.reason).toBe('adt-patient-identifier-missing:PID-3')
    const shown = await app.server.inject(`/admin/dead-letters/${entry?.id}`)
    const { raw } = shown.json<{ raw: string }>()
    expect(Buffer.from(raw, 'base64').toString()).toContain('MSH|')
    const replayed = await app.server.inject({ method: 'POST', url: `/admin/messages/${entry?.id}/replay` })
    expect(replayed.json()).toMatchObject({ outcome: 'dead-letter' })
    expect((await app.server.inject('/admin/messages/nonsense')).statusCode).toBe(404)
    expect((await app.server.inject('/admin/messages?outcome=odd')).statusCode).toBe(400)
  })

  it('counts outcomes and requests by route pattern, without identifiers', async () => {
    const metrics = (await app.server.inject('/metrics')).body
    expect(metrics).toMatch(/casewire_messages_total\{outcome="applied"\} \d+/)
    expect(metrics).toContain('route="/adt"')
    expect(metrics).not.toMatch(/DOE|OP1|M10/)
  })

  it('is not ready before it listens; live all the same', async () => {
    expect((await app.server.inject('/livez')).statusCode).toBe(200)
    const ready = await app.server.inject('/readyz')
    expect([ready.statusCode, ready.json()]).toEqual([503, expect.objectContaining({ status: 'stopping' })])
  })
})
