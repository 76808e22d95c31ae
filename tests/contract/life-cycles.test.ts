import { afterAll, beforeAll, expect, test } from 'vitest'
import { defaultCaseRules } from '../../src/care-plan/case/case-rules.ts'
import { modelLookup, shippedModels } from '../../src/care-plan/models/shipped-models.ts'
import { openWork } from '../../src/commands/work/unit-of-work.ts'
import type { Resource } from '../../src/fhir/resource.ts'
import { holidayCalendar } from '../../src/lib/holiday-calendars.ts'
import { shardInId, shardOfKey } from '../../src/lib/ids.ts'
import { applyCaseLaw } from '../../src/mappers/case/law/law.ts'
import { caseNames } from '../../src/mappers/case/names.ts'
import { withCaseLink } from '../../src/mappers/case/nouns/case-link.ts'
import { caseId, opened } from '../support/case-acts.ts'
import { admitted, consentOf, managerOf } from '../support/case-stories.ts'
import { after, CM, emptyWorld, only, PATIENT, written } from '../support/case-world.ts'
import { openFhirServer, type FhirServer } from '../support/fhir-server.ts'
import { plainResource, printed, r4Statuses, statusName, strangers } from '../support/life-cycles.ts'

const began = after(emptyWorld, admitted)
const NOOR = 'Practitioner/noor'
const world = opened(written(began, [managerOf(began, NOOR), consentOf(began)]), '2026-10-06T10:00:00-04:00')

/** A status from where not every other one is legal, and one that isn't. */
const steps: Readonly<Record<string, readonly [from: string, to: string]>> = {
  Task: ['completed', 'in-progress'],
  CarePlan: ['completed', 'active'],
  CareTeam: ['inactive', 'active'],
  Goal: ['completed', 'active'],
  ServiceRequest: ['revoked', 'active'],
  Encounter: ['finished', 'in-progress'],
  Appointment: ['fulfilled', 'booked'],
}

const ownedIds = ['one', 'two']
const owned = Object.entries(steps).flatMap(([type, [from]]) =>
  ownedIds.map(id => withCaseLink(plainResource(type, `${id}-${type}`, from), caseId, caseNames(CM))),
)

const law = {
  tenant: 1,
  timeZone: 'America/New_York',
  calendar: holidayCalendar('us-federal'),
  rules: defaultCaseRules,
  models: modelLookup(shippedModels),
}

let server: FhirServer
beforeAll(async () => {
  server = await openFhirServer({ applyCaseLaw: input => applyCaseLaw({ ...input, ...law }) })
  const at = '2026-10-11T00:00:00.000Z'
  const work = openWork({ tenant: 1, lane: 0, at, actor: 'Device/test', targets: [] }, [])
  for (const { id, ...resource } of [...world.compartment, ...owned]) {
    if (id === undefined) continue
    const shard = shardInId(id) ?? shardInId(PATIENT) ?? shardOfKey(1, `Patient/${PATIENT}`)
    work.put({ ...resource, id }, { shard, clientAssigned: shardInId(id) === undefined })
  }
  const flushed = await server.store.flush(work.changes())
  if (!flushed.ok) throw new Error('the world could not be stored')
}, 60_000)
afterAll(() => server.close())

const put = (resource: Resource) =>
  server.call({ method: 'PUT', path: `/${resource.resourceType}/${resource.id ?? ''}`, body: resource })

const moved = (type: string, id: string, to: string): Resource => {
  const found = owned.find(one => one.resourceType === type && one.id === `${id}-${type}`)
  if (!found) throw new Error(`no ${type}`)
  return { ...found, [statusName(type)]: to }
}

test.each(Object.keys(steps))(
  'an illegal status is 422 with the legal ones, and its element: %s',
  async type => {
    const [from, to] = steps[type] ?? ['', '']
    const { status, json } = await put(moved(type, 'one', to))
    const [issue] = json.issue
    expect([status, json.resourceType, issue.code]).toEqual([422, 'OperationOutcome', 'business-rule'])
    expect(issue.details.coding[0].code).toBe('illegal-transition')
    expect(issue.expression).toEqual([`${type}.${statusName(type)}`])
    expect(issue.diagnostics).toMatch(new RegExp(` Legal: ${printed(type)[from]?.join(', ')}\\.$`))
    const path = `/${type}/one-${type}`
    expect((await server.call({ path })).json[statusName(type)]).toBe(from)
  },
)

