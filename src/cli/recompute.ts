import { parseArguments, refused, usage } from './arguments.ts'
import type { CliIo, Verb } from './cli-io.ts'

const help = `casewire recompute

Derives every case of the configured store anew: after CASE_RULES, CALENDAR or TIME_ZONE changed, for cases that nothing
happens to. Messages, commands and timers derive their cases by the new settings themselves. What comes out as it stands is not
written; each change says urn:casewire:recompute in meta.source. May run beside services on PostgreSQL that have the
same settings; a service on the embedded database must be stopped first. Running it again changes nothing.

Exit code: 0 all derived, 1 some patients were written by others all the while (run it again), 2 wrong
configuration or no database.`

async function run(args: readonly string[], io: CliIo): Promise<number> {
  const parsed = parseArguments(args, {})
  if (!parsed.ok || parsed.value.positionals.length > 0)
    return usage(io, help, parsed.ok ? 'recompute takes no arguments.' : parsed.failure.message)
  const done = await io.recompute(({ cases }) => io.err(`${cases} cases\n`))
  if (!done.ok) return refused(io, done.failure)
  io.out(`${JSON.stringify(done.value)}\n`)
  return done.value.skipped > 0 ? 1 : 0
}

export const recompute: Verb = { summary: 'every case derived anew, after other rules', help, run }
