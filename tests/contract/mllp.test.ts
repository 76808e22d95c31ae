import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp, type App } from '../../src/app.ts'
import { StoreFault } from '../../src/commands/ports/store-fault.ts'
import type { Store } from '../../src/commands/ports/store.ts'
import { readConfig } from '../../src/config/environment.ts'
import { mllpListener, type MllpListener } from '../../src/consumers/mllp/mllp-listener.ts'
import { indexResource } from '../../src/fhir/search/indexing/index-resource.ts'
import { openEmbeddedStore } from '../../src/store/open-store.ts'
import { startedFolder } from '../support/case-server.ts'
import { engine } from '../support/mllp-engine.ts'

const folder = mkdtempSync(join(tmpdir(), 'cw-mllp-'))
const clock = { nowMs: () => Date.now() }
const emitted: { readonly name: string; readonly reason?: unknown }[] = []

const message = (controlId: string, { asks = '', version = '2.5.1' } = {}): string =>
  [
    `MSH|^~\\&|ENGINE|VALLEY|CW|CW|20261005183000||ADT^A01|${controlId}|P|${version}|||${asks}`,
    'EVN|A01|20261005183000',
    `PID|1||M${controlId}^^^VALLEY^MR||DOE^JANE||19800101|F`,
    `PV1|1|I|MED^101^A^VALLEY||||||||||||||||V${controlId}^^^VALLEY^VN|||||||||||||||||||||||||20261005183000`,
  ].join('\r') + '\r'
const msa = (answer: string | undefined): string => /MSA\|[^\r]*/.exec(answer ?? '')?.[0] ?? 'no MSA'

