import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { defaultCaseRules } from '../../../src/care-plan/case/case-rules.ts'
import { holidayCalendar } from '../../../src/lib/holiday-calendars.ts'
import { sourceSettings } from '../../../src/mappers/adt/source.ts'
import type { Resource } from '../../../src/fhir/resource.ts'
import { indexResource } from '../../../src/fhir/search/indexing/index-resource.ts'
import { timerRunner, type TimerRunner } from '../../../src/commands/timers/run-timers.ts'
import type { Store } from '../../../src/commands/ports/store.ts'
import { openWork } from '../../../src/commands/work/unit-of-work.ts'
import { derivedId, shardOfKey } from '../../../src/lib/ids.ts'
import { taskDue } from '../../../src/mappers/case/effects/task-due.ts'
import { openEmbeddedStore } from '../../../src/store/open-store.ts'
import { act, dutiesBy, models, opened, withModels } from '../../support/case-acts.ts'
import { admission, after, emptyWorld, only, stay } from '../../support/case-world.ts'
import { noMeters as meters } from '../../support/counting-messages.ts'

const base = 'https://casewire.example/fhir'
const tenant = 1
const shard = shardOfKey(tenant, 'p')
const patient = derivedId(shard, tenant, 'Patient', 'p')
const dataDir = mkdtempSync(join(tmpdir(), 'cw-timers-'))
const time = { ms: Date.parse('2030-05-01T08:00:00Z') }
const clock = { nowMs: () => time.ms }

const duty = (name: string, end: string, status = 'requested'): Resource & { readonly id: string } => ({
  resourceType: 'Task',
  id: derivedId(shard, tenant, 'Task', name),
  groupIdentifier: { system: `${base}/sid/case`, value: 'case-1' },
  status,
  intent: 'order',
  code: { coding: [{ system: `${base}/CodeSystem/task-code`, code: 'contact' }] },
  for: { reference: `Patient/${patient}` },
  restriction: { period: { end } },
})

