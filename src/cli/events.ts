import { parseArguments, refused, usage } from './arguments.ts'
import type { CliIo, Verb } from './cli-io.ts'

const help = `casewire events [--to URL] status
casewire events [--to URL] republish [--case ID] [--from INSTANT]

The events of cases that go to Kafka (EVENTS_TOPIC). status prints as JSON how many wait and
which the broker would not take. republish writes events again, in the order in which they
were recorded and under the ids they had, so that a consumer that joins late can rebuild
every case; it prints how many.

  --case ID       of this case only (id of its EpisodeOfCare)
  --from INSTANT  recorded from then on, e.g. 2026-10-05T00:00:00Z
  --to URL        a running service, e.g. http://127.0.0.1:8080; without it the configured store

Exit code: 0 done, 1 no events are sent from here, 2 wrong usage.`

async function run(args: readonly string[], io: CliIo): Promise<number> {
  const parsed = parseArguments(args, {
    to: { type: 'string' },
    case: { type: 'string' },
    from: { type: 'string' },
  })
  if (!parsed.ok) return usage(io, help, parsed.failure.message)
  const [action, ...rest] = parsed.value.positionals
  if ((action !== 'status' && action !== 'republish') || rest.length > 0)
    return usage(io, help, 'Say status or republish.')
  const [caseId, from] = [parsed.value.text('case'), parsed.value.text('from')]
  if (from !== undefined && Number.isNaN(Date.parse(from)))
    return usage(io, help, '--from wants an instant such as 2026-10-05T00:00:00Z.')
  const operations = await io.operations(parsed.value.text('to'))
  if (!operations.ok) return refused(io, operations.failure)
  try {
    const wanted = { ...(caseId !== undefined && { caseId }), ...(from !== undefined && { from }) }
    const done =
      action === 'status'
        ? await operations.value.eventsStatus()
        : await operations.value.republishEvents(wanted)
    if (done.ok) io.out(`${JSON.stringify(done.value)}\n`)
    else io.err(`${done.failure.message}\n`)
    return done.ok ? 0 : 1
  } finally {
    await operations.value.close()
  }
}

export const events: Verb = { summary: 'the events of cases: what waits, and all of them again', help, run }
