import { setTimeout as sleep } from 'node:timers/promises'
import { dueRunner, writeDue } from '../../support/due-patients.ts'
import { benchWorld, percentile, settle, type BenchWorld } from './bench-world.ts'

const DUE = 100
/** Duties that are due together when the rate is measured. */
const MANY = 5_000
const CHUNK = 100

/** What firing a hundred timers costs while none, and while so many, wait: it must be the same. Then how many a second. */
export async function runTimers({
  timers,
}: {
  readonly timers: number
}): Promise<Readonly<Record<string, number>>> {
  await using world = await benchWorld('timers')
  const few = await fire(world)
  await world.client.query(
    `insert into timer (tenant, id, due, kind, subject, payload)
     select 1, 'obligation/wait-' || n, now() + interval '1 day' + n * interval '1 second', 'obligation', 'p' || (n % 100000), '{}'
     from generate_series(1, $1) n`,
    [timers],
  )
  await settle(world.client)
  const many = await fire(world)
  const together = await rate(world)
  return {
    'fire 100 ms, none wait': few.fireMs,
    [`fire 100 ms, ${timers} wait`]: many.fireMs,
    'next due ms, none wait': few.nextMs,
    [`next due ms, ${timers} wait`]: many.nextMs,
    'duties missed a second, 5000 due together': together.perSecond,
    'service us/duty missed': together.serviceUs,
    'PostgreSQL us/duty missed': together.postgresUs,
    'PostgreSQL us/timer, none wait': few.postgresUs,
    [`PostgreSQL us/timer, ${timers} wait`]: many.postgresUs,
  }
}

const ROUNDS = 40

/** Rounds of a hundred that fall due: claimed, then dropped as the flush of their effect drops them. */
async function fire({ store, cpu }: BenchWorld) {
  const [fires, nexts]: [number[], number[]] = [[], []]
  const before = cpu()
  for (let round = 0; round < ROUNDS; round += 1) {
    const nowMs = Date.now()
    const at = new Date(nowMs).toISOString()
    const put = Array.from({ length: DUE }, (_, n) => ({
      ...{ id: `obligation/due-${round}-${n}`, due: new Date(nowMs - n).toISOString(), kind: 'obligation' },
      ...{ subject: `p${n}`, payload: {} },
    }))
    const frame = { tenant: 1, lane: 0, at, writes: [] }
    await store.flush({ ...frame, timers: { put, drop: [] } })
    const began = performance.now()
    const due = await store.timers.claim(nowMs, DUE, nowMs + 30_000)
    if (due.length !== DUE) throw new Error(`${due.length} timers were claimed instead of ${DUE}`)
    await store.flush({ ...frame, timers: { put: [], drop: due.map(({ id }) => id) } })
    fires.push(performance.now() - began)
    const asked = performance.now()
    await store.timers.nextDue()
    nexts.push(performance.now() - asked)
  }
  const after = cpu()
  return {
    fireMs: percentile(fires, 0.5),
    nextMs: percentile(nexts, 0.5),
    postgresUs: (after.postgres - before.postgres) / (ROUNDS * DUE),
  }
}

/** Duties marked as missed a second, with their versions and events, in due order: the timers of the service over real Tasks. */
async function rate({ store, client, cpu }: BenchWorld) {
  const dueMs = Date.now() - 60_000
  for (let from = 0; from < MANY; from += CHUNK) {
    const names = Array.from({ length: CHUNK }, (_, i) => `rate-${from + i}`)
    if (!(await writeDue(store, names, dueMs + from))) throw new Error('the duties could not be written')
  }
  await settle(client)
  const runner = dueRunner(store)
  const before = cpu()
  const began = performance.now()
  runner.start()
  for (let next = await store.timers.nextDue(); isPast(next); next = await store.timers.nextDue())
    await sleep(20)
  const tookMs = performance.now() - began
  await runner.stop()
  const after = cpu()
  return {
    perSecond: (MANY * 1000) / tookMs,
    serviceUs: (after.node - before.node) / MANY,
    postgresUs: (after.postgres - before.postgres) / MANY,
  }
}

const isPast = (due: string | undefined): boolean => due !== undefined && Date.parse(due) <= Date.now()