test.each(Object.keys(steps))(
  'in a transaction the entry is named, beside one of its type: %s',
  async type => {
    const [from, to] = steps[type] ?? ['', '']
    const entry = [moved(type, 'one', from), moved(type, 'two', to)].map(resource => ({
      resource,
      request: { method: 'PUT', url: `${type}/${resource.id ?? ''}` },
    }))
    const body = { resourceType: 'Bundle', type: 'transaction', entry }
    const { status, json } = await server.call({ method: 'POST', path: '', body })
    expect([status, json.issue[0].expression]).toEqual([
      422,
      [`Bundle.entry[1].resource.${statusName(type)}`],
    ])
  },
)

test('an illegal status of the case itself is 422 with the legal ones', async () => {
  const { status, json } = await put({ ...only(world, 'EpisodeOfCare'), status: 'planned' })
  expect([status, json.issue[0].expression]).toEqual([422, ['EpisodeOfCare.status']])
  expect(json.issue[0].diagnostics).toMatch(/ Legal: onhold, entered-in-error\.$/)
})

test('what was withdrawn as an error stays so, and can be withdrawn from everywhere', async () => {
  for (const type of Object.keys(steps)) {
    const withdrawn = moved(type, 'two', 'entered-in-error')
    expect([type, (await put(withdrawn)).status]).toEqual([type, 200])
    const back = await put(moved(type, 'two', steps[type]?.[0] ?? ''))
    expect([type, back.status, back.json.issue[0].details.coding[0].code]).toEqual([
      type,
      422,
      'illegal-transition',
    ])
  }
})

test.each(Object.keys(r4Statuses))('no move of what no case owns is refused: %s', async type => {
  const statuses = r4Statuses[type] ?? []
  for (const status of [...statuses, ...statuses.toReversed()]) {
    const reply = await put(strangers(type, 'plain', status))
    expect([status, reply.status < 300, reply.json[statusName(type)]]).toEqual([status, true, status])
  }
})

test.each(['EpisodeOfCare', 'Encounter'])(
  'the statusHistory of what no case owns is its author’s: stored as sent, never made up: %s',
  async type => {
    const statusHistory = [{ status: 'planned', period: { start: '2026-01-01', end: '2026-01-05' } }]
    const first = { ...strangers(type, 'history', 'planned'), statusHistory }
    expect((await put(first)).json.statusHistory).toEqual(statusHistory)
    const same = await put({ ...first, status: type === 'Encounter' ? 'in-progress' : 'active' })
    expect([same.status, same.json.statusHistory]).toEqual([200, statusHistory])
    const without = await put(strangers(type, 'history', 'finished'))
    expect([without.status, without.json.statusHistory]).toEqual([200, undefined])
    const before = await server.call({ path: `/${type}/history/_history/2` })
    expect(before.json.statusHistory).toEqual(statusHistory)
    const period = { start: '2026-01-05', end: '2026-01-01' }
    const backwards = await put({ ...first, statusHistory: [{ status: 'planned', period }] })
    expect([backwards.status, JSON.stringify(backwards.json)]).toEqual([
      400,
      expect.stringContaining('per-1'),
    ])
  },
)

test('the constraints of R4 hold for what no case owns', async () => {
  const wrong: readonly (readonly [string, Resource])[] = [
    [
      'inv-1',
      {
        ...strangers('Task', 'late', 'requested'),
        authoredOn: '2026-02-01T10:00:00Z',
        lastModified: '2026-01-01T10:00:00Z',
      },
    ],
    [
      'cpl-3',
      {
        ...strangers('CarePlan', 'both', 'draft'),
        activity: [{ reference: { reference: 'ServiceRequest/s' }, detail: { status: 'scheduled' } }],
      },
    ],
    [
      'per-1',
      {
        ...strangers('EpisodeOfCare', 'back', 'active'),
        period: { start: '2026-02-01', end: '2026-01-01' },
      },
    ],
  ]
  for (const [constraint, resource] of wrong) {
    const { status, json } = await put(resource)
    expect([status, json.issue[0].diagnostics]).toEqual([400, expect.stringContaining(constraint)])
  }
})
