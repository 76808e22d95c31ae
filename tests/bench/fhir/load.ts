import { cpuNow } from '../measure.ts'
import { percentile } from '../cases/bench-world.ts'
import { loadClient } from './load-client.ts'
import type { Target } from './targets.ts'
import { seed, workloads, type Session, type WorkloadName } from './workloads.ts'

/** One workload on one server for some seconds. CPU time in microseconds a request. */
export interface Measured {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly serviceUs: number
  readonly postgresUs: number
  readonly totalUs: number
  readonly requests: number
  /** Answers that are not what was asked for. */
  readonly bad: number
}

export interface Loaded {
  readonly target: Target
  readonly session: Session
  /** As in measure.ts. */
  readonly backend: number
}

export interface LoadSizes {
  readonly clients: number
  readonly patients: number
}

export async function openLoad(
  target: Target,
  backend: number,
  { clients, patients }: LoadSizes,
): Promise<Loaded> {
  const client = loadClient(target.base, { clients, headers: target.headers })
  const prefix = `${process.pid}-${Date.now().toString(36)}`
  const session: Session = { client, clients, prefix, pool: [], made: 0 }
  await seed(session, patients)
  return { target, session, backend }
}

export async function runLoad(
  { target, session, backend }: Loaded,
  name: WorkloadName,
  seconds: number,
): Promise<Measured> {
  const times: number[] = []
  const { ask } = workloads[name]
  let bad = 0
  let said = ''
  const end = performance.now() + seconds * 1000
  const worker = async (_: unknown, number: number): Promise<void> => {
    while (performance.now() < end) {
      const { fits, ...asked } = ask(session, number)
      const answer = await session.client.send(asked)
      times.push(answer.ms)
      if (fits(answer)) continue
      bad += 1
      said ||= `${answer.status} ${answer.text.slice(0, 300)}`
    }
  }
  const [before, began] = [cpuNow(backend, target.pid), performance.now()]
  await Promise.all(Array.from({ length: session.clients }, worker))
  const [after, tookMs] = [cpuNow(backend, target.pid), performance.now() - began]
  if (bad > 0) process.stderr.write(`${name}: ${bad} bad answers, the first: ${said}\n`)
  const [serviceUs, postgresUs] = [after.node - before.node, after.postgres - before.postgres].map(
    spent => spent / times.length,
  ) as [number, number]
  return {
    ...{ serviceUs, postgresUs, totalUs: serviceUs + postgresUs },
    ...{ p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99) },
    ...{ perSecond: (times.length * 1000) / tookMs, requests: times.length, bad },
  }
}
