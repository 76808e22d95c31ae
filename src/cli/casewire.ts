#!/usr/bin/env node
import { cliIo } from '../app-cli.ts'
import type { Verb } from './cli-io.ts'
import { convert } from './convert.ts'
import { deadLetters } from './dead-letters.ts'
import { events } from './events.ts'
import { migrate } from './migrate.ts'
import { quality } from './quality.ts'
import { recompute } from './recompute.ts'
import { replay } from './replay.ts'
import { serve } from './serve.ts'
import { sync } from './sync.ts'
import { unmerge } from './unmerge.ts'
import { validate } from './validate.ts'

/** Every verb of the command line. */
const verbs: Readonly<Record<string, Verb>> = {
  serve,
  convert,
  replay,
  validate,
  'dead-letters': deadLetters,
  quality,
  sync,
  events,
  unmerge,
  recompute,
  migrate,
}

const help = [
  'casewire VERB [options]; casewire VERB --help says more',
  '',
  ...Object.entries(verbs).map(([name, { summary }]) => `  ${name.padEnd(14)}${summary}`),
].join('\n')

async function main([name, ...rest]: readonly string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === 'help') {
    process.stdout.write(`${help}\n`)
    return name === undefined ? 2 : 0
  }
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined
  if (!verb) {
    process.stderr.write(`There is no verb ${name}.\n\n${help}\n`)
    return 2
  }
  if (rest.includes('--help')) {
    process.stdout.write(`${verb.help}\n`)
    return 0
  }
  return verb.run(rest, cliIo(process.env))
}

// Whoever reads our output may stop early (`| head`): that is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})
// Not process.exit: what was written must reach a pipe first.
process.exitCode = await main(process.argv.slice(2))
