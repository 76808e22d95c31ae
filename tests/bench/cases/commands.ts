import { benchWorld, percentile, settle } from './bench-world.ts'
import { httpClient } from './http-client.ts'
import { seedCase, type SeededCase } from './seeded-case.ts'

export interface CommandSizes {
  readonly clients: number
  readonly resources: number
  readonly seconds: number
  readonly profile: string | undefined
}

/** Clients that run a command on cases of so many resources, one after the other, over HTTP on PostgreSQL. */
export async function runCommands({
  clients,
  resources,
  seconds,
  profile,
}: CommandSizes): Promise<Readonly<Record<string, number>>> {
  await using world = await benchWorld('commands', profile)
  const cases: SeededCase[] = []
  for (let n = 0; n < clients * 2; n += 1) cases.push(await seedCase(world.store, (n * 37) % 1024, resources))
  await settle(world.client)
  const service = await world.service()
  const http = httpClient(service.url)
  const times: number[] = []
  const client = async (own: readonly SeededCase[], until: () => boolean, seen: number[]): Promise<void> => {
    for (let n = 0; !until(); n += 1) {
      const { id, goals } = own[n % own.length] as SeededCase
      const goal = goals[n % goals.length]
      const began = performance.now()
      const body = { goal, text: `Walk ${n} steps`, reason: 'bench' }
      const { status, text } = await http.send('POST', `/cases/${id}/commands/ReviseGoal`, body)
      if (status !== 200) throw new Error(`the command was answered ${status}: ${text.slice(0, 500)}`)
      seen.push(performance.now() - began)
    }
  }
  const all = (ms: number, seen: number[]): Promise<unknown> => {
    const end = performance.now() + ms
    const shares = Array.from({ length: clients }, (_, n) => cases.filter((_case, i) => i % clients === n))
    return Promise.all(shares.map(own => client(own, () => performance.now() > end, seen)))
  }
  await all(Math.min(3_000, seconds * 500), [])
  const [before, began] = [world.cpu(), performance.now()]
  await all(seconds * 1000, times)
  const [after, tookMs] = [world.cpu(), performance.now() - began]
  http.close()
  return {
    'commands/s': (times.length * 1000) / tookMs,
    'p50 ms': percentile(times, 0.5),
    'p99 ms': percentile(times, 0.99),
    'Node us/command': (after.node - before.node) / times.length,
    'PostgreSQL us/command': (after.postgres - before.postgres) / times.length,
  }
}

/** Opening the view of a case of so many resources. */
export async function runViews({
  resources,
  seconds,
  profile,
}: Omit<CommandSizes, 'clients'>): Promise<Readonly<Record<string, number>>> {
  await using world = await benchWorld('views', profile)
  const cases: SeededCase[] = []
  for (let n = 0; n < 8; n += 1) cases.push(await seedCase(world.store, (n * 37) % 1024, resources))
  await settle(world.client)
  const service = await world.service()
  const http = httpClient(service.url)
  const times: number[] = []
  const open = async (seen: number[], ms: number): Promise<void> => {
    const end = performance.now() + ms
    for (let n = 0; performance.now() < end; n += 1) {
      const began = performance.now()
      const { status, text } = await http.send('GET', `/cases/${cases[n % cases.length]?.id ?? ''}`)
      if (status !== 200) throw new Error(`the view was answered ${status}: ${text.slice(0, 500)}`)
      seen.push(performance.now() - began)
    }
  }
  await open([], Math.min(2_000, seconds * 500))
  const before = world.cpu()
  await open(times, seconds * 1000)
  const after = world.cpu()
  http.close()
  return {
    'p50 ms': percentile(times, 0.5),
    'p99 ms': percentile(times, 0.99),
    'Node us/view': (after.node - before.node) / times.length,
    'PostgreSQL us/view': (after.postgres - before.postgres) / times.length,
  }
}
