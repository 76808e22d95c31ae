import { afterAll, beforeAll, expect, test } from 'vitest'
import { openCaseServer, type CaseServer } from '../../support/case-server.ts'
import { er7 } from '../../support/adt/er7.ts'

/** A service that manages cases in New York and hears of one hospital that keeps the time of Los Angeles. */
let server: CaseServer
beforeAll(async () => {
  const sources = { 'ADTAPP|COAST': { timeZone: 'America/Los_Angeles' } }
  server = await openCaseServer('2026-10-11T12:00:00Z', {
    environment: { SOURCES_CONFIG: JSON.stringify({ sources }) },
  })
}, 60_000)
afterAll(() => server.close())

async function dutiesAt(facility: string): Promise<Readonly<Record<string, string>>> {
  const visit = { facility, patient: `${facility}1`, visit: `${facility}V` }
  const admit = er7({ ...visit, event: 'A01', id: `${facility}1`, at: '20261008183000' })
  const leave = er7({
    ...{ ...visit, event: 'A03', id: `${facility}2`, at: '20261009223000', pv1: { 36: '01' } },
  })
  for (const body of [admit, leave]) {
    const sent = await server.call({ method: 'POST', path: '/adt', body, headers: { accept: 'text/plain' } })
    expect(sent.status).toBe(200)
  }
  const search = `/fhir/EpisodeOfCare?patient.identifier=${facility}1`
  const found = (await server.call({ path: search })).json
  const { json } = await server.call({ path: `/cases/${found.entry[0].resource.id}/obligations` })
  const duties = json.obligations as readonly { rule: string; due: string; arithmetic: string }[]
  return Object.fromEntries(duties.map(({ rule, due, arithmetic }) => [rule, `${due} ${arithmetic}`]))
}

test('a duty about a stay is due at the end of a day where its sender is, by the zone of SOURCES_CONFIG', async () => {
  const duties = await dutiesAt('COAST')
  expect(duties['contact']).toMatch(/^2026-10-14T23:59:59-07:00 Fri 2026-10-09 \+ 2 business days/)
  expect(duties['med-rec']).toContain('2026-11-08T23:59:59-08:00 Fri 2026-10-09 + 30 days')
})

test('a duty of a sender that has no zone of its own is due by TIME_ZONE', async () => {
  const duties = await dutiesAt('VALLEY')
  expect(duties['contact']).toMatch(/^2026-10-14T23:59:59-04:00 Fri 2026-10-09 \+ 2 business days/)
})
