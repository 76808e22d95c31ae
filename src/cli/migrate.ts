import { parseArguments, refused, usage } from './arguments.ts'
import type { CliIo, Verb } from './cli-io.ts'

const help = `casewire migrate

Brings the configured database's schema up to date (also done at start unless MIGRATE=off).

Exit code: 0 up to date, 2 wrong configuration or no database.`

async function run(args: readonly string[], io: CliIo): Promise<number> {
  const parsed = parseArguments(args, {})
  if (!parsed.ok || parsed.value.positionals.length > 0) {
    return usage(io, help, parsed.ok ? 'migrate takes no arguments.' : parsed.failure.message)
  }
  const done = await io.migrate()
  if (!done.ok) return refused(io, done.failure)
  io.out(`${done.value}\n`)
  return 0
}

export const migrate: Verb = { summary: 'database schema up to date', help, run }