describe('the MLLP listener', () => {
  let app: App
  let port: number
  let dataDir: string
  const outage = { isOn: false }
  const listeners: MllpListener[] = []

  const listener = (own: Partial<Parameters<typeof mllpListener>[0]> = {}): MllpListener => {
    const made = mllpListener({
      ...{ host: '127.0.0.1', port: 0, connectionsMax: 10, lanes: 2, clock, ingest: app.ingest },
      emit: (name, fields) => void emitted.push({ name, ...fields }),
      limits: {
        ...{ frameBytesMax: 100_000, batchSizeMax: 10, waitingBytesMax: 2000 },
        ...{ frameTimeoutMs: 100, endTimeoutMs: 50 },
      },
      ...own,
    })
    listeners.push(made)
    return made
  }

  beforeAll(async () => {
    const config = readConfig({
      DATA_DIR: folder,
      LOG_LEVEL: 'silent',
      MLLP_PORT: '0',
      PORT: '0',
      ROLES: 'adt',
    })
    if (!config.ok) throw new Error('the configuration is good')
    dataDir = await startedFolder()
    const store = await openEmbeddedStore({
      dataDir,
      clock,
      indexResource,
      migrate: 'auto',
    })
    const flaky: Store = {
      ...store,
      load: request =>
        outage.isOn ? Promise.reject(new StoreFault('store-unavailable', 'away')) : store.load(request),
    }
    const said: string[] = []
    app = await createApp(config.value, { store: flaky, say: line => void said.push(line) })
    await app.listen()
    port = Number(/MLLP on 127\.0\.0\.1:(\d+)/.exec(said.join('\n'))?.[1])
  })
  afterAll(async () => {
    outage.isOn = false
    for (const one of listeners) await one.stop()
    await app.close()
    rmSync(dataDir, { recursive: true, force: true })
    rmSync(folder, { recursive: true, force: true })
  })

  it('answers each message when it is durable, and knows it when it comes again', async () => {
    const { send, answers, socket } = engine(port)
    send(message('1'))
    expect(msa((await answers(1))[0])).toBe('MSA|AA|1|applied')
    send(message('1'))
    expect(msa((await answers(2))[1])).toBe('MSA|AA|1|duplicate')
    socket.destroy()
  })

  it('answers many messages that come at once in their order', async () => {
    const { send, answers, socket } = engine(port)
    const ids = Array.from({ length: 25 }, (_one, i) => `m${i}`)
    send(...ids.map(id => message(id)))
    expect((await answers(25)).map(msa)).toEqual(ids.map(id => `MSA|AA|${id}|applied`))
    socket.destroy()
  })

  it('refuses a frame without a message and answers an empty batch by one, and goes on', async () => {
    const { socket, answers, send } = engine(port)
    socket.write('\u000B\u001C\r')
    send('BHS|^~\\&|ENGINE|VALLEY\rBTS|0\r')
    send(message('after-nothing'))
    const [nothing, batch, last] = await answers(3)
    expect(msa(nothing)).toBe('MSA|AR||refused payload-empty')
    expect(batch).toContain('BHS|^~\\&\rBTS|0\r')
    expect(msa(last)).toBe('MSA|AA|after-nothing|applied')
    socket.destroy()
  })

  it('takes a message in single bytes', async () => {
    const { socket, answers } = engine(port)
    for (const byte of Buffer.from(`\u000B${message('slow')}\u001C\r`)) socket.write(Buffer.of(byte))
    expect(msa((await answers(1))[0])).toBe('MSA|AA|slow|applied')
    socket.destroy()
  })

  it.each([
    ['AL|AL', ['MSA|CA|e1|applied', 'MSA|AA|e1|applied']],
    ['AL|NE', ['MSA|CA|e2|applied']],
    ['NE|AL', ['MSA|AA|e3|applied']],
  ])('answers in the enhanced mode where MSH-15 and MSH-16 say %s', async (asks, expected) => {
    const { send, answers, socket } = engine(port)
    const id = /\|(e\d)\|/.exec(expected[0] ?? '')?.[1] ?? ''
    send(message(id, { asks }), message(`after-${id}`))
    const got = await answers(expected.length + 1)
    expect(got.slice(0, -1).map(msa)).toEqual(expected)
    socket.destroy()
  })

  it('answers a message that cannot be applied with AE, one whose header is refused with AR, and goes on', async () => {
    const { send, answers, socket } = engine(port)
    send(message('no-id').replace(/PID\|1\|\|[^|]*/, 'PID|1||'), message('v3', { version: '3.0' }))
    send('this is no HL7', message('fine'))
    const got = (await answers(4)).map(msa)
    expect(got[0]).toMatch(/^MSA\|AE\|no-id/)
    expect(got[1]).toMatch(/^MSA\|AR\|v3/)
    expect(got[2]).toMatch(/^MSA\|A[ER]\|/)
    expect(got[3]).toBe('MSA|AA|fine|applied')
    const letters = await app.inbox.find({ outcome: ['dead-letter'], count: 10 })
    expect(letters).toHaveLength(3)
    socket.destroy()
  })

  it('does not answer while the database is away, and makes the engine wait', async () => {
    const own = listener()
    const { send, got, answers, socket } = engine(await own.start())
    outage.isOn = true
    for (let i = 0; i < 40; i += 1) send(message(`w${i}`))
    await sleep(300)
    expect(got()).toEqual([])
    expect(emitted.some(({ name }) => name === 'mllp-waiting')).toBe(true)
    outage.isOn = false
    expect((await answers(40)).map(msa)).toEqual(
      Array.from({ length: 40 }, (_w, i) => `MSA|AA|w${i}|applied`),
    )
    socket.destroy()
  })

  it('takes a frame whose 0x0D never comes, and answers before it hangs up when the engine has said its last', async () => {
    const own = listener()
    const at = await own.start()
    const lazy = engine(at)
    lazy.socket.write(`\u000B${message('lazy')}\u001C`)
    expect(msa((await lazy.answers(1))[0])).toBe('MSA|AA|lazy|applied')
    const last = engine(at)
    last.socket.end(`\u000B${message('last')}\u001C`)
    expect(msa((await last.answers(1))[0])).toBe('MSA|AA|last|applied')
    await last.closed
    lazy.socket.destroy()
  })

  it.each([
    ['a frame that is too long', `\u000B${'x'.repeat(100_001)}`, 'mllp-frame-too-large'],
    ['bytes outside a frame', 'GET / HTTP/1.1\r\n\r\n', 'mllp-start-missing'],
    ['a frame that is not finished in time', '\u000BMSH|^~', 'mllp-frame-unfinished'],
  ])('refuses %s with AR and hangs up', async (_what, bytes, code) => {
    const { socket, answers, closed } = engine(await listener().start())
    socket.write(bytes)
    expect((await answers(1))[0]).toContain(`MSA|AR||refused ${code}`)
    await closed
    expect(emitted).toContainEqual({ name: 'mllp-hung-up', reason: code })
  })

  it('refuses once, and loses no answer, when the engine hangs up right after what cannot be read', async () => {
    const own = await listener().start()
    const before = emitted.length
    const { socket, got, closed } = engine(own)
    socket.end(`\u000B${message('before-damage')}\u001C\rdamage`)
    await closed
    expect(got().map(msa)).toEqual(['MSA|AA|before-damage|applied', 'MSA|AR||refused mllp-start-missing'])
    expect(emitted.slice(before).filter(({ name }) => name === 'mllp-hung-up')).toEqual([
      { name: 'mllp-hung-up', reason: 'mllp-start-missing' },
    ])
    const second = engine(own)
    second.socket.end('damage')
    await second.closed
    expect(second.got()).toHaveLength(1)
    expect(emitted.some(({ reason }) => reason === 'connection-lost')).toBe(false)
  })

  it('lets no more engines in than it may', async () => {
    const at = await listener({ connectionsMax: 1 }).start()
    const first = engine(at)
    first.send(message('c1'))
    await first.answers(1)
    await engine(at).closed
    first.send(message('c2'))
    expect(msa((await first.answers(2))[1])).toBe('MSA|AA|c2|applied')
    first.socket.destroy()
  })

  it('answers what it has in hand before it stops', async () => {
    const own = listener()
    const { send, answers, closed } = engine(await own.start())
    send(message('before'))
    await answers(1)
    send(message('in-hand'))
    await sleep(2)
    await own.stop()
    await closed
    const found = await app.inbox.find({ messageId: 'in-hand', count: 1 })
    const isAnswered = (await answers(2).catch(() => [])).length === 2
    expect(isAnswered).toBe(found.length === 1)
  })

  it('speaks TLS, and lets only engines in whose certificate its authority signed', async () => {
    const certificates = certificatesIn(folder)
    const own = listener({ tls: { ...certificates.server, clientCaFile: certificates.ca } })
    const at = await own.start()
    const ca = readFileSync(certificates.ca)
    const stranger = engine(at, { ca })
    stranger.send(message('stranger'))
    await stranger.closed
    expect(stranger.got()).toEqual([])
    const { certFile, keyFile } = certificates.client
    const known = engine(at, { ca, cert: readFileSync(certFile), key: readFileSync(keyFile) })
    known.send(message('known'))
    expect(msa((await known.answers(1))[0])).toBe('MSA|AA|known|applied')
    known.socket.destroy()
  })
})

/** An authority, and certificates that it signed for 127.0.0.1. */
function certificatesIn(at: string) {
  const openssl = (...args: readonly string[]): unknown =>
    execFileSync('openssl', args, { cwd: at, stdio: 'pipe' })
  const file = (name: string): string => join(at, name)
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  openssl('req', '-x509', ...key, '-subj', '/CN=ca', '-days', '2', '-keyout', 'ca.key', '-out', 'ca.pem')
  writeFileSync(file('san'), 'subjectAltName=IP:127.0.0.1')
  const signed = (name: string): { readonly certFile: string; readonly keyFile: string } => {
    openssl('req', ...key, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`)
    const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'san']
    openssl('x509', '-req', '-in', `${name}.csr`, ...by, '-out', `${name}.pem`)
    return { certFile: file(`${name}.pem`), keyFile: file(`${name}.key`) }
  }
  return { ca: file('ca.pem'), server: signed('server'), client: signed('client') }
}
