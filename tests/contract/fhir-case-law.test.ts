import { afterAll, beforeAll, expect, test } from 'vitest'
import { defaultCaseRules } from '../../src/care-plan/case-rules.ts'
import { openWork } from '../../src/commands/unit-of-work.ts'
import { patientOf } from '../../src/fhir/compartment.ts'
import type { Resource } from '../../src/fhir/resource.ts'
import { holidayCalendar } from '../../src/lib/holiday-calendars.ts'
import { shardInId, shardOfKey } from '../../src/lib/ids.ts'
import { applyCaseLaw } from '../../src/mappers/case/law.ts'
import {
  admission,
  after,
  discharge,
  emptyWorld,
  only,
  PATIENT,
  stay,
  taskOf,
} from '../support/case-world.ts'
import { openFhirServer, type FhirServer } from '../support/fhir-server.ts'

const world = after(emptyWorld, [
  stay('e1', [admission('2026-10-05T18:30:00'), discharge('2026-10-10T10:30:00', '01')]),
])

let server: FhirServer
beforeAll(async () => {
  const law = {
    tenant: 1,
    timeZone: 'America/New_York',
    calendar: holidayCalendar('us-federal'),
    rules: defaultCaseRules,
  }
  server = await openFhirServer({ applyCaseLaw: input => applyCaseLaw({ ...input, ...law }) })
  const at = '2026-10-11T00:00:00.000Z'
  const work = openWork({ tenant: 1, lane: 0, at, actor: 'Device/test', targets: [] }, [])
  for (const resource of world.compartment) {
    if (resource.id === undefined) continue
    const shard = shardInId(resource.id) ?? shardOfKey(1, `Patient/${patientOf(resource) ?? ''}`)
    work.put({ ...resource, id: resource.id }, { shard })
  }
  const flushed = await server.store.flush(work.changes())
  if (!flushed.ok) throw new Error('the world could not be stored')
})
afterAll(() => server.close())

const put = (resource: Resource) =>
  server.call({ method: 'PUT', path: `/${resource.resourceType}/${resource.id ?? ''}`, body: resource })
const teamOf = async () => {
  const id = only(world, 'CareTeam').id ?? ''
  return (await server.call({ path: `/CareTeam/${id}` })).json
}

test('an illegal change of a case is 422 and writes nothing', async () => {
  const episode = only(world, 'EpisodeOfCare')
  const reply = await put({ ...episode, status: 'cancelled' })
  expect([reply.status, reply.json.issue[0].code]).toEqual([422, 'business-rule'])
  const stands = await server.call({ path: `/EpisodeOfCare/${episode.id ?? ''}` })
  expect(stands.json.meta.versionId).toBe('1')
})

test('an accepted Task makes its owner a member of the team, in the same write', async () => {
  const task = taskOf(world, 'contact')
  const reply = await put({
    ...task,
    status: 'accepted',
    owner: { reference: 'Practitioner/noor' },
  })
  expect(reply.status).toBe(200)
  const team = await teamOf()
  expect(team.meta.versionId).toBe('2')
  expect(JSON.stringify(team.participant)).toContain('Practitioner/noor')
  const again = await put(reply.json)
  expect([again.status, again.headers['etag']]).toEqual([200, 'W/"2"'])
  expect((await teamOf()).meta.versionId).toBe('2')
})

test('what a case does not own passes untouched', async () => {
  const reply = await server.call({
    method: 'POST',
    path: '/Task',
    body: {
      resourceType: 'Task',
      status: 'completed',
      intent: 'order',
      for: { reference: `Patient/${PATIENT}` },
    },
  })
  expect(reply.status).toBe(201)
})
