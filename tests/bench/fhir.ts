import { parseArgs } from 'node:util'
import { compare } from './fhir/compare.ts'
import { print, type Results } from './fhir/figures.ts'
import { measureMemory } from './fhir/memory.ts'
import { measurePages } from './fhir/pages.ts'
import { explainForms } from './fhir/explain.ts'
import { targetNames, type TargetName } from './fhir/targets.ts'
import { measureValidation } from './fhir/validate.ts'
import { workloadNames } from './fhir/workloads.ts'

/**
 * The FHIR surface over HTTP. Without a part: one load program on this service, without and with tokens, and on HAPI 8.8.0, all on
 * one PostgreSQL server, alternating: `npm run bench:fhir -- [--runs 5] [--seconds 8] [--warm 108] [--patients 2000] [--clients 8]
 * [--targets a,b] [--only workload,workload] [--profile DIR] [--json]`. Parts of their own: `--pages`, `--memory`, `--validate`,
 * `--explain` (docs/reference/performance.md). TEST_DATABASE_URL names a server; without it a local one is started.
 */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '8' },
    warm: { type: 'string', default: '108' },
    patients: { type: 'string', default: '2000' },
    clients: { type: 'string', default: '8' },
    targets: { type: 'string', default: targetNames.join() },
    /** Names as workloads.ts has them. */
    only: { type: 'string' },
    /** Folder for CPU profiles of our services. */
    profile: { type: 'string' },
    pages: { type: 'boolean', default: false },
    memory: { type: 'boolean', default: false },
    validate: { type: 'boolean', default: false },
    explain: { type: 'boolean', default: false },
    /** Of --pages (100000) and --explain (1000000). */
    resources: { type: 'string' },
    /** Of the transaction of --memory. */
    entries: { type: 'string', default: '5000' },
    json: { type: 'boolean', default: false },
  },
})

const runs = Number(values.runs)
const clients = Number(values.clients)
const seconds = Number(values.seconds)

async function main(): Promise<number> {
  if (values.explain) return explain()
  const { says, results } = await measure()
  print(results, { says, runs, json: values.json })
  return 0
}

async function measure(): Promise<{ readonly says: string; readonly results: Results }> {
  if (values.pages) {
    const resources = Number(values.resources ?? 100_000)
    const says = `search pages at ${resources} resources, ${clients} clients`
    return { says, results: await measurePages({ runs, clients, seconds, resources }) }
  }
  if (values.memory) {
    const entries = Number(values.entries)
    return { says: `memory and start`, results: await measureMemory({ runs, entries }) }
  }
  if (values.validate) {
    return { says: 'validation, one thread', results: measureValidation({ runs, seconds }) }
  }
  return loads()
}

async function loads(): Promise<{ readonly says: string; readonly results: Results }> {
  const targets = values.targets.split(',').filter(isTarget)
  const asked: readonly string[] = values.only?.split(',') ?? workloadNames
  const workloads = workloadNames.filter(name => asked.includes(name))
  const sizes = { patients: Number(values.patients), warmSeconds: Number(values.warm) }
  const profile = values.profile === undefined ? {} : { profile: values.profile }
  const results = await compare({ runs, clients, seconds, targets, workloads, ...sizes, ...profile })
  const says = `${clients} connections, ${values.patients} patients each with an Encounter and a CarePlan, ${seconds} s a workload, ${values.warm} s warm`
  return { says, results }
}

async function explain(): Promise<number> {
  const resources = Number(values.resources ?? 1_000_000)
  const forms = await explainForms(resources)
  const scanning = forms.filter(({ scans }) => scans.length > 0)
  if (values.json) process.stdout.write(`${JSON.stringify({ resources, forms })}\n`)
  else {
    for (const { search, scans, ms } of forms)
      process.stdout.write(
        `${search.padEnd(100)}${ms.toFixed(1).padStart(10)} ms  ${scans.join('; ') || 'index'}\n`,
      )
    process.stdout.write(
      `${scanning.length} of ${forms.length} forms read a whole table at ${resources} resources\n`,
    )
  }
  return scanning.length === 0 ? 0 : 1
}

const isTarget = (name: string): name is TargetName => (targetNames as readonly string[]).includes(name)

process.exitCode = await main()
