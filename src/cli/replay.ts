import { readFile } from 'node:fs/promises'
import { replayable } from '../commands/inbox/operate-inbox.ts'
import { parseArguments, refused, usage, type Parsed } from './arguments.ts'
import type { Failure } from '../lib/result.ts'
import type { CliIo, Operations, Verb } from './cli-io.ts'
import { inputFiles } from './input-files.ts'
import { shadowReplay } from './shadow-replay.ts'
import { utcInstant } from '../lib/zone.ts'

const help = `casewire replay [--to URL] FILE|DIR...
casewire replay [--to URL] --ignored
casewire replay [--to URL] --shadow [--diff [--values]] [--sources FILE] [--from INSTANT]
                [--until INSTANT] [--origin PREFIX] [FILE|DIR...]

Sends messages through the full path: those in the files (any payload shape), or, with
--ignored, those recorded as ignored, parked or dead-letter. Progress goes to standard
error, the count of verdicts to standard output.

  --to URL    a running service, e.g. http://127.0.0.1:8080; without it the configured store
  --ignored   drive again what was ignored, parked or dead-lettered

With --shadow into a throw-away database instead: messages of files, or those that were
recorded (received from --from until --until, whose origin begins with --origin, such as
kafka:adt/0@1000). --diff prints a line for each resource that comes out otherwise: under
--sources (settings as SOURCES_CONFIG names them) beside the settings that hold, or, without
it, under this release beside what the store has. --values adds what stood and what would.

Exit code: 0 all taken, 1 some could not be applied, 2 wrong usage.`

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const

type Tally = Map<string, number>

async function run(args: readonly string[], io: CliIo): Promise<number> {
  const parsed = parseArguments(args, {
    ...{ to: text, sources: text, from: text, until: text, origin: text },
    ...{ ignored: flag, shadow: flag, diff: flag, values: flag },
  })
  if (!parsed.ok) return usage(io, help, parsed.failure.message)
  const { positionals } = parsed.value
  const ignored = parsed.value.flag('ignored')
  const own = ['sources', 'from', 'until', 'origin'].find(name => parsed.value.text(name) !== undefined)
  if (parsed.value.flag('shadow'))
    return ignored ? usage(io, help, '--ignored has no shadow.') : inShadow(parsed.value, io)
  if (own !== undefined || parsed.value.flag('diff') || parsed.value.flag('values'))
    return usage(io, help, `--${own ?? 'diff'} goes with --shadow.`)
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

/** In the form of the recorded ones, which are compared as texts; null where it is none. */
function instantGiven(given: string | undefined): string | undefined | null {
  if (given === undefined) return undefined
  const instant = utcInstant(given.replace(/Z$/, '+00:00'))
  return instant === undefined || Number.isNaN(Date.parse(given)) ? null : instant
}

async function inShadow({ positionals, text: option, flag: isSet }: Parsed, io: CliIo): Promise<number> {
  const files = await inputFiles(positionals)
  if (!files.ok) return usage(io, help, files.failure.message)
  const [from, until] = [instantGiven(option('from')), instantGiven(option('until'))]
  if (from === null || until === null)
    return usage(io, help, '--from and --until want an instant such as 2026-10-05T00:00:00Z.')
  const done = await shadowReplay(
    {
      ...{ files: files.value, sources: option('sources'), to: option('to'), origin: option('origin') },
      ...{ from, until },
      ...{ isDiff: isSet('diff'), showsValues: isSet('values') },
    },
    io,
  )
  return done.ok ? 0 : refused(io, done.failure)
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
    else notTaken(tally, io, { what: file, failure: result.failure })
    progress(io, index + 1, files.length)
  }
}

async function replayRecorded(operations: Operations, io: CliIo, tally: Tally): Promise<void> {
  const ids = await recordedIds(operations, io)
  for (const [index, id] of ids.entries()) {
    const result = await operations.replay(id)
    if (result.ok) count(tally, result.value.outcome)
    else notTaken(tally, io, { what: id, failure: result.failure })
    progress(io, index + 1, ids.length)
  }
}

function notTaken(
  tally: Tally,
  io: CliIo,
  { what, failure }: { readonly what: string; readonly failure: Failure },
): void {
  count(tally, failure.kind === 'unavailable' ? 'unavailable' : 'refused')
  io.err(`${what}: ${failure.code}: ${failure.message}\n`)
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
