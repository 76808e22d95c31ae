import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../scripts/services/process.ts'
import { startService, type ServiceProcess } from '../support/service-process.ts'

/** Three services, each of which writes to the next and reads from it: what one says comes back to it over the others. */
const TYPES = ['EpisodeOfCare', 'CareTeam', 'CarePlan', 'Goal', 'Task']
const COUNTED = ['Patient', 'Encounter', ...TYPES]
const folder = mkdtempSync(join(tmpdir(), 'cw-ring-'))
const ring: ServiceProcess[] = []

const message = (event: string, more: string): string =>
  [
    `MSH|^~\\&|ADT|NORTH|CASEWIRE|CM|20261005183000||ADT^${event}|RING-${event}|P|2.5.1`,
    `EVN|${event}|20261005183000`,
    'PID|1||4711^^^NORTH^MR||RIVERA^ANA||19540312|F',
    `PV1|1|I|MED^7^B^NORTH||||||||||||||||V-1^^^NORTH^VN|||||||||||||||||${more}`,
  ].join('\r')

async function send(body: string): Promise<void> {
  const url = `${ring[0]?.url ?? ''}/adt`
  const answer = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/hl7-v2' } })
  expect(await answer.text()).toContain('|applied')
}

const totals = (path: string): Promise<readonly (readonly number[])[]> =>
  Promise.all(
    ring.map(({ url }) =>
      Promise.all(
        COUNTED.map(async type => {
          const answer = await fetch(`${url}/fhir/${type}${path}?_summary=count`)
          return ((await answer.json()) as { readonly total: number }).total
        }),
      ),
    ),
  )

/** Until nothing was written anywhere for five seconds: what a peer has just made is left to it for three. */
async function quiet(): Promise<void> {
  let before = ''
  for (let same = 0; same < 10;) {
    await sleep(500)
    const now = JSON.stringify(await totals('/_history'))
    same = now === before ? same + 1 : 0
    before = now
  }
}

describe('three services in a ring', () => {
  beforeAll(async () => {
    const ports = await Promise.all([freePort(), freePort(), freePort()])
    const urlOf = (i: number): string => `http://127.0.0.1:${ports[i % 3]}`
    const started = ports.map((port, i) =>
      startService({
        ...{ PORT: String(port), PUBLIC_URL: urlOf(i), DATA_DIR: join(folder, String(i)), LOG_LEVEL: 'warn' },
        SYNC_CONFIG: JSON.stringify({
          peers: [
            {
              ...{ name: 'next', baseUrl: `${urlOf(i + 1)}/fhir`, pollIntervalMs: 500 },
              ...{ push: TYPES, pull: ['Patient', ...TYPES] },
            },
          ],
        }),
      }),
    )
    ring.push(...(await Promise.all(started)))
  }, 120_000)
  afterAll(async () => {
    await Promise.all(ring.map(service => service.stop()))
    rmSync(folder, { recursive: true, force: true })
  })

  it('hold the same after an admission and a discharge, each thing once, and come to rest', async () => {
    await send(message('A01', '||||||||20261005183000'))
    await quiet()
    await send(message('A03', '01||||||||20261005183000|20261010103000'))
    await quiet()
    const [first, ...others] = await totals('')
    expect(others).toEqual([first, first])
    const [patients, encounters, cases, teams, plans] = first ?? []
    expect([patients, encounters, cases, teams, plans]).toEqual([1, 1, 1, 1, 1])
  }, 120_000)
})
