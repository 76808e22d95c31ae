import { outcomeOf } from '../fhir/outcome.ts'
import type { Resource } from '../fhir/resource.ts'
import { convertMessage } from '../mappers/adt/convert.ts'
import type { SourceSettings } from '../mappers/adt/source.ts'
import { readValue } from '../mappers/alerts/read-value.ts'
import { parseArguments, refused, usage } from './arguments.ts'
import type { CliIo, Verb } from './cli-io.ts'
import { inputFiles, readInput } from './input-files.ts'

const help = `casewire convert [--sources FILE] FILE...|-

Prints one line of NDJSON for each HL7 v2 message in the files (any payload shape; - is
standard input): a FHIR transaction Bundle, as if it were the first message about that
patient, or an OperationOutcome that says why there is none. No database is used.

  --sources FILE   settings of the senders, as SOURCES_CONFIG names them (a file, or JSON
                   that begins with {): to try them before the service runs with them

TIME_ZONE, CANONICAL_BASE and SOURCES_CONFIG of the environment apply.

Exit code: 0 every message gave a Bundle, 1 some did not, 2 wrong usage.`

async function run(args: readonly string[], io: CliIo): Promise<number> {
  const parsed = parseArguments(args, { sources: { type: 'string' } })
  if (!parsed.ok) return usage(io, help, parsed.failure.message)
  const { positionals, text } = parsed.value
  if (positionals.length === 0) return usage(io, help, 'Name files, or - for standard input.')
  const settings = io.senders(text('sources'))
  if (!settings.ok) return refused(io, settings.failure)
  const isStdin = positionals.length === 1 && positionals[0] === '-'
  const files = isStdin ? { ok: true as const, value: ['-'] } : await inputFiles(positionals)
  if (!files.ok) return usage(io, help, files.failure.message)
  let code = 0
  for (const file of files.value) {
    for (const resource of converted(await readInput(file, io.readStdin), settings.value)) {
      io.out(`${JSON.stringify(resource)}\n`)
      if (resource.resourceType !== 'Bundle') code = 1
    }
  }
  return code
}

function converted(bytes: Buffer, settings: SourceSettings): readonly Resource[] {
  const payload = readValue(bytes, settings)
  if (!payload.ok) return [outcomeOf(payload.failure)]
  return payload.value.map(({ text, failure }) =>
    failure ? outcomeOf(failure) : convertMessage(text, settings),
  )
}

export const convert: Verb = { summary: 'HL7 v2 to FHIR, without a database', help, run }
