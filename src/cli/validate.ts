import { outcome, outcomeOf, type Outcome } from '../fhir/outcome.ts'
import { validateText } from '../fhir/validation/validate-text.ts'
import type { FailureIssue } from '../lib/result.ts'
import { parseArguments, usage } from './arguments.ts'
import type { CliIo, Verb } from './cli-io.ts'
import { inputFiles, readInput } from './input-files.ts'

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
    const text = (await readInput(file, io.readStdin)).toString('utf8')
    for (const checked of outcomesOf(text, file)) {
      io.out(`${JSON.stringify(checked)}\n`)
      if (checked.issue.some(({ severity }) => severity === 'error' || severity === 'fatal')) code = 1
    }
  }
  return code
}

/** A text that is one JSON value is one resource; any other is taken line by line. */
function* outcomesOf(text: string, file: string): Generator<Outcome> {
  if (isJson(text)) {
    yield checked(text, `${file}:1`)
    return
  }
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() !== '') yield checked(line, `${file}:${index + 1}`)
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function checked(text: string, place: string): Outcome {
  const result = validateText(text)
  if (result.ok)
    return outcome([{ severity: 'information', code: 'informational', diagnostics: `${place}: valid R4` }])
  const { issue } = outcomeOf(result.failure)
  const issues = issue.map((each): FailureIssue => {
    const { severity, code, diagnostics } = each
    const [expression] = each.expression ?? []
    const named = `${place}: ${diagnostics}`
    return { severity, code, diagnostics: named, ...(expression !== undefined && { expression }) }
  })
  return outcome(issues)
}

export const validate: Verb = { summary: 'check FHIR R4 resources', help, run }
