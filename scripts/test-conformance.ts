import { writeFileSync } from 'node:fs'
import { differencesPage } from '../tests/conformance-http/differences.ts'
import { verdictsOf, type Verdict } from '../tests/conformance-http/run.ts'

const usage = `npm run test:conformance -- BASE [--only TEXT] [--json]
npm run test:conformance -- BASE FOREIGN_BASE --differences FILE

Asks a FHIR R4 server, over HTTP alone, what the specification says (tests/conformance-http); one line a check: pass, fail or
skipped, and why. It writes resources and leaves them there. CONFORMANCE_TOKEN: a bearer token. Exit code 1 when a check fails.
With two servers: what they answer differently, as a page of documentation.
`

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  const options = {
    only: after(args, '--only'),
    page: after(args, '--differences'),
    isJson: args.includes('--json'),
  }
  const taken = new Set([options.only, options.page])
  const bases = args.filter(arg => !arg.startsWith('--') && !taken.has(arg))
  if (bases.length !== (options.page === undefined ? 1 : 2)) {
    process.stderr.write(usage)
    return 2
  }
  const runs: (readonly Verdict[])[] = []
  for (const base of bases) runs.push(await asked(base, options))
  const [ours = [], others = []] = runs
  if (options.page !== undefined) writeFileSync(options.page, differencesPage(ours, others))
  return ours.some(({ is }) => is === 'fail') ? 1 : 0
}

async function asked(
  base: string,
  { only, isJson }: { readonly only: string | undefined; readonly isJson: boolean },
): Promise<readonly Verdict[]> {
  const tell = isJson ? () => undefined : (verdict: Verdict) => print(lineOf(verdict))
  const verdicts = await verdictsOf(base, { token: process.env['CONFORMANCE_TOKEN'], only, tell })
  if (isJson) print(JSON.stringify({ base, checks: verdicts.map(plain) }, undefined, 2))
  const count = (is: Verdict['is']): number => verdicts.filter(one => one.is === is).length
  process.stderr.write(
    `${base}: ${count('pass')} passed, ${count('fail')} failed, ${count('skipped')} skipped\n`,
  )
  return verdicts
}

function lineOf({ check, is, because }: Verdict): string {
  return `${is.padEnd(7)} ${check.id}: ${check.title}${because === undefined ? '' : ` [${because}] (${check.sentence.url})`}`
}

function plain({ check: { id, title, sentence }, is, because }: Verdict): object {
  return { id, title, is, because, sentence }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

function after(args: readonly string[], flag: string): string | undefined {
  const at = args.indexOf(flag)
  return at === -1 ? undefined : args[at + 1]
}
