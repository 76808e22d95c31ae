import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { openServer } from '../durable-server.ts'
import { progress, summaries, type Figures, type Results } from './figures.ts'
import { loadClient } from './load-client.ts'
import { fiveResources } from './resources.ts'
import { openDatabases, openTarget } from './targets.ts'

/** Time from the start of the process to its first good answer, its memory at rest and during one large transaction. */
export async function measureMemory({
  runs,
  entries,
}: {
  readonly runs: number
  readonly entries: number
}): Promise<Results> {
  const server = await openServer()
  try {
    await using databases = await openDatabases(server.url)
    const found: Figures[] = []
    for (let run = 1; run <= runs; run += 1) {
      const url = await databases.create(`memory_${run}`)
      await (await openTarget('casewire', url)).close() // the schema is made by an earlier start
      found.push(await once(url, entries))
      progress(`run ${run}: ${JSON.stringify(found.at(-1))}`)
    }
    return { [`a transaction of ${entries} entries`]: summaries(found) }
  } finally {
    await server.close()
  }
}

async function once(url: string, entries: number): Promise<Figures> {
  const began = performance.now()
  const target = await openTarget('casewire', url)
  const startMs = performance.now() - began
  const client = loadClient(target.base, { clients: 1 })
  try {
    await sleep(3_000)
    const idle = memoryOf(target.pid)
    const body = JSON.stringify(manyEntries(entries))
    const answer = await client.send({ method: 'POST', path: '', body })
    if (answer.status !== 200) throw new Error(`answered ${answer.status}: ${answer.text.slice(0, 500)}`)
    const after = memoryOf(target.pid)
    return {
      'start ms': startMs,
      'RSS MB at rest': idle.now,
      'RSS MB at most until then': idle.most,
      'RSS MB at most in the transaction': after.most,
      'RSS MB after it': after.now,
      'Bundle MB': Buffer.byteLength(body) / 2 ** 20,
      'transaction ms': answer.ms,
    }
  } finally {
    client.close()
    await target.close()
  }
}

/** Patients with what is theirs, five entries each, in one transaction. */
function manyEntries(entries: number): object {
  const bundles = Array.from({ length: Math.ceil(entries / 5) }, (_, n) => fiveResources(`m-${n}`, n))
  const entry = bundles.flatMap(bundle => bundle['entry'] as readonly object[]).slice(0, entries)
  return { resourceType: 'Bundle', type: 'transaction', entry }
}

/** VmRSS and VmHWM of proc(5), in MB. */
function memoryOf(pid: number): { readonly now: number; readonly most: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const of = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024
  return { now: of('VmRSS'), most: of('VmHWM') }
}
