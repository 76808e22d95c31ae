import { parseArguments, refused, usage } from './arguments.ts'
import type { CliIo, Verb } from './cli-io.ts'

const help = `casewire unmerge [--to URL] [--actor REFERENCE] [--preview] LOSER [SURVIVOR]

Takes the merge of a patient back, as A37 does, whether a message (A40) or a person said it:
LOSER is the id of the Patient that was merged away, SURVIVOR the one whom it was merged into
(left out: the one whom it was merged into directly). What people did since the merge becomes
a Task to look at. Prints the Parameters that POST /fhir/Patient/$unmerge answers.

  --preview          writes nothing; says what would change
  --actor REFERENCE  who does it, e.g. Practitioner/1; Device/command-line when left out
  --to URL           a running service, e.g. http://127.0.0.1:8080; without it the configured store

Exit code: 0 done, 1 refused, 2 wrong usage.`

async function run(args: readonly string[], io: CliIo): Promise<number> {
  const parsed = parseArguments(args, {
    to: { type: 'string' },
    actor: { type: 'string' },
    preview: { type: 'boolean' },
  })
  if (!parsed.ok) return usage(io, help, parsed.failure.message)
  const [loser, survivor, ...rest] = parsed.value.positionals
  const ids = [loser, survivor].flatMap(id => id ?? [])
  if (loser === undefined || rest.length > 0 || !ids.every(id => ID.test(id)))
    return usage(io, help, 'Say the id of the Patient that was merged away, and at most one more.')
  const operations = await io.operations(parsed.value.text('to'))
  if (!operations.ok) return refused(io, operations.failure)
  try {
    const done = await operations.value.unmerge({
      ...{ loser, preview: parsed.value.flag('preview') },
      actor: parsed.value.text('actor') ?? 'Device/command-line',
      ...(survivor !== undefined && { survivor }),
    })
    if (done.ok) io.out(`${JSON.stringify(done.value, null, 2)}\n`)
    else io.err(`${done.failure.message}\n`)
    return done.ok ? 0 : 1
  } finally {
    await operations.value.close()
  }
}

const ID = /^[A-Za-z0-9\-.]{1,64}$/

export const unmerge: Verb = { summary: 'takes the merge of two patients back', help, run }
