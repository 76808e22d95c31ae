import { parseArgs } from 'node:util'
import { stopServersForTests } from '../../scripts/services/for-tests.ts'
import { runCommands, runViews } from './cases/commands.ts'
import { runRecompute } from './cases/recompute.ts'
import { runTimers } from './cases/timers.ts'
import { commit, spread, type Spread } from './measure.ts'

/**
 * Case management on real PostgreSQL: `npm run bench:cases -- [--runs 5] [--only commands,views,timers,recompute] [--clients 8]
 * [--resources 200] [--view 500] [--seconds 10] [--timers 1000000] [--cases 10000] [--profile DIR] [--json]`. TEST_DATABASE_URL names a server;
 * without it a local one is started. Runs of the parts alternate.
 */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    only: { type: 'string', default: 'commands,views,timers,recompute' },
    clients: { type: 'string', default: '8' },
    resources: { type: 'string', default: '200' },
    view: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '10' },
    timers: { type: 'string', default: '1000000' },
    cases: { type: 'string', default: '10000' },
    /** Folder for CPU profiles of the services of `commands` and `views`. */
    profile: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})

const seconds = Number(values.seconds)
const { profile } = values
const say = (text: string): void => void process.stderr.write(`${text}\n`)
type Figures = Readonly<Record<string, number>>
const parts: Readonly<Record<string, { readonly says: string; readonly run: () => Promise<Figures> }>> = {
  commands: {
    says: `ReviseGoal over HTTP, ${values.clients} clients, cases of ${values.resources} resources`,
    run: () =>
      runCommands({ clients: Number(values.clients), resources: Number(values.resources), seconds, profile }),
  },
  views: {
    says: `GET /cases/{id}, one client, cases of ${values.view} resources`,
    run: () => runViews({ resources: Number(values.view), seconds, profile }),
  },
  timers: {
    says: `100 timers that fall due, while ${values.timers} wait and while none does`,
    run: () => runTimers({ timers: Number(values.timers) }),
  },
  recompute: {
    says: `${values.cases} cases of twelve resources derived anew under another calendar`,
    run: () => runRecompute({ cases: Number(values.cases), say }),
  },
}

async function main(): Promise<number> {
  const chosen = values.only.split(',')
  const unknown = chosen.filter(name => !Object.hasOwn(parts, name))
  if (unknown.length > 0) {
    process.stderr.write(`no such part: ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}\n`)
    return 2
  }
  const found = new Map<string, Figures[]>()
  try {
    for (let run = 1; run <= Number(values.runs); run += 1) {
      for (const name of chosen) {
        const figures = await parts[name]?.run()
        if (figures) found.set(name, [...(found.get(name) ?? []), figures])
        process.stderr.write(`run ${run}, ${name}: ${JSON.stringify(rounded(figures ?? {}))}\n`)
      }
    }
    report(found)
    return 0
  } finally {
    await stopServersForTests()
  }
}

/** Figures below 10 keep their decimals: times of a few ms. */
const round = (value: number): number => (value < 10 ? Math.round(value * 100) / 100 : Math.round(value))
const rounded = (figures: Figures): Figures =>
  Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, round(value)]))

function spreadOf(list: readonly number[]): Spread {
  const { median, min, max } = spread(list.map(value => value * 100))
  return { median: round(median / 100), min: round(min / 100), max: round(max / 100) }
}

function report(found: ReadonlyMap<string, readonly Figures[]>): void {
  const results = Object.fromEntries(
    [...found].map(([name, list]) => [
      name,
      {
        says: parts[name]?.says ?? '',
        figures: Object.fromEntries(
          Object.keys(list[0] ?? {}).map(key => [key, spreadOf(list.map(figures => figures[key] ?? 0))]),
        ),
      },
    ]),
  )
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ commit: commit(), runs: Number(values.runs), results })}\n`)
    return
  }
  const lines = Object.entries(results).flatMap(([name, { says, figures }]) => [
    '',
    `${name}: ${says}`,
    ...Object.entries(figures).map(
      ([key, { median, min, max }]) => `  ${key.padEnd(40)}${String(median).padStart(12)}  (${min}-${max})`,
    ),
  ])
  process.stdout.write(
    `${[`commit ${commit()}; medians (min-max) of ${values.runs} runs`, ...lines].join('\n')}\n`,
  )
}

process.exitCode = await main()