describe('timers of duties, on the embedded store', () => {
  let store: Store
  beforeAll(async () => {
    store = await openEmbeddedStore({ dataDir, clock, indexResource, migrate: 'auto' })
  })
  afterAll(async () => {
    await store.close()
    rmSync(dataDir, { recursive: true, force: true })
  })

  const write = async (task: Resource & { readonly id: string }): Promise<void> => {
    const loaded = await store.load({ tenant, lane: 0, keys: [{ type: 'Task', id: task.id }] })
    const at = new Date(time.ms).toISOString()
    const work = openWork({ tenant, lane: 0, at, actor: 'Device/test', targets: [] }, loaded.resources)
    work.put(task, { shard })
    expect((await store.flush(work.changes())).ok).toBe(true)
  }
  const read = async ({ id }: { readonly id: string }) => {
    const stored = await store.read(tenant, { type: 'Task', id })
    return { version: stored?.version, isMissed: stored?.content.includes('"missed"') }
  }
  /** Runs until everything that is due now has been dealt with, which the runner's next look for work shows. */
  const runOnce = async (onFired: (due: string) => void = () => undefined): Promise<void> => {
    const rounds = { idle: false }
    const claim: Store['timers']['claim'] = async (...request) => {
      const claimed = await store.timers.claim(...request)
      for (const { due } of claimed) onFired(due)
      rounds.idle = claimed.length === 0
      return claimed
    }
    const runner: TimerRunner = timerRunner({
      ...{ store: { ...store, timers: { ...store.timers, claim } }, clock, meters },
      emit: () => undefined,
      workOf: () => ({
        ...{ store, tenant, targets: [] },
        taskDue: (task, due) => taskDue(task, { ...due, canonicalBase: base }),
        consequences: {
          ...{ tenant, canonicalBase: base, timeZone: 'America/New_York' },
          ...{ rules: defaultCaseRules, calendar: holidayCalendar('us-federal'), models },
          settings: sourceSettings({ tenant, canonicalBase: base, timeZone: 'America/New_York' }),
        },
      }),
    })
    runner.start()
    await vi.waitFor(() => expect(rounds.idle).toBe(true), { timeout: 30_000 })
    await runner.stop()
  }

  it('marks a duty once its due time has passed, and not before, also when nothing ran at that time', async () => {
    const task = duty('a', '2030-05-01T09:00:00Z')
    await write(task)
    await runOnce()
    expect(await read(task)).toEqual({ version: 1, isMissed: false })
    time.ms = Date.parse('2030-05-01T09:00:01Z')
    await runOnce()
    expect(await read(task)).toEqual({ version: 2, isMissed: true })
    await runOnce()
    expect(await read(task)).toEqual({ version: 2, isMissed: true })
  })

  it('follows a due time that moves, and leaves alone what was done in time', async () => {
    const [moved, done] = [duty('b', '2030-05-02T09:00:00Z'), duty('c', '2030-05-02T09:00:00Z')]
    await write(moved)
    await write(done)
    await write(duty('b', '2030-05-04T09:00:00Z'))
    await write(duty('c', '2030-05-02T09:00:00Z', 'completed'))
    time.ms = Date.parse('2030-05-03T00:00:00Z')
    await runOnce()
    expect([(await read(moved)).isMissed, (await read(done)).isMissed]).toEqual([false, false])
    time.ms = Date.parse('2030-05-05T00:00:00Z')
    await runOnce()
    expect([(await read(moved)).isMissed, (await read(done)).isMissed]).toEqual([true, false])
    expect(await store.timers.nextDue()).toBeUndefined()
  })

  it('gives what nobody did in time to the supervisor, once', async () => {
    const code = (value: string) => ({ coding: [{ system: `${base}/CodeSystem/task-code`, code: value }] })
    const offer: Resource & { readonly id: string } = {
      ...duty('offer', '2030-06-01T00:00:00Z', 'accepted'),
      code: code('assign'),
      requester: { reference: 'Practitioner/sam' },
      owner: { reference: 'Practitioner/noor' },
    }
    const task: Resource & { readonly id: string } = {
      ...duty('late', '2030-05-06T09:00:00Z'),
      identifier: [{ system: `${base}/sid/obligation`, value: 'case-1/contact/x' }],
      extension: [
        { url: `${base}/StructureDefinition/derived`, valueString: 'rule contact' },
        { url: `${base}/StructureDefinition/escalate-at`, valueDateTime: '2030-05-08T09:00:00Z' },
      ],
    }
    await write(offer)
    await write(task)
    time.ms = Date.parse('2030-05-07T00:00:00Z')
    await runOnce()
    expect(await read(task)).toEqual({ version: 2, isMissed: true })
    time.ms = Date.parse('2030-05-08T09:00:01Z')
    await runOnce()
    const stored = await store.read(tenant, { type: 'Task', id: task.id })
    const escalated = JSON.parse(stored?.content ?? '{}') as Resource
    expect(escalated).toMatchObject({ status: 'ready', owner: { reference: 'Practitioner/sam' } })
    expect(escalated['note']).toHaveLength(1)
    await runOnce()
    expect((await read(task)).version).toBe(3)
    expect(await store.timers.nextDue()).toBeUndefined()
  })

  it('makes the supervisor a member of the care team in the same write, from the instant of the escalation', async () => {
    const hospital = stay('e1', [admission('2026-10-10T18:30:00')])
    const world = opened(after(emptyWorld, [hospital], withModels), '2026-10-13T09:00:00-04:00')
    const asked = after(world, [hospital], withModels)
    const [draft] = dutiesBy(asked, 'plan-draft')
    const begun = act(asked, 'obligation', {
      ...{ id: draft?.id ?? '', owner: 'Practitioner/noor', status: 'accepted' },
    })
    const offered = act(begun, 'assignment', {
      ...{ id: 'offer-1', state: 'accepted', manager: 'Practitioner/noor', offeredBy: 'Practitioner/sam' },
    } as never)
    const known = after(offered, [hospital], withModels)
    const at = new Date(time.ms).toISOString()
    const work = openWork({ tenant, lane: 0, at, actor: 'Device/test', targets: [] }, [])
    for (const resource of known.compartment) work.put({ ...resource, id: resource.id ?? '' }, { shard: 5 })
    expect((await store.flush(work.changes())).ok).toBe(true)
    await runOnce()
    const team = only(known, 'CareTeam')
    const stored = await store.read(tenant, { type: 'CareTeam', id: team.id ?? '' })
    expect((JSON.parse(stored?.content ?? '{}') as Resource)['participant']).toContainEqual(
      expect.objectContaining({
        member: { reference: 'Practitioner/sam' },
        // Due on the 10th day after the opening, with the supervisor 48 hours after that.
        period: { start: expect.stringContaining('2026-10-26T03:59:59') },
      }),
    )
  })

  it('lets an offer of the case lapse when its time is over', async () => {
    const offer: Resource & { readonly id: string } = {
      ...duty('lapsing', '2030-05-09T09:00:00Z'),
      code: { coding: [{ system: `${base}/CodeSystem/task-code`, code: 'assign' }] },
      requester: { reference: 'Practitioner/sam' },
      owner: { reference: 'Practitioner/noor' },
    }
    await write(offer)
    time.ms = Date.parse('2030-05-09T09:00:01Z')
    await runOnce()
    const stored = await store.read(tenant, { type: 'Task', id: offer.id })
    expect(JSON.parse(stored?.content ?? '{}')).toMatchObject({ status: 'cancelled' })
  })

  it('fires many that are due together in one round after the other, the earliest first', async () => {
    const names = Array.from({ length: 1200 }, (_, i) => `many-${i}`)
    const tasks = names.map((name, i) =>
      duty(name, `2030-05-10T${String(9 + (i % 3)).padStart(2, '0')}:00:00Z`),
    )
    const at = new Date(time.ms).toISOString()
    const work = openWork({ tenant, lane: 0, at, actor: 'Device/test', targets: [] }, [])
    for (const task of tasks) work.put(task, { shard })
    expect((await store.flush(work.changes())).ok).toBe(true)
    time.ms = Date.parse('2030-05-10T12:00:00Z')
    const fired: string[] = []
    await runOnce(due => fired.push(due))
    expect(await store.timers.nextDue()).toBeUndefined()
    expect(fired).toEqual(fired.toSorted())
    expect(fired).toHaveLength(tasks.length)
  })
})
