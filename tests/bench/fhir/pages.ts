import { percentile } from '../cases/bench-world.ts'
import { openServer } from '../durable-server.ts'
import { cpuNow } from '../measure.ts'
import { progress, summaries, type Figures, type Results } from './figures.ts'
import { loadClient, type LoadClient } from './load-client.ts'
import { fillDatabase } from './many-resources.ts'
import { openDatabases, openTarget, type Target } from './targets.ts'

interface Sizes {
  readonly runs: number
  readonly clients: number
  readonly seconds: number
  readonly resources: number
}

/** Pages as clients ask for them; a page has as many entries as it comes with. */
const searches: Readonly<Record<string, (n: number) => string>> = {
  'Patient by family name': n => `/Patient?family=family${n % 499}`,
  'Patient by gender and birth date': n => `/Patient?gender=male&birthdate=19${30 + (n % 70)}`,
  'Observation by code, page of 20': () => '/Observation?code=29463-7&_count=20',
  'Encounter by date': n => `/Encounter?date=20${16 + (n % 10)}-0${1 + (n % 9)}`,
  'Task by owner and status': n => `/Task?owner=Practitioner/p${n % 60}&status=requested`,
  'Condition by code, latest first': n => `/Condition?code=${44_054_006 + (n % 200)}&_sort=-onset-date`,
  'every Patient': () => '/Patient',
}
/** Whose page 1,000 is asked for, beside page 1: of a hundred thousand resources these have pages enough. */
const walked = '/Observation?_count=20'
const FAR = 1_000
/** Entries are counted in few pages: this program has the same processors as what it measures. A prime, so that all paths have their turn. */
const COUNTED_EVERY = 31

export async function measurePages({ runs, clients, seconds, resources }: Sizes): Promise<Results> {
  const server = await openServer()
  try {
    await using databases = await openDatabases(server.url)
    const url = await databases.create('pages')
    await fillDatabase(url, resources)
    const target = await openTarget('casewire', url)
    const client = loadClient(target.base, { clients })
    try {
      return await measured({ client, target, backend: databases.backend, clients }, { runs, seconds })
    } finally {
      client.close()
      await target.close()
    }
  } finally {
    await server.close()
  }
}

interface World {
  readonly client: LoadClient
  readonly target: Target
  readonly backend: number
  readonly clients: number
}

async function measured(world: World, { runs, seconds }: Pick<Sizes, 'runs' | 'seconds'>): Promise<Results> {
  const far = await pathOfPage(world, FAR)
  const paths: Readonly<Record<string, (n: number) => string>> = {
    ...searches,
    'page 1': () => walked,
    [`page ${FAR}`]: () => far,
  }
  const found = new Map<string, Figures[]>()
  for (let run = 0; run <= runs; run += 1) {
    for (const [name, pathOf] of Object.entries(paths)) {
      const figures = await ask(world, pathOf, seconds)
      if (run === 0) continue // warms up
      found.set(name, [...(found.get(name) ?? []), figures])
      progress(`run ${run}, ${name}: p99 ${figures['p99 ms']?.toFixed(1)} ms`)
    }
  }
  return Object.fromEntries([...found].map(([name, list]) => [name, summaries(list)]))
}

async function ask(world: World, pathOf: (n: number) => string, seconds: number): Promise<Figures> {
  const { client, target, backend, clients } = world
  const times: number[] = []
  let [asked, counted, entries] = [0, 0, 0]
  const end = performance.now() + seconds * 1000
  const worker = async (): Promise<void> => {
    while (performance.now() < end) {
      const path = pathOf((asked += 1))
      const { status, text, ms } = await client.send({ method: 'GET', path })
      if (status !== 200) throw new Error(`${path} was answered ${status}: ${text.slice(0, 300)}`)
      if (times.push(ms) % COUNTED_EVERY !== 0) continue
      counted += 1
      entries += text.match(/"fullUrl"/g)?.length ?? 0
    }
  }
  const [before, began] = [cpuNow(backend, target.pid), performance.now()]
  await Promise.all(Array.from({ length: clients }, worker))
  const [after, tookMs] = [cpuNow(backend, target.pid), performance.now() - began]
  return {
    'pages/s': (times.length * 1000) / tookMs,
    'p50 ms': percentile(times, 0.5),
    'p99 ms': percentile(times, 0.99),
    'service CPU-ms': (after.node - before.node) / times.length / 1000,
    'PostgreSQL CPU-ms': (after.postgres - before.postgres) / times.length / 1000,
    'entries a page': entries / counted,
  }
}

/** Follows the links, as a client must. */
async function pathOfPage({ client, target }: World, page: number): Promise<string> {
  const { pathname } = new URL(target.base)
  let path = walked
  for (let at = 1; at < page; at += 1) {
    const { status, text } = await client.send({ method: 'GET', path })
    if (status !== 200) throw new Error(`page ${at} was answered ${status}: ${text.slice(0, 300)}`)
    const { link } = JSON.parse(text) as { readonly link: readonly { relation: string; url: string }[] }
    const next = link.find(({ relation }) => relation === 'next')?.url
    if (next === undefined) throw new Error(`there are only ${at} pages; fill in more resources`)
    const { pathname: whole, search } = new URL(next)
    path = whole.slice(pathname.length) + search
  }
  return path
}
