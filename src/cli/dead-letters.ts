import { parseArguments, refused, usage } from './arguments.ts'
import type { CliIo, Operations, Verb } from './cli-io.ts'
import { inputFiles, readInput } from './input-files.ts'

const help = `casewire dead-letters [--to URL] list
casewire dead-letters [--to URL] show ID
casewire dead-letters [--to URL] replay ID...
casewire dead-letters [--to URL] replay ID --with FILE

What could not be applied, and again. list prints one line a message: id, received, trigger,
reason. show prints the message as it came. replay drives it through the full path, or,
with --with, a corrected message in its place.

  --to URL    a running service, e.g. http://127.0.0.1:8080; without it the configured store

  --with FILE the corrected message; - is standard input

Exit code: 0 done, 1 not found or not applied again, 2 wrong usage.`

async function run(args: readonly string[], io: CliIo): Promise<number> {
  const parsed = parseArguments(args, { to: { type: 'string' }, with: { type: 'string' } })
  if (!parsed.ok) return usage(io, help, parsed.failure.message)
  const [action, ...ids] = parsed.value.positionals
  if (action !== 'list' && action !== 'show' && action !== 'replay')
    return usage(io, help, 'Say list, show or replay.')
  if ((action === 'list') === ids.length > 0 || (action === 'show' && ids.length > 1)) {
    return usage(
      io,
      help,
      `${action} takes ${action === 'list' ? 'no id' : action === 'show' ? 'one id' : 'ids'}.`,
    )
  }
  const correction = parsed.value.text('with')
  if (correction !== undefined && (action !== 'replay' || ids.length !== 1))
    return usage(io, help, '--with goes with replay and one id.')
  const files = await inputFiles(correction === undefined || correction === '-' ? [] : [correction])
  if (!files.ok) return usage(io, help, files.failure.message)
  const operations = await io.operations(parsed.value.text('to'))
  if (!operations.ok) return refused(io, operations.failure)
  try {
    if (action === 'list') return await list(operations.value, io)
    return action === 'show'
      ? await show(ids[0] ?? '', operations.value, io)
      : await again(ids, operations.value, { io, correction })
  } finally {
    await operations.value.close()
  }
}

const PAGE = 200

async function list(operations: Operations, io: CliIo): Promise<number> {
  for (let after: string | undefined; ;) {
    const page = await operations.find({
      outcome: ['dead-letter'],
      isOpen: true,
      count: PAGE,
      ...(after !== undefined && { after }),
    })
    if (!page.ok) return failed(io, page.failure.message)
    for (const { id, received, trigger, reason } of page.value) {
      io.out(`${id}\t${received}\t${trigger || '-'}\t${reason ?? '-'}\n`)
    }
    after = page.value.at(-1)?.id ?? after
    if (page.value.length === PAGE) continue
    if (after === undefined) io.err('No message waits to be mended.\n')
    return 0
  }
}

async function show(id: string, operations: Operations, io: CliIo): Promise<number> {
  const shown = await operations.show(id)
  if (!shown.ok) return failed(io, shown.failure.message)
  const { raw, ...summary } = shown.value
  io.out(
    `${JSON.stringify(summary, null, 2)}\n${Buffer.from(raw, 'base64').toString('utf8').replaceAll('\r', '\n')}\n`,
  )
  return 0
}

interface Replaying {
  readonly io: CliIo
  /** File of a message in place of the one of the id. */
  readonly correction: string | undefined
}

async function again(
  ids: readonly string[],
  operations: Operations,
  { io, correction }: Replaying,
): Promise<number> {
  const corrected = correction === undefined ? undefined : await readInput(correction, io.readStdin)
  let code = 0
  for (const id of ids) {
    const verdict = await operations.replay(id, corrected)
    if (!verdict.ok) code = failed(io, verdict.failure.message)
    else {
      io.out(`${id}\t${verdict.value.outcome}\t${verdict.value.reason ?? '-'}\n`)
      if (verdict.value.outcome === 'dead-letter') code = 1
    }
  }
  return code
}

function failed(io: CliIo, message: string): number {
  io.err(`${message}\n`)
  return 1
}

export const deadLetters: Verb = { summary: 'what could not be applied, and again', help, run }
