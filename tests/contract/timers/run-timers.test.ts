import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Resource } from '../../../src/fhir/resource.ts'
import { indexResource } from '../../../src/fhir/search/index-resource.ts'
import { timerRunner, type TimerRunner } from '../../../src/commands/timers/run-timers.ts'
import type { Store } from '../../../src/commands/ports/store.ts'
import { openWork } from '../../../src/commands/unit-of-work.ts'
import { derivedId, shardOfKey } from '../../../src/lib/ids.ts'
import { markMissed } from '../../../src/mappers/case/mark-missed.ts'
import { openEmbeddedStore } from '../../../src/store/open-store.ts'
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
  const runOnce = async (): Promise<void> => {
    const rounds = { begun: 0 }
    const claim: Store['timers']['claim'] = (...request) => {
      rounds.begun += 1
      return store.timers.claim(...request)
    }
    const runner: TimerRunner = timerRunner({
      ...{ store: { ...store, timers: { ...store.timers, claim } }, tenant, clock, meters, targets: [] },
      emit: () => undefined,
      markMissed: (task, at) => markMissed(task, at, base),
    })
    runner.start()
    await vi.waitFor(() => expect(rounds.begun).toBeGreaterThan(1), { timeout: 30_000 })
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
})
