import { timerRunner, type TimerRunner } from '../../src/commands/timers/run-timers.ts'
import { openWork } from '../../src/commands/work/unit-of-work.ts'
import type { Store } from '../../src/commands/ports/store.ts'
import type { Resource } from '../../src/fhir/resource.ts'
import { derivedId, shardOfKey } from '../../src/lib/ids.ts'
import { taskDue } from '../../src/mappers/case/effects/task-due.ts'
import { admission, CM, effectsOf, emptyWorld, stay, tasksOf } from './case-world.ts'
import { noMeters as meters } from './counting-messages.ts'

/** Patients with a case whose screening is due at an instant, and the timers of the service over them. */
const tenant = 1
const clock = { nowMs: () => Date.now() }
const journal = { canonicalBase: CM, source: CM }

type Known = Resource & { readonly id: string }

function patientDue(
  name: string,
  dueMs: number,
): readonly { readonly resource: Known; readonly shard: number }[] {
  const shard = shardOfKey(tenant, name)
  const patient = derivedId(shard, tenant, 'Patient', name)
  const stays = [stay(`e-${name}`, [admission('2026-10-10T18:30:00')])]
  const { resources } = effectsOf(emptyWorld, stays, { patient, shard })
  const [screen] = tasksOf({ compartment: resources }, 'screen')
  const kept = resources.filter(({ resourceType }) => resourceType === 'EpisodeOfCare')
  const task = { ...screen, restriction: { period: { end: new Date(dueMs).toISOString() } } } as Known
  return [...kept, task].map(resource => ({ resource, shard }))
}

/** Writes them in one flush; false when the store refuses. */
export async function writeDue(store: Store, names: readonly string[], dueMs: number): Promise<boolean> {
  const at = new Date().toISOString()
  const work = openWork({ tenant, lane: 0, at, actor: 'Device/test', targets: [], journal }, [])
  for (const { resource, shard } of names.flatMap(name => patientDue(name, dueMs)))
    work.put(resource, { shard })
  return (await store.flush(work.changes())).ok
}

export const dueRunner = (store: Store): TimerRunner =>
  timerRunner({
    ...{ store, clock, meters, emit: () => undefined },
    workOf: () => ({
      ...{ store, tenant, targets: [], journal },
      taskDue: (task, due) => taskDue(task, { ...due, canonicalBase: CM }),
    }),
  })
