import { createReadStream } from 'node:fs'
import { okOutcome, outcome, outcomeOf, type Outcome } from '../fhir/outcome.ts'
import type { Resource } from '../fhir/resource.ts'
import { validateProfiles } from '../fhir/validation/profiles/validate-profiles.ts'
import { validateResource } from '../fhir/validation/validate-resource.ts'
import { validateText } from '../fhir/validation/validate-text.ts'
import { fail, ok, type FailureIssue, type Result } from '../lib/result.ts'
import { parseArguments, refused, usage } from './arguments.ts'
import type { CliIo, Verb } from './cli-io.ts'
import { inputFiles } from './input-files.ts'
import { resourceTexts, type ResourceText } from './resource-texts.ts'

const help = `casewire validate [--ig PACKAGE.tgz|DIR]... [--profile URL] FILE...|-

Checks FHIR R4 resources: JSON, one a file or one a line (NDJSON); - is standard input.
Prints one line of NDJSON for each: an OperationOutcome whose diagnostics name file and
line; a good resource has a single information issue.

  --ig       FHIR package (.tgz or folder) to check against too: the profiles that a
             resource claims in meta.profile, and every extension that it defines
  --profile  canonical URL of a profile that each resource must meet

Exit code: 0 no errors, 1 errors found, 2 wrong usage.`

/** Every fault of a resource, by what was asked for. */
type Check = (resource: Resource) => readonly FailureIssue[]

async function run(args: readonly string[], io: CliIo): Promise<number> {
  const parsed = parseArguments(args, { ig: { type: 'string', multiple: true }, profile: { type: 'string' } })
  if (!parsed.ok) return usage(io, help, parsed.failure.message)
  const { positionals } = parsed.value
  if (positionals.length === 0) return usage(io, help, 'Name files, or - for standard input.')
  const isStdin = positionals.length === 1 && positionals[0] === '-'
  const files = isStdin ? { ok: true as const, value: ['-'] } : await inputFiles(positionals)
  if (!files.ok) return usage(io, help, files.failure.message)
  const check = await checkFor(parsed.value.texts('ig'), parsed.value.text('profile'), io)
  if (!check.ok) return refused(io, check.failure)
  let code = 0
  for (const file of files.value) {
    const chunks: AsyncIterable<Uint8Array> = file === '-' ? io.openStdin() : createReadStream(file)
    if (!(await areGood({ chunks, file, check: check.value }, io))) code = 1
  }
  return code
}

/** Failures: `package-unreadable`, `profile-not-loaded`. */
async function checkFor(
  places: readonly string[],
  profile: string | undefined,
  io: CliIo,
): Promise<Result<Check>> {
  if (places.length === 0 && profile === undefined) return ok(validateResource)
  const read = await io.packages(places)
  if (!read.ok) return read
  const { definitions } = read.value
  if (profile !== undefined && !definitions.profile(profile)) {
    const message = `The profile ${profile} is in none of the packages: name the one that has it with --ig.`
    return fail({ kind: 'unsupported', code: 'profile-not-loaded', message })
  }
  const asked = profile === undefined ? [] : [profile]
  return ok(resource => [...validateResource(resource), ...validateProfiles(resource, definitions, asked)])
}

interface Input {
  readonly chunks: AsyncIterable<Uint8Array>
  readonly file: string
  readonly check: Check
}

/** Prints the outcome of each resource; true when none has an error. */
async function areGood({ chunks, file, check }: Input, io: CliIo): Promise<boolean> {
  let isGood = true
  let isEmpty = true
  for await (const item of resourceTexts(chunks, /\.(?:ndjson|jsonl)$/i.test(file))) {
    const checked = outcomeAt(`${file}:${item.line}`, item, check)
    io.out(`${JSON.stringify(checked)}\n`)
    isEmpty = false
    isGood &&= checked.issue.every(({ severity }) => severity !== 'error' && severity !== 'fatal')
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

function outcomeAt(place: string, item: ResourceText, check: Check): Outcome {
  if ('unreadable' in item) {
    return outcome([{ severity: 'error', code: 'structure', diagnostics: `${place}: ${item.unreadable}` }])
  }
  const result = validateText(item.text, check)
  if (result.ok) return okOutcome(`${place}: ${result.value.resourceType} is valid R4`)
  const { issue, ...rest } = outcomeOf(result.failure)
  return { ...rest, issue: issue.map(each => ({ ...each, diagnostics: `${place}: ${each.diagnostics}` })) }
}

export const validate: Verb = { summary: 'check FHIR R4 resources', help, run }
