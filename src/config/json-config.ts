import { jsonIn } from '../lib/json.ts'
import { readFileSync } from 'node:fs'
import { compileSchema } from './schema-check.ts'
import type { Wrong } from './wrong.ts'

export interface JsonVariable {
  /** Name of the variable. */
  readonly name: string
  readonly schema: object
  /** What `casewire serve --print-schema` calls its schema. */
  readonly printedAs: string
  /** Keys of interface.md 6 that a later release reads. */
  readonly unbuiltKeys?: readonly string[]
}

export interface JsonConfig<T> {
  readonly config?: T
  readonly wrong: readonly Wrong[]
}

/**
 * A variable that is a path, or JSON itself when it begins with `{`; checked against its schema, defaults filled in.
 * Messages name places, never values: there may be secrets in it.
 */
export function jsonVariable<T>({ name, schema, printedAs, unbuiltKeys = [] }: JsonVariable) {
  const check = compileSchema(schema, false)
  const wrong = (given: string, allowed: string): JsonConfig<T> => ({ wrong: [{ name, given, allowed }] })

  const faultOf = (error: ReturnType<typeof check>['errors'][number]): Wrong => {
    const extra: unknown = error.params['additionalProperty']
    const isExtra = typeof extra === 'string'
    const place = isExtra ? `${error.instancePath}/${extra}` : error.instancePath || '/'
    const allowed =
      isExtra && unbuiltKeys.includes(extra)
        ? 'nothing: not built yet'
        : `a value that ${error.message ?? 'fits the schema'}${choices(error.params)}`
    return { name, given: `a value at ${place}`, allowed }
  }

  return (given: string): JsonConfig<T> => {
    const isInline = given.trimStart().startsWith('{')
    const text = isInline ? given : readIfThere(given)
    if (text === undefined) return wrong(`the file ${given}`, 'a file that can be read')
    const parsed = jsonIn(text)
    if (parsed === undefined)
      return wrong('text that is no JSON', `JSON (schema: --print-schema ${printedAs})`)
    const { value, errors } = check(parsed)
    return errors.length > 0 ? { wrong: errors.map(faultOf) } : { config: value as T, wrong: [] }
  }
}

const choices = (params: Record<string, unknown>): string =>
  Array.isArray(params['allowedValues']) ? ` (${params['allowedValues'].join(', ')})` : ''

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
