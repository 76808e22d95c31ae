import { spawn } from 'node:child_process'
import { existsSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  serverForTests,
  serversNamedIn,
  stopServersForTests,
  testVariables,
  type Server,
} from './services/for-tests.ts'
import { projectRoot, type ServiceName } from './services/service.ts'

/**
 * Runs the tiers one after the other: `node scripts/test.ts [unit] [integration] [e2e] [vitest options and filters]`.
 * The servers that the chosen tiers name start at once, so that the slow one (HAPI) comes up while the unit tier runs.
 * Each tier ends with a line of its counts and servers, the run with the line of the sums.
 */
const tiers = {
  unit: 'tests/{unit,property,conformance,golden,contract}/**/*.test.ts',
  integration: 'tests/integration/**/*.test.ts',
  e2e: 'tests/e2e/**/*.test.ts',
} as const

type Tier = keyof typeof tiers

interface Outcome {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

const results = join(projectRoot, '.cache', 'test-results')
let running: ReturnType<typeof spawn> | undefined

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  const named = args.filter(isTier)
  const chosen = named.length > 0 ? named : (Object.keys(tiers) as Tier[])
  const options = args.filter(arg => !isTier(arg))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => running?.kill(signal))
  announceSeed()
  await stopServersForTests()
  try {
    return await runTiers(chosen, options)
  } finally {
    await stopServersForTests()
  }
}

/** One seed for all the random cases of a long run, said at once: given as CASEWIRE_SEED it repeats the run. */
function announceSeed(): void {
  if (process.env['CASEWIRE_LONG'] !== '1') return
  process.env['CASEWIRE_SEED'] ??= String(Date.now() % 2 ** 31)
  print(`long settings: CASEWIRE_SEED=${process.env['CASEWIRE_SEED']}`)
}

async function runTiers(chosen: readonly Tier[], options: readonly string[]): Promise<number> {
  const files = new Map(chosen.map(tier => [tier, globSync(tiers[tier], { cwd: projectRoot })]))
  const servers = startServers([...files.values()].flat())
  let sum: Outcome = { passed: 0, failed: 0, skipped: 0 }
  for (const [tier, own] of files) {
    const names = serversNamedIn(own)
    const used = await Promise.all(names.map(async name => ({ name, server: await servers.get(name) })))
    const began = performance.now()
    const outcome = await runTier(tier, { options, env: environment(used) })
    const seconds = ((performance.now() - began) / 1000).toFixed(0)
    print(
      `${tier}: ${counts(outcome)}; ${seconds} s; real servers: ${used.map(describe).join(', ') || 'none named'}`,
    )
    sum = add(sum, outcome)
    if (running?.killed === true) break
  }
  print(counts(sum))
  return sum.failed > 0 || running?.killed === true ? 1 : 0
}

/** Starts, in the order of how long they take, what the files name; a promise that fails is told when it is awaited. */
function startServers(files: readonly string[]): ReadonlyMap<ServiceName, Promise<Server>> {
  const slowestFirst = serversNamedIn(files).toSorted(
    (one, other) => Number(other === 'fhir') - Number(one === 'fhir'),
  )
  const servers = new Map(slowestFirst.map(name => [name, serverForTests(name)]))
  for (const server of servers.values()) server.catch(() => undefined)
  return servers
}

interface Used {
  readonly name: ServiceName
  readonly server: Server | undefined
}

function environment(used: readonly Used[]): Record<string, string> {
  const there = used.flatMap(({ name, server }) =>
    server && 'address' in server ? [[testVariables[name], server.address]] : [],
  )
  return Object.fromEntries(there) as Record<string, string>
}

function describe({ name, server }: Used): string {
  if (server && 'label' in server) return server.label
  return `NO ${name.toUpperCase()}, its tests were skipped`
}

/** One vitest run; one that fails without a failed test (a file that can't load, a missing server) counts as a failure. */
async function runTier(
  tier: Tier,
  { options, env }: { options: readonly string[]; env: Record<string, string> },
): Promise<Outcome> {
  const file = join(results, `${tier}.json`)
  mkdirSync(results, { recursive: true })
  rmSync(file, { force: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const coverage = tier === 'unit' && process.env['COVERAGE'] === '1' ? ['--coverage'] : []
  const args = ['run', '--project', tier, '--passWithNoTests', ...reporters, ...coverage, ...options]
  const vitest = join(projectRoot, 'node_modules', '.bin', 'vitest')
  running = spawn(vitest, args, { cwd: projectRoot, stdio: 'inherit', env: { ...process.env, ...env } })
  const status = await new Promise<number | null>(resolve => running?.once('close', resolve))
  const { passed, failed, skipped } = existsSync(file) ? read(file) : { passed: 0, failed: 0, skipped: 0 }
  return { passed, failed: status === 0 ? failed : Math.max(failed, 1), skipped }
}

function read(file: string): Outcome {
  const report = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>
  const of = (kind: string): number => report[`num${kind}Tests`] ?? 0
  return { passed: of('Passed'), failed: of('Failed'), skipped: of('Pending') + of('Todo') }
}

function counts({ passed, failed, skipped }: Outcome): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}

function add(one: Outcome, other: Outcome): Outcome {
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

function isTier(text: string): text is Tier {
  return Object.hasOwn(tiers, text)
}
