import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createApp } from '../../src/app.ts'
import { readConfig } from '../../src/config/environment.ts'
import { startMsOf } from '../../src/lib/fhir-time.ts'
import { local, TIME_ZONE } from './river/acts.ts'
import type { RiverService } from './river/river-service.ts'
import { freePort } from './service-process.ts'

/** The whole service over an embedded database of its own, with messages over HTTP and a clock that the story moves. */
export async function openEmbeddedRiver(begin: string): Promise<RiverService> {
  const dataDir = mkdtempSync(join(tmpdir(), 'cw-river-'))
  const clock = { nowMs: startMsOf(local(begin), TIME_ZONE) }
  const config = readConfig({
    ...{ DATA_DIR: dataDir, LOG_LEVEL: 'silent', TIME_ZONE, CALENDAR: 'us-federal' },
    PORT: String(await freePort()),
  })
  if (!config.ok) throw new Error('the configuration must hold')
  const app = await createApp(config.value, { clock: { nowMs: () => clock.nowMs }, say: () => undefined })
  const url = await app.listen()
  const call: RiverService['call'] = async ({ method = 'GET', path, body, by, headers = {} }) => {
    const type = path.startsWith('/fhir') ? 'application/fhir+json' : 'application/json'
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(by !== undefined && { 'x-actor': by }),
        ...(body !== undefined && { 'content-type': type }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    if (method !== 'GET') clock.nowMs += 1000
    return { status: response.status, headers: response.headers, text, json: parsed(text) }
  }
  return {
    url,
    events: [],
    moveTo: async time => {
      clock.nowMs = Math.max(clock.nowMs, startMsOf(local(time), TIME_ZONE))
      await fired(() => app.store.timers.nextDue(), clock.nowMs)
    },
    send: async message => {
      const headers = { 'content-type': 'application/hl7-v2' }
      const reply = await call({ method: 'POST', path: '/adt', body: message, headers })
      if (reply.status >= 300) throw new Error(`POST /adt: ${reply.status} ${reply.text}`)
    },
    call,
    published: () => Promise.resolve(),
    close: async () => {
      await app.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** A timer that is claimed stands as due when its claim ends, minutes from now: what is due so soon is looked at again. */
const CLAIM_MS = 600_000
const SETTLED_MS = 250

/** Until no timer is due any more, nor under way. */
async function fired(nextDue: () => Promise<string | undefined>, nowMs: number): Promise<void> {
  let calmMs = 0
  for (const endMs = Date.now() + 60_000; ; await sleep(25)) {
    const next = await nextDue()
    const leftMs = next === undefined ? Number.POSITIVE_INFINITY : Date.parse(next) - nowMs
    calmMs = leftMs > 0 ? calmMs + 25 : 0
    if (leftMs > CLAIM_MS || calmMs >= SETTLED_MS) return
    if (Date.now() > endMs) throw new Error('timers that are due never fired')
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
