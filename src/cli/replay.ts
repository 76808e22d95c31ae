import { readFile } from 'node:fs/promises'
import { replayable } from '../commands/operate-inbox.ts'
import { parseArguments, refused, usage } from './arguments.ts'
import type { CliIo, Operations, Verb } from './cli-io.ts'
import { inputFiles } from './input-files.ts'

const help = `casewire replay [--to URL] FILE|DIR...
casewire replay [--to URL] --ignored

Sends messages through the full path: those in the files (any payload shape), or, with
--ignored, those recorded as ignored, parked or dead-letter. Progress goes to standard
error, the count of verdicts to standard output.

  --to URL    a running service, e.g. http://127.0.0.1:8080; without it the configured store
  --ignored   drive again what was ignored, parked or dead-lettered

Exit code: 0 all taken, 1 some could not be applied, 2 wrong usage.`

type Tally = Map<string, number>

async function run(args: readonly string[], io: CliIo): Promise<number> {
  const parsed = parseArguments(args, { to: { type: 'string' }, ignored: { type: 'boolean' } })
  if (!parsed.ok) return usage(io, help, parsed.failure.message)
  const { positionals } = parsed.value
  const ignored = parsed.value.flag('ignored')
  if (ignored === positionals.length > 0) return usage(io, help, 'Name files, or say --ignored.')
  const files = await inputFiles(positionals)
  if (!files.ok) return usage(io, help, files.failure.message)
  const operations = await io.operations(parsed.value.text('to'))
  if (!operations.ok) return refused(io, operations.failure)
  const tally: Tally = new Map()
  try {
    await (ignored
      ? replayRecorded(operations.value, io, tally)
      : sendFiles(files.value, operations.value, io, tally))
  } finally {
    await operations.value.close()
  }
  for (const outcome of [...tally.keys()].toSorted()) io.out(`${outcome} ${tally.get(outcome) ?? 0}\n`)
  return tally.has('dead-letter') || tally.has('refused') || tally.has('unavailable') ? 1 : 0
}

async function sendFiles(
  files: readonly string[],
  operations: Operations,
  io: CliIo,
  tally: Tally,
): Promise<void> {
  for (const [index, file] of files.entries()) {
    const result = await operations.ingest({ value: await readFile(file), origin: `file:${file}` })
    if (result.ok) for (const { outcome } of result.value) count(tally, outcome)
    else {
      count(tally, result.failure.kind === 'unavailable' ? 'unavailable' : 'refused')
      io.err(`${file}: ${result.failure.code}: ${result.failure.message}\n`)
    }
    progress(io, index + 1, files.length)
  }
}

async function replayRecorded(operations: Operations, io: CliIo, tally: Tally): Promise<void> {
  const ids = await recordedIds(operations, io)
  for (const [index, id] of ids.entries()) {
    const result = await operations.replay(id)
    count(tally, result.ok ? result.value.outcome : 'unavailable')
    progress(io, index + 1, ids.length)
  }
}

/** All ids first, oldest first: a replay changes what the filter finds. */
async function recordedIds(operations: Operations, io: CliIo): Promise<readonly string[]> {
  const ids: string[] = []
  for (;;) {
    const after = ids.at(-1)
    const page = await operations.find({
      outcome: replayable,
      isOpen: true,
      count: 200,
      ...(after !== undefined && { after }),
    })
    if (!page.ok) {
      io.err(`${page.failure.message}\n`)
      return []
    }
    ids.push(...page.value.map(({ id }) => id))
    if (page.value.length < 200) return ids.toReversed()
  }
}

const count = (tally: Tally, outcome: string): unknown => tally.set(outcome, (tally.get(outcome) ?? 0) + 1)

function progress(io: CliIo, done: number, all: number): void {
  if (done === all || done % 100 === 0) io.err(`${done} of ${all}\n`)
}

export const replay: Verb = { summary: 'send messages through the full path', help, run }
