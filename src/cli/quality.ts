import { qualityCount, type SourceQuality } from '../commands/inbox/data-quality.ts'
import { parseArguments, refused, usage } from './arguments.ts'
import type { CliIo, Verb } from './cli-io.ts'
import { inputFiles, readInput } from './input-files.ts'

const help = `casewire quality [--sources FILE] FILE|DIR...|-
casewire quality [--to URL] [--source 'MSH-3|MSH-4'] [--count N]

What the messages of each sender are like: how many by event, and how many lack a visit
number, give times without a zone, have codes or segments that nobody reads. Of files (any
payload shape), without a database, or of the last messages that were received.

  --sources FILE   settings of the senders to read the files with, as SOURCES_CONFIG names them
  --to URL         a running service, e.g. http://127.0.0.1:8080; without it the configured store
  --source NAME    one sender
  --count N        how many of the last messages (1000)

Exit code: 0 done, 1 could not be done, 2 wrong usage or configuration.`

async function run(args: readonly string[], io: CliIo): Promise<number> {
  const text = { type: 'string' } as const
  const parsed = parseArguments(args, { sources: text, to: text, source: text, count: text })
  if (!parsed.ok) return usage(io, help, parsed.failure.message)
  const { positionals, text: option } = parsed.value
  if (positionals.length > 0) return ofFiles(positionals, option('sources'), io)
  const count = option('count') ?? '1000'
  if (!/^[1-9]\d{0,4}$/.test(count)) return usage(io, help, '--count wants a number from 1 to 99999.')
  const operations = await io.operations(option('to'))
  if (!operations.ok) return refused(io, operations.failure)
  try {
    const source = option('source')
    const found = await operations.value.quality({
      count: Number(count),
      ...(source !== undefined && { source }),
    })
    if (!found.ok) {
      io.err(`${found.failure.message}\n`)
      return 1
    }
    print(found.value, io)
    return 0
  } finally {
    await operations.value.close()
  }
}

async function ofFiles(names: readonly string[], sources: string | undefined, io: CliIo): Promise<number> {
  const settings = io.senders(sources)
  if (!settings.ok) return refused(io, settings.failure)
  const isStdin = names.length === 1 && names[0] === '-'
  const files = isStdin ? { ok: true as const, value: ['-'] } : await inputFiles(names)
  if (!files.ok) return usage(io, help, files.failure.message)
  const quality = qualityCount(settings.value)
  for (const file of files.value) quality.add(await readInput(file, io.readStdin))
  print(quality.sources(), io)
  return 0
}

function print(sources: readonly SourceQuality[], io: CliIo): void {
  for (const { source, messages, events, notes } of sources) {
    const mix = Object.entries(events).map(([event, n]) => `${event} ${n}`)
    io.out(`${source}\t${messages} messages\t${mix.join(', ')}\n`)
    for (const { note, messages: n, share } of notes) {
      io.out(`  ${note}\t${n}\t${(share * 100).toFixed(1)} %\n`)
    }
  }
}

export const quality: Verb = { summary: 'what the messages of each sender are like', help, run }
