import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { defaultCaseRules } from '../../src/care-plan/case/case-rules.ts'
import { modelLookup, shippedModels } from '../../src/care-plan/models/shipped-models.ts'
import type { Resource } from '../../src/fhir/resource.ts'
import { holidayCalendar } from '../../src/lib/holiday-calendars.ts'
import { applyCaseLaw } from '../../src/mappers/case/law/law.ts'
import { caseInACircle } from '../support/case-in-a-circle.ts'
import { admission, after, CM, emptyWorld, only, PATIENT, stay } from '../support/case-world.ts'
import { openSyncBench } from '../support/sync-bench.ts'

let bench: Awaited<ReturnType<typeof openSyncBench>>
let at: Awaited<ReturnType<typeof bench.fresh>>

beforeAll(async () => {
  bench = await openSyncBench()
})
afterAll(() => bench.close())
beforeEach(async () => {
  at = await bench.fresh()
  await at.write(caseInACircle(at.idFor, at.mrn))
  await at.quiet()
})
afterEach(() => at.end())

const rows = (resource: Resource, name: string): readonly unknown[] => resource[name] as readonly unknown[]
const editThere = (type: string, edit: (resource: Resource) => Resource): void =>
  at.peer.change(type, at.there(type).id ?? '', edit)

test('what each side added to one list stands on both, nothing is lost and nothing clashes', async () => {
  const goal = (text: string): object => ({ identifier: { system: 'urn:goal', value: text } })
  await at.write([{ ...(await at.here('CarePlan', 'plan')), goal: [goal('walk')] }])
  await at.quiet()
  editThere('CarePlan', plan => ({ ...plan, goal: [...rows(plan, 'goal'), goal('sleep')] }))
  const plan = await at.here('CarePlan', 'plan')
  await at.write([{ ...plan, goal: [...rows(plan, 'goal'), goal('cook')] }])
  await at.quiet()
  const everything = [goal('walk'), goal('sleep'), goal('cook')]
  for (const one of [await at.here('CarePlan', 'plan'), at.there('CarePlan')]) {
    expect(rows(one, 'goal')).toHaveLength(3)
    expect(rows(one, 'goal')).toEqual(expect.arrayContaining(everything))
  }
  expect((await at.sync.status()).conflicts).toEqual([])
  const writes = at.peer.writes.length
  await at.quiet()
  expect(at.peer.writes).toHaveLength(writes)
})

test('an activity that went out by reference is known again when the peer changes it beside one that we add', async () => {
  editThere('CarePlan', plan => ({
    ...plan,
    activity: rows(plan, 'activity').map(one => ({ ...(one as object), progress: [{ text: 'begun' }] })),
  }))
  const plan = await at.here('CarePlan', 'plan')
  const ours = { detail: { status: 'not-started', description: 'teach the family' } }
  await at.write([{ ...plan, activity: [...rows(plan, 'activity'), ours] }])
  await at.quiet()
  const begun = {
    reference: { reference: `Task/${at.idFor('task')}` },
    progress: [{ text: 'begun' }],
  }
  expect(rows(await at.here('CarePlan', 'plan'), 'activity')).toEqual([begun, ours])
  expect(rows(at.there('CarePlan'), 'activity')).toEqual([
    { ...begun, reference: { reference: `Task/${at.there('Task').id}` } },
    ours,
  ])
})

test('one row that both changed is ours, theirs is kept, and the rest of the list comes in', async () => {
  const note = (text: string): object => ({ url: 'urn:note', valueString: text })
  const other = { url: 'urn:other', valueString: 'theirs' }
  await at.write([{ ...(await at.here('Task', 'task')), extension: [note('agreed')] }])
  await at.quiet()
  editThere('Task', task => ({ ...task, extension: [note('theirs'), other] }))
  await at.write([{ ...(await at.here('Task', 'task')), extension: [note('ours')] }])
  await at.quiet()
  for (const one of [await at.here('Task', 'task'), at.there('Task')])
    expect(one['extension']).toEqual([note('ours'), other])
  expect((await at.sync.status()).conflicts).toMatchObject([
    { key: `Task/${at.idFor('task')}`, elements: { extension: [note('theirs'), other] } },
  ])
})

test('both take the last row away: the element is gone on both sides, without a conflict', async () => {
  await at.write([{ ...(await at.here('Task', 'task')), note: [{ text: 'one' }, { text: 'two' }] }])
  await at.quiet()
  editThere('Task', task => ({ ...task, note: [{ text: 'two' }] }))
  await at.write([{ ...(await at.here('Task', 'task')), note: [{ text: 'one' }] }])
  await at.quiet()
  expect((await at.here('Task', 'task'))['note']).toBeUndefined()
  expect(at.there('Task')['note']).toBeUndefined()
  expect((await at.sync.status()).conflicts).toEqual([])
})

test('a label of protection that a resource gets later goes out too, once', async () => {
  const security = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }]
  const task = await at.here('Task', 'task')
  await at.write([{ ...task, meta: { ...task.meta, security } }])
  await at.quiet()
  expect(at.there('Task').meta?.security).toEqual(security)
  editThere('Task', other => ({ ...other, description: 'theirs' }))
  await at.quiet()
  const writes = at.peer.writes.length
  await at.quiet()
  expect(at.peer.writes).toHaveLength(writes)
  expect((await at.here('Task', 'task')).meta?.security).toEqual(security)
})

test('what of a case both sides changed is asked of people, once, with the elements named', () => {
  const world = after(emptyWorld, [stay('e1', [admission('2026-10-05T18:30:00')])])
  const episode = only(world, 'EpisodeOfCare')
  const plan: Resource = {
    ...{ resourceType: 'CarePlan', id: 'plan', status: 'draft', intent: 'plan' },
    subject: { reference: `Patient/${PATIENT}` },
    extension: [
      {
        url: 'http://hl7.org/fhir/StructureDefinition/workflow-episodeOfCare',
        valueReference: { reference: `EpisodeOfCare/${episode.id ?? ''}` },
      },
    ],
  }
  const input = {
    ...{ tenant: 1, timeZone: 'America/New_York', canonicalBase: CM, actor: 'Device/peer-north' },
    calendar: holidayCalendar('us-federal'),
    rules: defaultCaseRules,
    models: modelLookup(shippedModels),
    door: 'peer' as const,
    changed: [],
    clashes: [{ about: plan, elements: ['description', 'period'] }],
    at: '2026-10-06T12:00:00Z',
  }
  const asked = applyCaseLaw({ ...input, compartment: [...world.compartment, plan] })
  const tasks = asked.ok ? asked.value.filter(({ resourceType }) => resourceType === 'Task') : []
  expect(tasks).toMatchObject([
    {
      status: 'requested',
      code: { coding: [{ code: 'conflict-review' }] },
      focus: { reference: 'CarePlan/plan' },
      description: expect.stringContaining('description, period'),
      restriction: { period: { end: '2026-10-07T23:59:59-04:00' } },
    },
  ])
  const again = applyCaseLaw({ ...input, compartment: [...world.compartment, plan, ...tasks] })
  expect(again.ok && again.value.map(({ id }) => id)).toEqual(tasks.map(({ id }) => id))
})
