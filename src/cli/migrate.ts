import { parseArguments, refused, usage } from './arguments.ts'
import type { CliIo, Verb } from './cli-io.ts'

const help = `casewire migrate [--reindex]

Brings the configured database's schema up to date (also done at start unless MIGRATE=off), then its search values: those
that another release wrote are written anew (also done at start, in the background). --reindex writes all of them anew.

Exit code: 0 up to date, 2 wrong configuration or no database.`

async function run(args: readonly string[], io: CliIo): Promise<number> {
  const parsed = parseArguments(args, { reindex: { type: 'boolean' } })
  if (!parsed.ok || parsed.value.positionals.length > 0) {
    return usage(io, help, parsed.ok ? 'migrate takes no arguments but --reindex.' : parsed.failure.message)
  }
  const done = await io.migrate({ reindex: parsed.value.flag('reindex') })
  if (!done.ok) return refused(io, done.failure)
  io.out(`${done.value}\n`)
  return 0
}

export const migrate: Verb = { summary: 'database schema up to date', help, run }
