import { parseArguments, usage } from './arguments.ts'
import type { CliIo, Verb } from './cli-io.ts'

const help = `casewire serve [--print-schema sync|sources|rules]

Serves: what npm start runs. Everything is set by environment variables
(docs/reference/configuration.md); nothing set = embedded database in ./data, HTTP on
127.0.0.1:8080. Ctrl-C stops cleanly.

  --print-schema NAME   the JSON Schema of SYNC_CONFIG (sync), SOURCES_CONFIG (sources) or CASE_RULES
                        (rules), and no start

Exit code: 0 stopped, 2 wrong configuration.`

async function run(args: readonly string[], io: CliIo): Promise<number> {
  const parsed = parseArguments(args, { 'print-schema': { type: 'string' } })
  if (!parsed.ok) return usage(io, help, parsed.failure.message)
  if (parsed.value.positionals.length > 0) return usage(io, help, 'serve takes no arguments.')
  const name = parsed.value.text('print-schema')
  if (name === undefined) return io.serve()
  const schema = Object.hasOwn(io.schemas, name) ? io.schemas[name] : undefined
  if (!schema)
    return usage(io, help, `There is no schema ${name}; known: ${Object.keys(io.schemas).join(', ')}.`)
  io.out(`${JSON.stringify(schema, null, 2)}\n`)
  return 0
}

export const serve: Verb = { summary: 'run the service', help, run }
