import { createReadStream } from 'node:fs'
import { okOutcome, outcome, outcomeOf, type Outcome } from '../fhir/outcome.ts'
import { validateText } from '../fhir/validation/validate-text.ts'
import { parseArguments, usage } from './arguments.ts'
import type { CliIo, Verb } from './cli-io.ts'
import { inputFiles } from './input-files.ts'
import { resourceTexts, type ResourceText } from './resource-texts.ts'

const help = `casewire validate FILE...|-

Checks FHIR R4 resources: JSON, one a file or one a line (NDJSON); - is standard input.
Prints one line of NDJSON for each: an OperationOutcome whose diagnostics name file and
line; a good resource has a single information issue.

Exit code: 0 no errors, 1 errors found, 2 wrong usage.`

/** Options that interface.md promises and a later issue builds. */
const unbuilt = ['ig', 'profile']

async function run(args: readonly string[], io: CliIo): Promise<number> {
  const parsed = parseArguments(args, { ig: { type: 'string' }, profile: { type: 'string' } })
  if (!parsed.ok) return usage(io, help, parsed.failure.message)
  const asked = unbuilt.find(name => parsed.value.text(name) !== undefined)
  if (asked !== undefined) return usage(io, help, `--${asked} is not built yet.`)
  const { positionals } = parsed.value
  if (positionals.length === 0) return usage(io, help, 'Name files, or - for standard input.')
  const isStdin = positionals.length === 1 && positionals[0] === '-'
  const files = isStdin ? { ok: true as const, value: ['-'] } : await inputFiles(positionals)
  if (!files.ok) return usage(io, help, files.failure.message)
  let code = 0
  for (const file of files.value) {
    const chunks: AsyncIterable<Uint8Array> = file === '-' ? io.openStdin() : createReadStream(file)
    if (!(await areGood(chunks, file, io))) code = 1
  }
  return code
}

/** Prints the outcome of each resource; true when none has an error. */
async function areGood(chunks: AsyncIterable<Uint8Array>, file: string, io: CliIo): Promise<boolean> {
  let isGood = true
  let isEmpty = true
  for await (const item of resourceTexts(chunks, /\.(?:ndjson|jsonl)$/i.test(file))) {
    const checked = outcomeAt(`${file}:${item.line}`, item)
    io.out(`${JSON.stringify(checked)}\n`)
    isEmpty = false
    isGood &&= checked.issue.every(({ severity }) => severity === 'information')
  }
  if (!isEmpty) return isGood
  const nothing = {
    severity: 'error',
    code: 'required',
    diagnostics: `${file}:1: There is no resource in it.`,
  } as const
  io.out(`${JSON.stringify(outcome([nothing]))}\n`)
  return false
}

function outcomeAt(place: string, item: ResourceText): Outcome {
  if ('unreadable' in item) {
    return outcome([{ severity: 'error', code: 'structure', diagnostics: `${place}: ${item.unreadable}` }])
  }
  const result = validateText(item.text)
  if (result.ok) return okOutcome(`${place}: ${result.value.resourceType} is valid R4`)
  const { issue, ...rest } = outcomeOf(result.failure)
  return { ...rest, issue: issue.map(each => ({ ...each, diagnostics: `${place}: ${each.diagnostics}` })) }
}

export const validate: Verb = { summary: 'check FHIR R4 resources', help, run }
