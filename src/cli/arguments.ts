import { parseArgs } from 'node:util'
import { fail, ok, type Failure, type Result } from '../lib/result.ts'
import type { CliIo } from './cli-io.ts'

export interface Options {
  readonly [name: string]: { readonly type: 'string' | 'boolean'; readonly multiple?: boolean }
}

export interface Parsed {
  readonly text: (name: string) => string | undefined
  /** Of an option that may be given several times. */
  readonly texts: (name: string) => readonly string[]
  readonly flag: (name: string) => boolean
  readonly positionals: readonly string[]
}

/** Parses a verb's arguments; an unknown option is refused by name. */
export function parseArguments(args: readonly string[], options: Options): Result<Parsed> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...options, help: { type: 'boolean' } },
      allowPositionals: true,
    })
    const given: Readonly<Record<string, unknown>> = values
    return ok({
      text: name => (typeof given[name] === 'string' ? given[name] : undefined),
      texts: name => (Array.isArray(given[name]) ? given[name].map(String) : []),
      flag: name => given[name] === true,
      positionals,
    })
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('. ')[0] ?? '') : 'wrong arguments'
    return fail({ kind: 'invalid', code: 'usage-wrong', message })
  }
}

/** Says what is wrong and how it is meant; exit code 2. */
export function usage(io: CliIo, help: string, wrong: string): number {
  io.err(`${wrong}\n\n${help}\n`)
  return 2
}

/** The configuration, or what it names, can't be used; exit code 2. */
export function refused(io: CliIo, { message }: Failure): number {
  io.err(`${message}\n`)
  return 2
}
